// An offer that rings: who, how long, take it or not.

import type { Offer } from '../../signal/desk';
import { button } from '../../ui/button';
import { el, setText, show } from '../../ui/el';
import { icon } from '../../ui/icon';
import { everySecond } from '../../ui/time';
import { ring } from './ring';

export class OfferPanel {
  readonly node: HTMLElement;
  readonly #who = el('bdi', { class: 'offer-who' });
  readonly #left = el('p', { class: 'soft number' });
  readonly #accept: HTMLButtonElement;
  readonly #reject: HTMLButtonElement;
  #offer: Offer | undefined;
  #stop: () => void = () => {};

  constructor(accept: () => Promise<unknown>, reject: () => Promise<unknown>) {
    this.#accept = button({ say: (words) => words.console.acceptKey, icon: 'phone', kind: 'primary', class: 'wide', press: accept });
    this.#reject = button({ say: (words) => words.console.rejectKey, icon: 'close', class: 'wide', press: reject });
    const title = el('h2', { text: (words) => words.console.rings, attrs: { id: 'offer-title' } });
    const card = el('div', { class: 'offer card' }, el('span', { class: 'offer-icon' }, icon('phone')), title, this.#who, this.#left, this.#accept, this.#reject);
    this.node = el('div', { class: 'offer-cover', attrs: { role: 'alertdialog', 'aria-labelledby': 'offer-title', 'aria-modal': 'true' } }, card);
    show(this.node, false);
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  /** It rings; `now` is the edge's clock. */
  ring(offer: Offer, now: () => number): void {
    this.quiet();
    this.#offer = offer;
    setText(this.#who, offer.customer);
    show(this.node, true);
    const bell = ring((words) => words.console.titleRings(offer.customer));
    const clock = everySecond(() => {
      const seconds = Math.max(0, Math.ceil((offer.expires_at - now()) / 1000));
      setText(this.#left, (words) => words.console.ringsFor(seconds));
    });
    this.#stop = () => {
      bell();
      clock();
    };
    // Who is writing is not torn from it; the keys work all the same.
    if (!writing()) this.#accept.focus();
  }

  /** It rings no more. */
  quiet(): void {
    this.#stop();
    this.#stop = () => {};
    this.#offer = undefined;
    show(this.node, false);
  }

  #key(event: KeyboardEvent): void {
    if (!this.#offer || event.isComposing) return;
    if (event.key === 'Escape') this.#reject.click();
    else if (event.key === 'Enter' && !writing() && event.target !== this.#reject) this.#accept.click();
    else return;
    event.preventDefault();
  }
}

function writing(): boolean {
  return document.activeElement instanceof HTMLTextAreaElement || document.activeElement instanceof HTMLInputElement;
}
