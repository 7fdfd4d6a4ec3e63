// A desk's board, as it changes.

import { Emitter } from '../media/emitter';
import type { DeskBoard } from './desk';
import type { Edge } from './edge';
import type { SignalError } from './error';
import { KeptSocket, type SocketState, type World } from './kept-socket';

/** What a board's socket tells. */
export type BoardSocketEvents = {
  state: SocketState;
  board: DeskBoard;
  /** It was refused, and is not dialled again. */
  over: SignalError;
};

/** Keeps a board's socket. */
export class BoardSocket extends Emitter<BoardSocketEvents> {
  readonly #kept: KeptSocket;

  constructor(edge: Edge, desk: string, world?: World) {
    super();
    const holder = {
      state: (state: SocketState) => this.emit('state', state),
      said: (message: unknown) => {
        if (Array.isArray((message as DeskBoard).rooms)) this.emit('board', message as DeskBoard);
      },
      refused: (error: SignalError) => this.emit('over', error),
    };
    const path = `/v1/desks/${encodeURIComponent(desk)}/board/socket`;
    this.#kept = new KeptSocket(edge, path, path, holder, world);
  }

  /** Dials, and again whenever it is lost. */
  open(): void {
    this.#kept.open();
  }

  /** Closes it for good. */
  close(): void {
    this.#kept.close();
  }
}
