// The calls that the agent answered today.

import type { FinishedCall } from '../../signal/archive';
import type { Edge } from '../../signal/edge';
import { after } from '../../signal/clock';
import { iconButton } from '../../ui/button';
import { type Child, el, fill } from '../../ui/el';
import { follow } from '../../ui/language';
import { problem } from '../../ui/problem';
import { starsGiven } from '../../ui/stars';
import { clock, span, today } from '../../ui/time';
import { callDetails } from './call-details';

/** A call is listed within moments after its end: looked for so often, every second. */
const LOOKS = 10;

export class CallsList {
  readonly node: HTMLElement;
  readonly #edge: Edge;
  readonly #agent: string;
  readonly #body = el('div', { class: 'scroll', attrs: { 'aria-live': 'polite' } });

  constructor(edge: Edge, agent: string) {
    this.#edge = edge;
    this.#agent = agent;
    const refresh = iconButton({ say: (words) => words.console.refresh, icon: 'retry', kind: 'quiet', press: () => this.#load() });
    const head = el('div', { class: 'card-head' }, el('h3', { text: (words) => words.console.calls }), refresh);
    this.node = el('section', { class: 'card calls', name: (words) => words.console.calls }, head, this.#body);
    void this.#load();
  }

  /** This call is over and will be listed. */
  expect(call: string, looks = LOOKS): void {
    after(1_000, () => void this.#load().then((calls) => {
      if (looks > 1 && !calls.some((one) => one.call === call)) this.expect(call, looks - 1);
    }));
  }

  async #load(): Promise<FinishedCall[]> {
    try {
      const { calls } = await this.#edge.calls({ agent: this.#agent, from: today(), limit: 200 });
      this.#show(calls);
      return calls;
    } catch (error) {
      fill(this.#body, el('p', { class: 'soft', text: problem(error) }));
      return [];
    }
  }

  #show(calls: FinishedCall[]): void {
    if (!calls.length) return fill(this.#body, el('p', { class: 'soft nothing', text: (words) => words.console.callsNone }));
    const names = ['time', 'customer', 'length', 'rating', 'note'] as const;
    const head = el('tr', {}, ...names.map((name) => el('th', { text: (words) => words.console[name], attrs: { scope: 'col' } })));
    const rows = calls.map((call) => this.#row(call));
    fill(this.#body, el('table', { class: 'calls-table' }, el('thead', {}, head), el('tbody', {}, ...rows)));
  }

  #row(call: FinishedCall): HTMLTableRowElement {
    const who = el('button', { class: 'link', attrs: { type: 'button' } }, el('bdi', { text: call.customer }));
    const length = call.answered_at ? span(call.ended_at - call.answered_at) : '–';
    const time = el('time', { class: 'number' });
    follow(time, 'text', () => clock(call.ended_at), (text) => (time.textContent = text));
    const rating: Child = call.rating ? starsGiven(call.rating.stars) : el('span', { class: 'soft', text: (words) => words.console.noRating });
    const note = el('span', { class: 'excerpt', text: call.note ?? '', attrs: { dir: 'auto' } });
    const row = el('tr', {}, el('td', {}, time), el('td', {}, who), el('td', { text: length }), el('td', {}, rating), el('td', {}, note));
    row.addEventListener('click', () => callDetails(this.#edge, call, () => void this.#load()));
    return row;
  }
}
