// A call as a supervisor watches it: the log and both streams. The parties see nothing of him.

import { Emitter } from '../media/emitter';
import { Player } from '../media/player';
import type { MediaUrls, PlayerState } from '../media/types';
import { CallSocket } from '../signal/call-socket';
import { after as later } from '../signal/clock';
import type { Edge } from '../signal/edge';
import type { SignalError } from '../signal/error';
import type { SocketState, World } from '../signal/kept-socket';
import type { Entry, Party } from '../signal/says';
import { after, type CallState, emptyState } from './call-state';

/** So long a live stream may go unplayed before fresh URLs are asked for, and so long until they are asked for again, in milliseconds. */
const AGAIN = 1_000;

const PARTIES: readonly Party[] = ['caller', 'callee'];

/** What a player is told, and how it stands. */
interface Playing {
  urls?: MediaUrls;
  at: PlayerState['state'];
}

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
  readonly #playing: Record<Party, Playing> = { caller: { at: 'idle' }, callee: { at: 'idle' } };
  #current = false;
  #renewing = false;
  #over = false;

  constructor(edge: Edge, call: string, options: { players?: Readonly<Record<Party, Player>>; world?: World } = {}) {
    super();
    this.edge = edge;
    this.call = call;
    this.players = options.players ?? { caller: new Player(), callee: new Player() };
    this.#after = options.world?.after ?? later;
    this.#socket = new CallSocket(edge, call, options.world ? { world: options.world } : {});
    this.#listen();
    for (const party of PARTIES) this.#follow(party);
  }

  /** Whether nothing more comes. */
  get isOver(): boolean {
    return this.#over;
  }

  open(): void {
    this.#socket.open();
  }

  /** Lets sound be heard, in a user's click, where the browser keeps it back. */
  async resume(): Promise<void> {
    await Promise.all(PARTIES.map((party) => this.players[party].resume()));
  }

  /** The call goes on without being watched. */
  close(): void {
    this.#over = true;
    for (const party of PARTIES) this.#stop(party);
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
      this.#current = false;
      this.caller = caller;
      this.callee = callee;
      this.emit('change', undefined);
    });
    socket.on('entry', ({ entry }) => this.#entry(entry));
    socket.on('current', () => this.#isCurrent());
    socket.on('play', ({ party, urls }) => this.#play(party, urls));
    socket.on('over', (error) => this.#finish(error));
  }

  /** The log is known: what has ended meanwhile is no longer played. */
  #isCurrent(): void {
    this.#current = true;
    for (const party of PARTIES) if (!this.state[party].live) this.#stop(party);
    this.#renew();
  }

  /** The edge tells of every live stream when one is asked for: what plays or is about to goes on. */
  #play(party: Party, urls: MediaUrls): void {
    const { urls: told, at } = this.#playing[party];
    const same = told?.node === urls.node && told.stream === urls.stream;
    if (same && (at === 'playing' || at === 'connecting')) return;
    this.#playing[party] = { urls, at: 'connecting' };
    // What becomes of it is the player's state.
    this.players[party].play(urls).catch(() => undefined);
  }

  #stop(party: Party): void {
    if (this.#playing[party].at !== 'idle') this.players[party].stop();
    this.#playing[party] = { at: 'idle' };
  }

  #follow(party: Party): void {
    this.players[party].on('state', ({ state }) => {
      this.#playing[party].at = state;
      if (this.#misses(party)) this.#renew();
    });
  }

  /** Whether its stream is live and nothing is there that plays it. */
  #misses(party: Party): boolean {
    const { at } = this.#playing[party];
    const gone = at === 'idle' || at === 'lost' || at === 'refused' || at === 'over';
    return gone && this.#current && this.state[party].live;
  }

  /** A little later, whatever is missed then is asked for. */
  #renew(): void {
    if (this.#renewing || this.#over) return;
    this.#renewing = true;
    this.#after(AGAIN, () => void this.#ask());
  }

  /** The answer is a `play` of each live stream; whether that comes, and whether it helps, is looked at again. */
  async #ask(): Promise<void> {
    const asks = !this.#over && PARTIES.some((party) => this.#misses(party));
    if (asks) await this.#socket.ask({ type: 'urls' }).catch(() => undefined);
    this.#renewing = false;
    if (asks) this.#renew();
  }

  #entry(entry: Entry): void {
    this.state = after(this.state, entry);
    if (entry.kind === 'call.accept') this.callee = entry.callee;
    if (entry.kind === 'call.transfer') this.callee = undefined;
    if (this.#current) this.#react(entry);
    this.emit('entry', entry);
    this.emit('change', undefined);
    if (entry.kind === 'call.end') this.#finish();
  }

  /** To what happens now; what happened before is dealt with all at once, when the log is known. */
  #react(entry: Entry): void {
    if (entry.kind === 'stream.begin') this.#renew();
    if (entry.kind === 'stream.end') this.#stop(entry.party);
    if (entry.kind === 'call.transfer') this.#stop('callee');
  }

  #finish(error?: SignalError): void {
    if (this.#over) return;
    this.close();
    this.emit('over', error);
    this.emit('change', undefined);
  }
}
