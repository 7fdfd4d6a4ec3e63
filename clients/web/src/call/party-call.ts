// One party's half of a call: the log, the socket and both streams.

import { Emitter } from '../media/emitter';
import type { LocalMedia } from '../media/local';
import { Player } from '../media/player';
import { Publisher } from '../media/publisher';
import type { PlayerState, PlayStats, PublisherState, PublishStats, Reason } from '../media/types';
import { CallSocket, type Position } from '../signal/call-socket';
import { clientId } from '../signal/client-id';
import type { Edge } from '../signal/edge';
import type { SignalError } from '../signal/error';
import type { SocketState, World } from '../signal/kept-socket';
import type { Sent, Store } from '../signal/outbox';
import type { Command, Entry, Party, Quality } from '../signal/says';
import { after, type CallState, emptyState, other } from './call-state';
import { MediaLink } from './media-link';

/** What a party hears of his call. */
export type PartyCallEvents = {
  /** `state`, `connection`, `pending` or one of the media states is another one. */
  change: void;
  /** Each entry of the log once and in order; not `fresh`: this tab has told it before a reload. */
  entry: { entry: Entry; fresh: boolean };
  /** A place in the desk's line. */
  position: Position;
  published: PublishStats;
  played: PlayStats;
  /** The browser keeps the sound back until `resume` is called in a click. */
  blocked: boolean;
  /** One's own network. */
  quality: Quality;
  /** This browser cannot publish; the call goes on without. */
  unable: Reason;
  /** Something that was said is not in the log. */
  refused: { command: Command & Sent; error: SignalError };
  /** The call is over for this party: by `call.end`, or because its socket was refused or closed for good. */
  over: SignalError | undefined;
};

/** What a call is made of. */
export interface PartyCallParts {
  edge: Edge;
  call: string;
  /** Camera and microphone; absent: nothing is published. */
  local?: LocalMedia;
  /** `sessionStorage`, so that a reload loses nothing. */
  store?: Store;
  /** A test has its own. */
  player?: Player;
  publisher?: Publisher;
  world?: World;
}

/** What both parties have in common. `open` it once the listeners are there. */
export abstract class PartyCall extends Emitter<PartyCallEvents> {
  readonly edge: Edge;
  readonly call: string;
  readonly me: Party;
  readonly player: Player;
  /** The log so far. */
  readonly entries: Entry[] = [];
  state: CallState = emptyState();
  connection: SocketState = 'connecting';
  publishing: PublisherState = { state: 'idle' };
  playing: PlayerState = { state: 'idle' };
  protected readonly socket: CallSocket;
  protected readonly link: MediaLink;
  #current = false;
  #over = false;
  #told: Quality = 'good';
  /** The edge's clock minus this one, as the newest entry tells. */
  #ahead = 0;

  constructor(me: Party, parts: PartyCallParts) {
    super();
    this.me = me;
    this.edge = parts.edge;
    this.call = parts.call;
    this.player = parts.player ?? new Player();
    const { edge, call, store, world } = parts;
    this.socket = new CallSocket(edge, call, { ...(store && { store }), ...(world && { world }) });
    const publisher = parts.publisher ?? (parts.local && new Publisher(parts.local));
    const urls = () => this.socket.urls();
    this.link = new MediaLink({ player: this.player, urls, ...(publisher && { publisher }), ...(world && { after: world.after }) });
    this.#listenToSocket();
    this.#listenToLink();
  }

  /** Dials, and again whenever the connection is lost. */
  open(): void {
    this.socket.open();
  }

  /** What was said and is not in the log yet, oldest first. */
  get pending(): readonly (Command & Sent)[] {
    return this.socket.pending;
  }

  /** The other party. */
  get peer(): Party {
    return other(this.me);
  }

  /** The time by the edge's clock, as entries have it; nearly so until the first one comes. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** How one's own network is. */
  get quality(): Quality {
    return this.link.quality;
  }

  /** Whether it is over for this party. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Says something; resolves when it is stored. It is sent over as many connections as that takes. */
  text(text: string): Promise<void> {
    return this.say({ type: 'text', text });
  }

