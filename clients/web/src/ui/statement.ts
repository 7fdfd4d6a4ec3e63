// What both look at while the agent reads it out.

import type { PartyCall } from '../call/party-call';
import { el, setText, show } from './el';

/** The statement that is being read, over the call's pictures; nothing while none is. */
export class Statement {
  readonly node: HTMLElement;
  readonly #title = el('p', { class: 'soft number' });
  readonly #text = el('p', { attrs: { dir: 'auto' } });

  constructor(readonly call: PartyCall) {
    this.node = el('section', { class: 'ask', name: (words) => words.media.statement, attrs: { role: 'status', 'aria-live': 'polite' } }, this.#title, this.#text);
    this.refresh();
  }

  refresh(): void {
    const { reading, phase } = this.call.state;
    show(this.node, reading !== undefined && phase === 'talking');
    if (!reading) return;
    setText(this.#title, (words) => words.media.statementOf(reading.number));
    setText(this.#text, reading.text);
  }
}
