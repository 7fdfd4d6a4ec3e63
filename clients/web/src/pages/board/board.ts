// The board: desks, and of one or all of them the rooms, the line and the day; below the calls and the nodes.

import type { DeskBoard } from '../../signal/desk';
import type { Edge } from '../../signal/edge';
import { el, fill, mark, setText, show } from '../../ui/el';
import { current, type Say } from '../../ui/language';
import { problem } from '../../ui/problem';
import { empty } from '../../ui/shell';
import { everySecond, exactClock } from '../../ui/time';
import { CallsCard } from './calls-card';
import { Feed } from './feed';
import { lineTable } from './line-table';
import { nodesTable } from './nodes-table';
import { roomCards } from './room-cards';
import { tiles } from './tiles';
import { watchDialog } from './watch-dialog';

/** After so long without a look at the fleet what is shown is out of date, in milliseconds. */
const STALE = 8_000;

export class Board {
  readonly node = el('div', { class: 'board' });
  /** For the bar: how fresh it is. */
  readonly status = el('span', { class: 'soft number freshness', attrs: { role: 'status' } });
  readonly #feed: Feed;
  readonly #tabs = el('div', { class: 'tabs', name: (words) => words.board.desks, attrs: { role: 'group' } });
  readonly #tiles = el('div', { class: 'tiles' });
  readonly #rooms = el('div', { class: 'rooms' });
  readonly #line = el('div', { class: 'scroll' });
  readonly #calls: CallsCard;
  readonly #supervised: string | undefined;
  readonly #nodes = el('div', { class: 'scroll' });
  readonly #nothing: HTMLElement;
  readonly #deskParts: HTMLElement;
  #chosen: string | undefined;
  #seen = 0;
  #failure: Say | undefined;

  /** `supervised` is the desk whose calls may be watched. */
  constructor(edge: Edge, only: string | undefined, chosen: string | undefined, supervised?: string) {
    this.#supervised = supervised;
    this.#calls = new CallsCard(supervised === undefined ? undefined : (call) => watchDialog(edge, supervised, call));
    this.#feed = new Feed(edge, only);
    this.#chosen = chosen;
    this.#nothing = empty((words) => words.board.noDesks, (words) => words.board.noDesksDetail);
    this.#deskParts = el('div', { class: 'desk-parts' },
      this.#card('rooms', this.#rooms), this.#card('line', this.#line));
    const fleet = el('div', { class: 'fleet' }, this.#card('calls', this.#calls.node), this.#card('nodes', this.#nodes));
    this.node.append(this.#tabs, this.#nothing, this.#tiles, this.#deskParts, fleet);
    show(this.#nothing, false);
    this.#listen();
    everySecond(() => this.#tick());
  }

  #card(name: 'rooms' | 'line' | 'calls' | 'nodes', body: HTMLElement): HTMLElement {
    const title = el('h3', { text: (words) => words.board[name] });
    return el('section', { class: `card ${name}-card`, name: (words) => words.board[name] }, el('div', { class: 'card-head' }, title), body);
  }

  #listen(): void {
    this.#feed.on('desks', () => this.#showDesks());
    this.#feed.on('desk', (desk) => {
      if (this.#shows(desk)) this.#showDesk();
      this.#showDesks();
    });
    this.#feed.on('fleet', (fleet) => {
      this.#seen = Date.now();
      this.#failure = undefined;
      this.#calls.show(fleet.calls, this.#his());
      fill(this.#nodes, nodesTable(fleet.nodes));
    });
    this.#feed.on('failed', (error) => (this.#failure = error.passes ? undefined : problem(error)));
    this.#feed.open();
  }

  /** The calls that somebody has at the supervised desk. */
  #his(): Set<string> {
    const board = this.#supervised === undefined ? undefined : this.#feed.boards.get(this.#supervised);
    return new Set(board?.rooms.flatMap(({ call }) => call ?? []));
  }

  #shows(desk: string): boolean {
    return this.#chosen === undefined || this.#chosen === desk;
  }

  #showDesks(): void {
    const { desks, boards } = this.#feed;
    show(this.#nothing, desks.length === 0);
    for (const part of [this.#tiles, this.#deskParts]) show(part, desks.length > 0);
    show(this.#tabs, desks.length > 1);
    const total = [...boards.values()].reduce((sum, board) => sum + board.line.length, 0);
    const tabs = [this.#tab(undefined, (words) => words.board.allDesks, total)];
    for (const one of desks) tabs.push(this.#tab(one.desk, () => one.title?.[current()] ?? one.desk, boards.get(one.desk)?.line.length ?? 0, !one.open));
    const focused = [...this.#tabs.children].indexOf(document.activeElement as Element);
    this.#tabs.replaceChildren(...tabs);
    if (focused >= 0) tabs[focused]?.focus();
    this.#showDesk();
  }

  #tab(desk: string | undefined, name: Say, waiting: number, closed = false): HTMLButtonElement {
    const chosen = this.#chosen === desk;
    const count = el('span', { class: waiting ? 'pill warn' : 'pill', text: String(waiting) });
    const tab = el('button', { class: 'tab', attrs: { type: 'button', 'aria-pressed': String(chosen) } }, el('bdi', { text: name }), count);
    mark(tab, 'closed', closed);
    tab.addEventListener('click', () => {
      this.#chosen = desk;
      this.#showDesks();
    });
    return tab;
  }

  #showDesk(): void {
    const boards = [...this.#feed.boards].filter(([desk]) => this.#shows(desk));
    const now = this.#feed.now();
    const several = boards.length > 1;
    fill(this.#tiles, ...tiles(boards.map(([, board]) => board), now));
    fill(this.#rooms, ...roomCards(boards, now, several));
    fill(this.#line, lineTable(boards, now, several));
  }

  #tick(): void {
    if (this.#feed.boards.size) this.#showDesk();
    const stale = Date.now() - this.#seen > STALE;
    mark(this.status, 'bad', stale || this.#failure !== undefined);
    if (this.#failure) setText(this.status, this.#failure);
    else if (!this.#seen) setText(this.status, (words) => words.common.connecting);
    else setText(this.status, (words) => (stale ? words.board.stale : words.board.updated(exactClock(this.#seen))));
  }
}

/** Boards by their desks. */
export type Boards = [desk: string, board: DeskBoard][];