  /** Shows a picture: uploads it, then puts it into the log. */
  async picture(picture: Blob): Promise<void> {
    const image = await this.edge.upload(this.call, picture);
    await this.say({ type: 'image', image });
  }

  /** Ends the call, for both. */
  async hangUp(): Promise<void> {
    try {
      await this.say({ type: 'hangup' });
    } catch (error) {
      // The end was in the log before the answer came, or the other was faster.
      if (this.state.phase !== 'ended') throw error;
    }
  }

  /** Lets sound begin, in a user's click. */
  resume(): Promise<void> {
    return this.player.resume();
  }

  /** Leaves without a word: the call goes on, and another page may resume it. */
  close(): void {
    this.#over = true;
    this.link.stop();
    this.socket.close();
  }

  /** The log is known: what this party does now, by where the call stands. */
  protected abstract proceed(): void;

  /** An entry that may be the sign for this party's next step. */
  protected follow(entry: Entry): void {
    void entry;
  }

  protected async say(command: Command): Promise<void> {
    const asked = this.socket.ask(command, clientId());
    this.emit('change', undefined);
    await asked.finally(() => this.emit('change', undefined));
  }

  /** It is over; nothing of it is left but what the page shows. */
  protected finish(error?: SignalError): void {
    if (this.#over) return;
    this.#over = true;
    this.link.stop();
    if (this.state.phase === 'ended') this.socket.forget();
    this.socket.close();
    this.emit('over', error);
    this.emit('change', undefined);
  }

  #listenToSocket(): void {
    const { socket } = this;
    socket.on('state', (connection) => {
      this.connection = connection;
      this.emit('change', undefined);
    });
    socket.on('entry', ({ entry, fresh }) => this.#entry(entry, fresh));
    socket.on('current', () => this.#isCurrent());
    socket.on('play', ({ party, urls }) => party === this.peer && this.link.told(urls));
    socket.on('position', (position) => this.emit('position', position));
    socket.on('refused', (refused) => this.emit('refused', refused));
    socket.on('over', (error) => this.finish(error));
  }

  #listenToLink(): void {
    const { link } = this;
    link.on('publisher', (publishing) => {
      this.publishing = publishing;
      this.emit('change', undefined);
    });
    link.on('player', (playing) => {
      this.playing = playing;
      this.emit('change', undefined);
    });
    link.on('published', (stats) => this.emit('published', stats));
    link.on('played', (stats) => this.emit('played', stats));
    link.on('blocked', (blocked) => this.emit('blocked', blocked));
    link.on('unable', (reason) => this.emit('unable', reason));
    link.on('quality', (quality) => {
      this.emit('quality', quality);
      void this.#tellQuality();
    });
  }

  #entry(entry: Entry, fresh: boolean): void {
    this.entries.push(entry);
    this.state = after(this.state, entry);
    if (this.#current) {
      this.#ahead = entry.at - Date.now();
      this.#react(entry);
    }
    this.emit('entry', { entry, fresh });
    this.emit('change', undefined);
  }

  /** To what happens now; what happened before the page was there is dealt with all at once, by `proceed`. */
  #react(entry: Entry): void {
    if (entry.kind === 'call.end') return this.finish();
    if (entry.kind === 'stream.begin' && entry.party === this.me) this.link.ownBegan();
    if (entry.kind === 'stream.end' && entry.party === this.me) this.link.ownEnded();
    if (entry.kind === 'call.transfer') this.link.peerGone();
    if (entry.kind === 'call.accept') void this.#tellQuality();
    this.follow(entry);
  }

  #isCurrent(): void {
    const first = !this.#current;
    this.#current = true;
    if (this.state.phase === 'ended') return this.finish();
    if (!first) return;
    // Before a reload it may have been another one.
    this.#told = this.state[this.me].quality;
    void this.#tellQuality();
    this.proceed();
  }

  async #tellQuality(): Promise<void> {
    const { phase } = this.state;
    const { quality } = this.link;
    if (quality === this.#told || (phase !== 'requested' && phase !== 'talking')) return;
    if (this.pending.some(({ type }) => type === 'network')) return;
    this.#told = quality;
    // Whether it is told or not, the call goes on; the next change tries again.
    await this.socket.ask({ type: 'network', quality }).catch(() => undefined);
    await this.#tellQuality();
  }
}
