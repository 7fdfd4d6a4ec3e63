// The desk's line and its day, as they change.

import type { BoardSocket } from '../../signal/board-socket';
import type { BoardRoom, DeskBoard } from '../../signal/desk';
import { el, fill, setText } from '../../ui/el';
import type { Say } from '../../ui/language';
import { everySecond, span } from '../../ui/time';

/** So many are shown; the rest is a number. */
const MOST = 12;

export class LineCard {
  readonly node: HTMLElement;
  readonly #room: string;
  readonly #now: () => number;
  readonly #count = el('span', { class: 'pill' });
  readonly #list = el('ol', { class: 'line-list' });
  readonly #today = el('dl', { class: 'today' });
  #board: DeskBoard | undefined;
  #hidden = false;

  /** `now` is the edge's clock. */
  constructor(socket: BoardSocket, room: string, now: () => number) {
    this.#room = room;
    this.#now = now;
    const head = el('div', { class: 'card-head' }, el('h3', { text: (words) => words.console.line }), this.#count);
    this.node = el('section', { class: 'card line-card', name: (words) => words.console.line }, head, this.#list, this.#today);
    socket.on('board', (board) => {
      this.#board = board;
      this.#refresh();
    });
    socket.on('over', () => {
      this.#hidden = true;
      this.#refresh();
    });
    socket.open();
    everySecond(() => this.#refresh());
  }

  /** The desk's rooms, as far as they are known. */
  get rooms(): readonly BoardRoom[] {
    return this.#board?.rooms ?? [];
  }

  #refresh(): void {
    const line = this.#board?.line ?? [];
    setText(this.#count, (words) => (this.#board ? words.console.waiting(line.length) : '–'));
    const note = (): HTMLElement => el('li', { class: 'soft', text: (words) => (this.#hidden ? words.console.lineHidden : words.console.lineEmpty) });
    const now = this.#now();
    const items = line.slice(0, MOST).map((one, at) =>
      el('li', {},
        el('span', { class: 'soft number place-small' }, String(at + 1)),
        el('bdi', { class: 'name', text: one.customer }),
        one.room === this.#room && el('span', { class: 'pill good', text: (words) => words.console.mine }),
        el('span', { class: 'number', text: span(now - one.since) })));
    if (line.length > MOST) items.push(el('li', { class: 'soft', text: `+ ${line.length - MOST}` }));
    this.#list.replaceChildren(...(items.length ? items : [note()]));
    this.#day();
  }

  #day(): void {
    const today = this.#board?.today;
    if (!today) return fill(this.#today);
    const figure = (say: Say, value: number) => el('div', {}, el('dt', { text: say }), el('dd', { class: 'number', text: String(value) }));
    this.#today.replaceChildren(
      figure((words) => words.console.answered, today.answered), figure((words) => words.board.missed, today.missed),
      figure((words) => words.board.abandoned, today.abandoned));
  }
}
