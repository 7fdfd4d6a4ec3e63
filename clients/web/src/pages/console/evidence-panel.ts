// What an agent does for the evidence: pauses the recording where he may, reads statements. He sees what a supervisor does to the recording.

import type { AgentCall } from '../../call/agent-call';
import type { DeskSettings } from '../../signal/desk';
import { button } from '../../ui/button';
import { el, fill, show } from '../../ui/el';
import { attempt } from '../../ui/problem';
import { RecordControl } from '../../ui/record-control';
import { Statement } from '../../ui/statement';

export class EvidencePanel {
  readonly node: HTMLElement;
  readonly #call: AgentCall;
  readonly #record: RecordControl;
  readonly #list = el('ol', { class: 'statements' });
  readonly #statement: Statement;
  readonly #answers: HTMLElement;

  constructor(call: AgentCall) {
    this.#call = call;
    this.#statement = new Statement(call);
    this.#record = new RecordControl(call);
    this.#answers = el('div', { class: 'row' },
      button({ say: (words) => words.console.notAnswered, press: () => attempt(() => call.answered(false)) }),
      button({ say: (words) => words.console.isAnswered, icon: 'check', kind: 'primary', press: () => attempt(() => call.answered(true)) }));
    const title = el('h3', { text: (words) => words.console.evidence });
    this.node = el('section', { class: 'card', name: (words) => words.console.evidence }, title, this.#record.node, this.#statement.node, this.#answers, this.#list);
    this.settings(undefined);
    this.refresh();
  }

  /** What the desk allows and wants read. */
  settings(settings: DeskSettings | undefined): void {
    const prompts = settings?.prompts ?? [];
    const who = settings?.record_control ?? 'nobody';
    show(this.node, who !== 'nobody' || prompts.length > 0);
    show(this.#record.node, who !== 'nobody');
    this.#record.allow(who === 'agent');
    const items = prompts.map((text, index) => {
      const read = button({ say: () => text, kind: 'quiet', class: 'small', press: () => attempt(() => this.#call.read(index + 1)) });
      return el('li', {}, read);
    });
    fill(this.#list, ...items);
  }

  refresh(): void {
    const { state } = this.#call;
    this.#record.refresh();
    this.#statement.refresh();
    show(this.#answers, state.reading !== undefined);
    show(this.#list, state.reading === undefined);
  }
}
