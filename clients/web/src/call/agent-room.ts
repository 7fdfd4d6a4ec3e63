// An agent's room: open and closed, what rings, what is to be joined.

import { Emitter } from '../media/emitter';
import type { Offer, Room } from '../signal/desk';
import type { Edge } from '../signal/edge';
import type { SignalError } from '../signal/error';
import type { SocketState } from '../signal/kept-socket';
import { RoomSocket } from '../signal/room-socket';

/** What an agent hears of his room. */
export type AgentRoomEvents = {
  /** `room`, `offer` or `connection` is another one. */
  change: void;
  /** It rings. */
  offer: Offer;
  /** It rings no more. */
  gone: { call: string; reason: 'abandoned' | 'missed' | 'rejected' | 'taken' };
  /** The agent is in this call: open an `AgentCall`. So it is after a reload, too. */
  talk: string;
  /** It was opened elsewhere, or refused. */
  over: SignalError;
};

/** Keeps a room. `connect` it once the listeners are there. */
export class AgentRoom extends Emitter<AgentRoomEvents> {
  readonly desk: string;
  readonly name: string;
  room: Room | undefined;
  offer: Offer | undefined;
  connection: SocketState = 'connecting';
  readonly #socket: RoomSocket;
  #talk: string | undefined;
  /** The edge's clock minus this one, as the newest change tells. */
  #ahead = 0;
  #greeted = false;

  constructor(edge: Edge, desk: string, room: string) {
    super();
    this.desk = desk;
    this.name = room;
    this.#socket = new RoomSocket(edge, desk, room);
    this.#socket.on('state', (connection) => this.#connected(connection));
    this.#socket.on('room', (now) => this.#room(now));
    this.#socket.on('offer', (offer) => this.#rings(offer));
    this.#socket.on('gone', ({ call, reason }) => this.#quiet(call, reason));
    this.#socket.on('over', (error) => this.emit('over', error));
  }

  /** The time by the edge's clock; nearly so until the first change comes. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Dials, and again whenever the connection is lost. */
  connect(): void {
    this.#socket.open();
  }

  /** Takes calls; during wrap-up, ends that. */
  async open(skills: string[] = []): Promise<void> {
    await this.#socket.ask(skills.length ? { type: 'open', skills } : { type: 'open' });
  }

  /** Takes no more calls; during one, after it. */
  async close(): Promise<void> {
    await this.#socket.ask({ type: 'close' });
  }

  /** Takes the call that rings; `talk` follows. */
  async accept(): Promise<void> {
    if (this.offer) await this.#socket.ask({ type: 'accept', call: this.offer.call });
  }

  /** Declines it. */
  async reject(): Promise<void> {
    if (this.offer) await this.#socket.ask({ type: 'reject', call: this.offer.call });
  }

  /** Leaves the room's socket. */
  leave(): void {
    this.#socket.close();
  }

  #connected(connection: SocketState): void {
    this.connection = connection;
    this.#greeted = false;
    this.emit('change', undefined);
  }

  #room(now: Room): void {
    // The first one of a connection tells of a change that may be long ago.
    if (this.#greeted && now.since !== this.room?.since) this.#ahead = now.since - Date.now();
    this.#greeted = true;
    this.room = now;
    if (this.offer && now.phase !== 'offered') this.#quiet(this.offer.call, now.phase === 'talking' ? 'taken' : 'missed');
    const talk = now.phase === 'talking' ? now.call : undefined;
    const news = talk !== undefined && talk !== this.#talk;
    this.#talk = talk;
    this.emit('change', undefined);
    if (news) this.emit('talk', talk);
  }

  #rings(offer: Offer): void {
    const news = this.offer?.call !== offer.call;
    this.offer = offer;
    this.emit('change', undefined);
    if (news) this.emit('offer', offer);
  }

  #quiet(call: string, reason: 'abandoned' | 'missed' | 'rejected' | 'taken'): void {
    if (this.offer?.call !== call) return;
    this.offer = undefined;
    this.emit('gone', { call, reason });
    this.emit('change', undefined);
  }
}
