// The wait: the place in line, how long it may take, how long it has.

import type { CustomerCall } from '../../call/customer-call';
import type { Position } from '../../signal/call-socket';
import { el, setText, show } from '../../ui/el';
import { span } from '../../ui/time';

export class Waiting {
  readonly node: HTMLElement;
  readonly #call: CustomerCall;
  readonly #number = el('div', { class: 'place number', attrs: { 'aria-hidden': 'true' } });
  readonly #spinner = el('span', { class: 'spinner large' });
  readonly #title = el('p', { class: 'wait-title' });
  readonly #detail = el('p', { class: 'soft' });
  readonly #waited = el('p', { class: 'soft number' });
  #position: Position | undefined;

  constructor(call: CustomerCall) {
    this.#call = call;
    const live = el('div', { attrs: { 'aria-live': 'polite', role: 'status' } }, this.#title, this.#detail);
    this.node = el('div', { class: 'wait' }, this.#spinner, this.#number, live, this.#waited);
    call.on('position', (position) => {
      this.#position = position;
      this.refresh();
    });
  }

  refresh(): void {
    const { state } = this.#call;
    const position = state.phase === 'requested' ? this.#position : undefined;
    show(this.#number, position !== undefined);
    show(this.#spinner, position === undefined);
    setText(this.#number, position ? String(position.position) : '');
    this.#words(position);
    setText(this.#waited, state.requestedAt ? (words) => words.customer.waited(span(this.#call.now() - (state.requestedAt ?? 0))) : '');
  }

  #words(position: Position | undefined): void {
    const { state } = this.#call;
    const before = (position?.position ?? 1) - 1;
    if (state.phase === 'new') setText(this.#title, (words) => words.customer.beginning);
    else if (state.handedOn) setText(this.#title, (words) => words.customer.handedOn);
    else setText(this.#title, (words) => (before > 0 ? words.customer.line(before) : words.customer.next));
    const wait = position?.wait_s;
    setText(this.#detail, (words) => (wait === undefined ? words.customer.waitUnknown : words.customer.waitAbout(Math.round(wait / 60))));
  }
}
