// A call as a supervisor watches it: the log and both streams. The parties see nothing of him.

import { Emitter } from '../media/emitter';
import { Player } from '../media/player';
import { CallSocket } from '../signal/call-socket';
import { after as later } from '../signal/clock';
import type { Edge } from '../signal/edge';
import type { SignalError } from '../signal/error';
import type { SocketState, World } from '../signal/kept-socket';
import type { Entry, Party } from '../signal/says';
import { after, type CallState, emptyState } from './call-state';

/** So long after a player has lost its stream fresh URLs are asked for, in milliseconds. */
const AGAIN = 1_000;

/** What a supervisor hears of a call. */
export type WatchedCallEvents = {
  /** `state`, `connection` or one of the parties is another one. */
  change: void;
  /** Each entry of the log once and in order. */
  entry: Entry;
  /** Nothing more comes: the call has ended, or its socket was refused or closed for good. */
  over: SignalError | undefined;
};

/** `open` it once the listeners are there, and `close` it to look away. */
export class WatchedCall extends Emitter<WatchedCallEvents> {
  readonly edge: Edge;
  readonly call: string;
  /** What each party shows and says. */
  readonly players: Readonly<Record<Party, Player>>;
  state: CallState = emptyState();
  connection: SocketState = 'connecting';
  /** Who asked, and who answered, once that is known. */
  caller: string | undefined;
  callee: string | undefined;
  readonly #socket: CallSocket;
  readonly #after: (ms: number, act: () => void) => unknown;
  #over = false;

  constructor(edge: Edge, call: string, options: { players?: Readonly<Record<Party, Player>>; world?: World } = {}) {
    super();
    this.edge = edge;
    this.call = call;
    this.players = options.players ?? { caller: new Player(), callee: new Player() };
    this.#after = options.world?.after ?? later;
    this.#socket = new CallSocket(edge, call, options.world ? { world: options.world } : {});
    this.#listen();
    this.#follow('caller');
    this.#follow('callee');
  }

  open(): void {
    this.#socket.open();
  }

  /** The call goes on without being watched. */
  close(): void {
    this.#over = true;
    for (const player of Object.values(this.players)) player.stop();
    this.#socket.close();
  }

  /** Pauses the recording for this reason, or lets it begin or go on; where the desk lets supervisors do so. */
  async pauseRecording(reason: string): Promise<void> {
    await this.#socket.ask({ type: 'record', on: false, reason });
  }

  async beginRecording(): Promise<void> {
    await this.#socket.ask({ type: 'record', on: true });
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('state', (connection) => {
      this.connection = connection;
      this.emit('change', undefined);
    });
    socket.on('watching', ({ caller, callee }) => {
      this.caller = caller;
      this.callee = callee;
      this.emit('change', undefined);
    });
    socket.on('entry', ({ entry }) => this.#entry(entry));
    // What becomes of it is the player's state.
    socket.on('play', ({ party, urls }) => void this.players[party].play(urls).catch(() => undefined));
    socket.on('over', (error) => this.#finish(error));
  }

  /** A stream that is lost while it is live is asked for again; the answer is a `play`. */
  #follow(party: Party): void {
    this.players[party].on('state', ({ state }) => {
      if (state !== 'lost') return;
      this.#after(AGAIN, () => {
        if (!this.#over && this.state[party].live) void this.#socket.ask({ type: 'urls' }).catch(() => undefined);
      });
    });
  }

  #entry(entry: Entry): void {
    this.state = after(this.state, entry);
    if (entry.kind === 'call.accept') this.callee = entry.callee;
    if (entry.kind === 'stream.end') this.players[entry.party].stop();
    this.emit('entry', entry);
    this.emit('change', undefined);
    if (entry.kind === 'call.end') this.#finish();
  }

  #finish(error?: SignalError): void {
    if (this.#over) return;
    this.close();
    this.emit('over', error);
    this.emit('change', undefined);
  }
}
