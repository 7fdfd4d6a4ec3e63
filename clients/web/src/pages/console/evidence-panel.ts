// What an agent does for the evidence: pauses the recording, reads statements.

import type { AgentCall } from '../../call/agent-call';
import type { DeskSettings } from '../../signal/desk';
import { button } from '../../ui/button';
import { el, fill, setText, show } from '../../ui/el';
import { attempt } from '../../ui/problem';
import { Statement } from '../../ui/statement';

/** What the edge takes as a reason, in characters. */
const LONGEST = 200;

export class EvidencePanel {
  readonly node: HTMLElement;
  readonly #call: AgentCall;
  readonly #record = el('div', { class: 'row' });
  readonly #state = el('span', { class: 'soft' });
  readonly #pause: HTMLElement;
  readonly #begin: HTMLElement;
  readonly #list = el('ol', { class: 'statements' });
  readonly #statement: Statement;
  readonly #answers: HTMLElement;

  constructor(call: AgentCall) {
    this.#call = call;
    this.#statement = new Statement(call);
    this.#pause = button({ say: (words) => words.console.recordPause, press: () => pauseDialog(call) });
    this.#begin = button({ say: (words) => words.console.recordBegin, icon: 'record', press: () => attempt(() => call.beginRecording()) });
    this.#record.append(this.#state, this.#pause, this.#begin);
    this.#answers = el('div', { class: 'row' },
      button({ say: (words) => words.console.notAnswered, press: () => attempt(() => call.answered(false)) }),
      button({ say: (words) => words.console.isAnswered, icon: 'check', kind: 'primary', press: () => attempt(() => call.answered(true)) }));
    const title = el('h3', { text: (words) => words.console.evidence });
    this.node = el('section', { class: 'card', name: (words) => words.console.evidence }, title, this.#record, this.#statement.node, this.#answers, this.#list);
    this.settings(undefined);
    this.refresh();
  }

  /** What the desk allows and wants read. */
  settings(settings: DeskSettings | undefined): void {
    const prompts = settings?.prompts ?? [];
    const controls = settings?.record_control === 'agent';
    show(this.node, controls || prompts.length > 0);
    show(this.#record, controls);
    const items = prompts.map((text, index) => {
      const read = button({ say: () => text, kind: 'quiet', class: 'small', press: () => attempt(() => this.#call.read(index + 1)) });
      return el('li', {}, read);
    });
    fill(this.#list, ...items);
  }

  refresh(): void {
    const { state } = this.#call;
    const recorded = state.caller.recorded || state.callee.recorded;
    setText(this.#state, (words) => (recorded ? words.customer.recording : words.console.notRecorded));
    show(this.#pause, recorded);
    show(this.#begin, !recorded);
    this.#statement.refresh();
    show(this.#answers, state.reading !== undefined);
    show(this.#list, state.reading === undefined);
  }
}

/** Asks why; the recording goes on until that is said. */
function pauseDialog(call: AgentCall): void {
  const reason = el('input', { name: (words) => words.console.recordReason, attrs: { type: 'text', required: true, maxlength: LONGEST } });
  const dialog = el('dialog', { name: (words) => words.console.recordPause });
  const go = async (): Promise<void> => {
    if (await attempt(() => call.pauseRecording(reason.value.trim()))) dialog.close();
  };
  const buttons = el('div', { class: 'row' },
    button({ say: (words) => words.common.cancel, press: () => dialog.close() }),
    button({ say: (words) => words.console.recordPause, kind: 'primary', press: go }));
  const form = el('form', { on: { submit: (event) => { event.preventDefault(); void go(); } } },
    el('label', { class: 'field' }, el('span', { text: (words) => words.console.recordReason }), reason), buttons);
  dialog.append(el('h2', { text: (words) => words.console.recordPause }), form);
  dialog.addEventListener('close', () => dialog.remove());
  call.on('over', () => dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
