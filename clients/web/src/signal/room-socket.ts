// An agent's socket of his room.

import { Emitter } from '../media/emitter';
import { type Answer, Commands } from './commands';
import type { GoneReason, Offer, Room, RoomCommand, RoomMessage } from './desk';
import type { Edge } from './edge';
import { SignalError } from './error';
import { KeptSocket, type SocketState, type World } from './kept-socket';

/** What a room's socket tells. */
export type RoomSocketEvents = {
  state: SocketState;
  /** First of each connection, and at every change. */
  room: Room;
  offer: Offer;
  gone: { call: string; reason: GoneReason };
  /** It is over: a refusal, or goodbye. It is not dialled again. */
  over: SignalError;
};

/** Keeps a room's socket and sends each command until it is answered. */
export class RoomSocket extends Emitter<RoomSocketEvents> {
  readonly #kept: KeptSocket;
  readonly #commands: Commands<RoomCommand>;

  constructor(edge: Edge, desk: string, room: string, world?: World) {
    super();
    this.#commands = new Commands<RoomCommand>((command) => this.#kept.say(command), `counterpart.room.${desk}.${room}`);
    const holder = {
      state: (state: SocketState) => this.#state(state),
      said: (message: unknown, first: boolean) => this.#hear(message as RoomMessage, first),
      refused: (error: SignalError) => this.#over(error),
    };
    const path = `/v1/desks/${encodeURIComponent(desk)}/rooms/${encodeURIComponent(room)}/socket`;
    this.#kept = new KeptSocket(edge, path, path, holder, world);
  }

  /** Dials, and again whenever it is lost. */
  open(): void {
    this.#kept.open();
  }

  /** Sends a command and waits until it is stored. */
  ask(command: RoomCommand): Promise<Answer> {
    return this.#commands.ask(command);
  }

  /** Closes it for good. */
  close(): void {
    this.#kept.close();
    this.#commands.end(new SignalError('closed', '连接已关闭 / The connection was closed', 'room'));
  }

  #state(state: SocketState): void {
    if (state !== 'open') this.#commands.lost();
    this.emit('state', state);
  }

  #hear(message: RoomMessage, first: boolean): void {
    if (message.type === 'bye') {
      return this.#over(new SignalError(message.reason, '此房间已在另一处打开 / The room was opened elsewhere', 'room'));
    }
    if (first) this.#commands.greeted();
    switch (message.type) {
      case 'room':
        return this.emit('room', message);
      case 'offer':
        return this.emit('offer', message);
      case 'offer_gone':
        return this.emit('gone', message);
      case 'ack':
        return this.#commands.answered(message);
      case 'error':
        return void this.#commands.refused(message);
    }
  }

  #over(error: SignalError): void {
    this.#kept.close();
    this.#commands.end(error);
    this.emit('over', error);
  }
}
