// The calls that go on, with how each stream arrives, now and over the last minutes.

import type { BoardCall, StreamFigures } from '../../signal/desk';
import type { Party } from '../../signal/says';
import { button } from '../../ui/button';
import { el, fill, setText, show } from '../../ui/el';
import { follow } from '../../ui/language';
import { Plot, Series } from '../../ui/plot';

/** Five minutes of looks, one every two seconds. */
const ROOM = 150;

const PARTIES: readonly Party[] = ['caller', 'callee'];

type Figure = 'delay_ms' | 'loss_percent' | 'kbps';

/** What is plotted, from what value on its top means much, and how it reads. */
const FIGURES: { name: Figure; say: 'delay' | 'loss' | 'rate'; floor: number; read(value: number): string }[] = [
  { name: 'delay_ms', say: 'delay', floor: 200, read: (value) => `${Math.round(value)} ms` },
  { name: 'loss_percent', say: 'loss', floor: 5, read: (value) => `${value.toFixed(1)} %` },
  { name: 'kbps', say: 'rate', floor: 500, read: (value) => `${Math.round(value)} kbit/s` },
];

export class CallsCard {
  readonly node: HTMLElement;
  readonly #list = el('div', { class: 'live-calls' });
  readonly #none = el('p', { class: 'soft', text: (words) => words.board.callsNone });
  readonly #rows = new Map<string, CallRow>();
  readonly #watch: ((call: string) => void) | undefined;

  /** `watch` opens a call for who may look at it. */
  constructor(watch?: (call: string) => void) {
    this.#watch = watch;
    const legend = el('p', { class: 'legend soft' },
      el('span', { class: 'figure a', text: (words) => words.log.caller }), el('span', { class: 'figure b', text: (words) => words.log.callee }),
      el('span', { text: (words) => words.board.minutesShown((ROOM * 2) / 60) }));
    this.node = el('div', {}, this.#none, legend, this.#list);
  }

  /** The calls as they are now, and which of them are his who may watch. */
  show(calls: BoardCall[], his: ReadonlySet<string>): void {
    const there = new Set(calls.map(({ call }) => call));
    for (const call of this.#rows.keys()) if (!there.has(call)) this.#rows.delete(call);
    const rows = calls.map((call) => {
      const row = this.#rows.get(call.call) ?? new CallRow(call.call, this.#watch);
      this.#rows.set(call.call, row);
      row.step(call, his.has(call.call));
      return row.node;
    });
    show(this.#none, rows.length === 0);
    show(this.#list.previousElementSibling as HTMLElement, rows.length > 0);
    fill(this.#list, ...rows);
  }
}

/** One call, with its past. */
class CallRow {
  readonly node: HTMLElement;
  readonly #where = el('span', { class: 'soft' });
  readonly #plots: Record<Figure, FigurePlot>;
  readonly #none = el('p', { class: 'soft no-figures', text: (words) => words.board.noFigures });
  readonly #open: HTMLElement;
  #measured = false;

  constructor(call: string, watch?: (call: string) => void) {
    const plots = FIGURES.map((figure) => [figure.name, new FigurePlot(figure)] as const);
    this.#plots = Object.fromEntries(plots) as Record<Figure, FigurePlot>;
    this.#open = button({ say: (words) => words.board.watch, kind: 'quiet', class: 'small', press: () => watch?.(call) });
    follow(this.#open, 'name', (words) => `${words.board.watch} ${call}`, (text) => this.#open.setAttribute('aria-label', text));
    show(this.#open, false);
    const name = el('div', { class: 'live-name' }, el('bdi', { class: 'cut', text: call }), this.#where, this.#open);
    this.node = el('div', { class: 'live-call' }, name, this.#none, ...plots.map(([, plot]) => plot.node));
  }

  step(call: BoardCall, his: boolean): void {
    show(this.#open, his);
    setText(this.#where, (words) => [call.node, ...call.live.map((party) => words.log[party])].join(' · '));
    const of = (party: Party): StreamFigures | undefined => call.media?.find((one) => one.party === party);
    this.#measured ||= PARTIES.some((party) => of(party) !== undefined);
    show(this.#none, !this.#measured);
    for (const { name } of FIGURES) {
      this.#plots[name].step(PARTIES.map((party) => of(party)?.[name] ?? undefined));
      show(this.#plots[name].node, this.#measured);
    }
  }
}

class FigurePlot {
  readonly node: HTMLElement;
  readonly #series = PARTIES.map(() => new Series(ROOM));
  readonly #values = PARTIES.map((_, at) => el('span', { class: `figure number ${at ? 'b' : 'a'}`, text: '–' }));
  readonly #plot: Plot;
  readonly #read: (value: number) => string;

  constructor(figure: (typeof FIGURES)[number]) {
    this.#plot = new Plot(['a', 'b'], figure.floor);
    this.#read = figure.read;
    const head = el('div', { class: 'figures' }, el('span', { class: 'soft', text: (words) => words.board[figure.say] }), ...this.#values);
    this.node = el('div', { class: 'net-plot' }, head, this.#plot.node);
  }

  step(values: (number | undefined)[]): void {
    values.forEach((value, at) => {
      this.#series[at]?.push(value);
      const node = this.#values[at];
      if (node) setText(node, value === undefined ? '–' : this.#read(value));
    });
    this.#plot.draw(this.#series);
  }
}
