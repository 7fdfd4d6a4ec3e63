// A socket that is dialled again when it is lost.

import { wait } from './backoff';
import { type After, after as timer } from './clock';
import type { Edge } from './edge';
import { SignalError } from './error';

/** `lost` is dialled again by itself, `closed` never. */
export type SocketState = 'connecting' | 'open' | 'lost' | 'closed';

/** What a `WebSocket` is used for here. */
export type RawSocket = Pick<WebSocket, 'onopen' | 'onmessage' | 'onclose' | 'send' | 'close'>;

/** How the world is reached; a test has its own. */
export interface World {
  dial(url: string, protocols: string[]): RawSocket;
  after: After;
  now(): number;
  random(): number;
}

const browser: World = {
  dial: (url, protocols) => new WebSocket(url, protocols),
  after: timer,
  now: () => performance.now(),
  random: Math.random,
};

/** Who holds a socket is told. */
export interface Holder {
  state(state: SocketState): void;
  /** A message, as parsed JSON; `first` on its connection. */
  said(message: unknown, first: boolean): void;
  /** It is over: dialling again would not help. */
  refused(error: SignalError): void;
}

/** How often the edge is told that we are there, in milliseconds. */
const PING_EVERY = 15_000;

/** Silence for so long means that the connection is dead. */
const SILENT = 30_000;

/** How long a dial may take. */
const DIAL = 10_000;

/** So many refusals in a row, of an edge that answers plain requests, are meant for us: some seconds of them. */
const MEANT = 8;

/** Keeps one connection up until it is closed or refused. */
export class KeptSocket {
  readonly #edge: Pick<Edge, 'socket' | 'whyRefused'>;
  readonly #path: string;
  readonly #why: string;
  readonly #holder: Holder;
  readonly #world: World;
  #socket: RawSocket | undefined;
  #state: SocketState = 'lost';
  #attempt = 0;
  #refusals = 0;
  #heard = 0;
  #first = true;
  #cancel: () => void = () => {};
  readonly #online = () => this.#hurry();

  /** `why` is the path that a plain request tells from why the socket at `path` is refused. */
  constructor(edge: Pick<Edge, 'socket' | 'whyRefused'>, path: string, why: string, holder: Holder, world: World = browser) {
    this.#edge = edge;
    this.#path = path;
    this.#why = why;
    this.#holder = holder;
    this.#world = world;
    globalThis.addEventListener?.('online', this.#online);
  }

  /** Dials. */
  open(): void {
    if (this.#state === 'lost') this.#dial();
  }

  /** Says this once, if there is a connection. */
  say(message: object): void {
    if (this.#state === 'open') this.#socket?.send(JSON.stringify(message));
  }

  /** Ends it for good. */
  close(): void {
    globalThis.removeEventListener?.('online', this.#online);
    this.#drop();
    this.#tell('closed');
  }

  /** Loses the connection, as a network would. */
  cut(): void {
    if (this.#state === 'open') this.#lose();
  }

  #dial(): void {
    const { url, protocols } = this.#edge.socket(this.#path);
    this.#tell('connecting');
    const socket = this.#world.dial(url, protocols);
    this.#socket = socket;
    this.#cancel = this.#world.after(DIAL, () => this.#lose());
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = () => void this.#closed();
  }

  #opened(): void {
    this.#first = true;
    this.#heard = this.#world.now();
    this.#tell('open');
    this.#watch();
  }

  #watch(): void {
    this.#cancel();
    this.#cancel = this.#world.after(PING_EVERY, () => {
      if (this.#world.now() - this.#heard >= SILENT) return this.#lose();
      this.#socket?.send('ping');
      this.#watch();
    });
  }

  #hear(data: unknown): void {
    this.#heard = this.#world.now();
    if (typeof data !== 'string' || data === 'pong') return;
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    const first = this.#first;
    this.#first = false;
    // A greeting proves that the edge works; a connection that dies before does not.
    this.#attempt = 0;
    this.#refusals = 0;
    this.#holder.said(message, first);
  }

  async #closed(): Promise<void> {
    const opened = this.#state === 'open';
    this.#drop();
    this.#tell('lost');
    const why = opened ? undefined : await this.#refusal();
    if (this.#state !== 'lost') return;
    if (!why) return this.#again();
    this.close();
    this.#holder.refused(why);
  }

  /** Why the edge does not let this one in; nothing, while that may pass. */
  async #refusal(): Promise<SignalError | undefined> {
    const why = await this.#edge.whyRefused(this.#why);
    if (why instanceof SignalError) return why;
    this.#refusals = why === 'unknown' ? this.#refusals + 1 : 0;
    if (this.#refusals < MEANT) return undefined;
    return new SignalError('forbidden', '服务器不接受此连接 / The server does not accept this connection', this.#path);
  }

  #lose(): void {
    this.#drop();
    this.#tell('lost');
    this.#again();
  }

  #again(): void {
    const ms = wait(this.#attempt++, this.#world.random());
    this.#cancel();
    this.#cancel = this.#world.after(ms, () => this.open());
  }

  /** The network is back: no need to wait. */
  #hurry(): void {
    this.#attempt = 0;
    if (this.#state === 'open') this.#lose();
    else if (this.#state === 'lost') this.#again();
  }

  #drop(): void {
    this.#cancel();
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #tell(state: SocketState): void {
    if (this.#state === 'closed' || this.#state === state) return;
    this.#state = state;
    this.#holder.state(state);
  }
}
