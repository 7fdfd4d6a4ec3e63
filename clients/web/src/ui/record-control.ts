// The recording of a call that goes on: how it stands, and who may, begins and pauses it.

import type { CallState } from '../call/call-state';
import { button } from './button';
import { el, setText, show } from './el';
import type { Words } from './language';
import { attempt } from './problem';

/** What the edge takes as a reason, in characters. */
const LONGEST = 200;

/** A call whose recording is controlled. */
export interface RecordedCall {
  readonly state: CallState;
  pauseRecording(reason: string): Promise<void>;
  beginRecording(): Promise<void>;
  on(name: 'over', listener: () => void): () => void;
}

export class RecordControl {
  readonly node = el('div', { class: 'row' });
  readonly #call: RecordedCall;
  readonly #state = el('span', { class: 'soft', attrs: { role: 'status' } });
  readonly #pause: HTMLElement;
  readonly #begin: HTMLElement;
  #allowed = false;

  constructor(call: RecordedCall) {
    this.#call = call;
    this.#pause = button({ say: (words) => words.console.recordPause, press: () => pauseDialog(call) });
    this.#begin = button({ say: (words) => words.console.recordBegin, icon: 'record', press: () => attempt(() => call.beginRecording()) });
    this.node.append(this.#state, this.#pause, this.#begin);
    this.refresh();
  }

  /** Whether the desk lets whoever looks at it do something. */
  allow(allowed: boolean): void {
    this.#allowed = allowed;
    this.refresh();
  }

  refresh(): void {
    const { state } = this.#call;
    const recorded = !state.paused && (state.caller.recorded || state.callee.recorded);
    setText(this.#state, (words) => stateOf(state, words));
    const may = this.#allowed && state.phase === 'talking';
    show(this.#pause, may && recorded);
    show(this.#begin, may && !recorded);
  }
}

function stateOf({ paused, caller, callee }: CallState, words: Words): string {
  if (paused?.supervisor) return words.console.pausedBySupervisor(paused.supervisor, paused.reason);
  if (paused) return words.console.pausedBy(words.log[paused.by ?? 'callee'], paused.reason);
  return caller.recorded || callee.recorded ? words.customer.recording : words.console.notRecorded;
}

/** Asks why; the recording goes on until that is said. */
function pauseDialog(call: RecordedCall): void {
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
  const deaf = call.on('over', () => dialog.close());
  dialog.addEventListener('close', () => {
    deaf();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}
