// The desks that one can call.

import { after } from '../../signal/clock';
import type { ListedDesk } from '../../signal/desk';
import { button } from '../../ui/button';
import { el, fill } from '../../ui/el';
import { icon } from '../../ui/icon';
import { problem } from '../../ui/problem';
import { empty } from '../../ui/shell';
import { type App, nameOf } from './view';

/** So often it is looked whether a desk has opened or closed, in milliseconds. */
const LOOK = 20_000;

export class DesksView {
  readonly node: HTMLElement;
  readonly #app: App;
  readonly #list = el('div', { class: 'desk-list', attrs: { 'aria-live': 'polite' } });
  /** What is shown, so that what has not changed keeps its focus. */
  #shown = '';

  constructor(app: App) {
    this.#app = app;
    const head = [
      el('h2', { text: (words) => words.customer.choose }),
      el('p', { class: 'soft', text: (words) => words.customer.chooseDetail }),
    ];
    this.node = el('section', { class: 'narrow' }, ...head, this.#list);
    fill(this.#list, el('p', { class: 'soft', text: (words) => words.common.loading }));
    void this.#look();
  }

  async #look(): Promise<void> {
    await this.#load();
    after(LOOK, () => void (this.node.isConnected && this.#look()));
  }

  async #load(): Promise<void> {
    try {
      this.#show(await this.#app.edge.desks());
    } catch (error) {
      this.#shown = '';
      fill(this.#list, empty(problem(error), '', this.#again()));
    }
  }

  #show(desks: ListedDesk[]): void {
    const now = JSON.stringify(desks);
    if (now === this.#shown) return;
    this.#shown = now;
    if (desks.length) fill(this.#list, ...desks.map((desk) => this.#card(desk)));
    else fill(this.#list, empty((words) => words.customer.noDesks, (words) => words.customer.noDesksDetail, this.#again()));
  }

  #again(): HTMLElement {
    return button({ say: (words) => words.common.retry, icon: 'retry', press: () => this.#load() });
  }

  #card(desk: ListedDesk): HTMLElement {
    const state = el('span', { class: desk.open ? 'pill good' : 'pill', text: (words) => (desk.open ? words.customer.open : words.customer.closed) });
    const card = el('button', { class: 'desk-card', attrs: { type: 'button', disabled: !desk.open } },
      el('span', { class: 'desk-icon' }, icon('desk')), el('strong', { text: nameOf(desk) }), state);
    card.addEventListener('click', () => this.#app.check(desk));
    return card;
  }
}
