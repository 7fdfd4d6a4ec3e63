// Everything that the board shows, kept fresh: a socket for each desk, and one look at the fleet every two seconds.

import { Emitter } from '../../media/emitter';
import { BoardSocket } from '../../signal/board-socket';
import { after } from '../../signal/clock';
import type { Board, DeskBoard, ListedDesk } from '../../signal/desk';
import type { Edge } from '../../signal/edge';
import { SignalError } from '../../signal/error';

/** How often the fleet is looked at, and the list of desks, in milliseconds. */
const LOOK = 2_000;
const LIST = 30_000;

/** So many desks have a socket at once; of more the board shows these. */
const MOST = 50;

export type FeedEvents = {
  desks: ListedDesk[];
  desk: string;
  /** The fleet, and how far this clock is behind the edge's, in milliseconds. */
  fleet: Board;
  failed: SignalError;
};

export class Feed extends Emitter<FeedEvents> {
  readonly boards = new Map<string, DeskBoard>();
  desks: ListedDesk[] = [];
  /** The edge's clock minus this one. */
  ahead = 0;
  readonly #edge: Edge;
  readonly #only: string | undefined;
  readonly #sockets = new Map<string, BoardSocket>();

  /** Of all desks, or of one. */
  constructor(edge: Edge, only: string | undefined) {
    super();
    this.#edge = edge;
    this.#only = only;
  }

  open(): void {
    void this.#list();
    void this.#look();
  }

  /** The edge's time now. */
  now(): number {
    return Date.now() + this.ahead;
  }

  async #list(): Promise<void> {
    try {
      const all = await this.#edge.desks();
      this.desks = this.#only ? all.filter(({ desk }) => desk === this.#only) : all;
    } catch (error) {
      this.#fail(error);
    }
    // A supervisor's desk is there, whether it has settings or not.
    if (this.#only && !this.desks.length) this.desks = [{ desk: this.#only, open: true }];
    for (const { desk } of this.desks.slice(0, MOST)) this.#follow(desk);
    this.emit('desks', this.desks);
    after(LIST, () => void this.#list());
  }

  #follow(desk: string): void {
    if (this.#sockets.has(desk)) return;
    const socket = new BoardSocket(this.#edge, desk);
    this.#sockets.set(desk, socket);
    socket.on('board', (board) => {
      this.boards.set(desk, board);
      this.emit('desk', desk);
    });
    socket.on('over', (error) => this.emit('failed', error));
    socket.open();
  }

  async #look(): Promise<void> {
    const desk = this.#only ?? this.desks[0]?.desk ?? 'front';
    try {
      const fleet = await this.#edge.board(desk);
      this.ahead = fleet.at - Date.now();
      this.emit('fleet', fleet);
    } catch (error) {
      this.#fail(error);
    }
    after(LOOK, () => void this.#look());
  }

  #fail(error: unknown): void {
    if (error instanceof SignalError) this.emit('failed', error);
    else reportError(error);
  }
}
