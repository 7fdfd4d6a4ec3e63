// A party's socket of a call, or that of a supervisor who watches it.

import { Emitter } from '../media/emitter';
import { type Answer, Commands } from './commands';
import type { Edge } from './edge';
import { SignalError } from './error';
import { KeptSocket, type SocketState, type World } from './kept-socket';
import { LogCursor } from './log-cursor';
import type { Sent, Store } from './outbox';
import type { CallMessage, CallPhase, Command, Entry, Party, PartyUrls } from './says';
import type { MediaUrls } from '../media/types';

/** The first message of a connection. */
export type Hello = Extract<CallMessage, { type: 'hello' }>;

/** The same, for a supervisor. */
export type Watching = Extract<CallMessage, { type: 'watching' }>;

/** A place in a desk's line. */
export interface Position {
  /** 1 is next. */
  position: number;
  /** How long that may take, in seconds. */
  wait_s?: number;
}

/** What a call's socket tells. */
export type CallSocketEvents = {
  state: SocketState;
  hello: Hello;
  watching: Watching;
  /** Each entry of the log once and in order; `fresh` unless this tab has seen it before a reload. */
  entry: { entry: Entry; fresh: boolean };
  /** All entries that were there at the greeting have been told. */
  current: { phase: CallPhase; live: Party[] };
  play: { party: Party; urls: MediaUrls };
  position: Position;
  /** A command from before a reload was refused. */
  refused: { command: Command & Sent; error: SignalError };
  /** It is over: a refusal, or goodbye. It is not dialled again. */
  over: SignalError;
};

/** Outliving a reload: what a person did and would miss. */
const OUTLIVES = new Set(['text', 'image', 'hangup', 'transfer']);

/** Where a call's socket keeps what outlives a reload. */
export interface CallSocketOptions {
  /** `sessionStorage`, or nothing. */
  store?: Store;
  world?: World;
}

/** Gives each entry once and in order, and sends each command until it is answered. */
export class CallSocket extends Emitter<CallSocketEvents> {
  readonly call: string;
  readonly #kept: KeptSocket;
  readonly #log = new LogCursor(0);
  readonly #commands: Commands<Command>;
  readonly #store: Store | undefined;
  readonly #seen: number;
  #greeting: Hello | Watching | undefined;
  #current = false;

  constructor(edge: Edge, call: string, options: CallSocketOptions = {}) {
    super();
    this.call = call;
    this.#store = options.store;
    this.#seen = Number(options.store?.getItem(this.#key('seq')) ?? 0) || 0;
    const say = (command: object) => this.#kept.say(command);
    this.#commands = new Commands<Command>(say, this.#key('outbox'), options.store, ({ type }) => OUTLIVES.has(type));
    const holder = {
      state: (state: SocketState) => this.#state(state),
      said: (message: unknown) => this.#hear(message as CallMessage),
      refused: (error: SignalError) => this.#over(error),
    };
    const path = `/v1/calls/${call}`;
    const why = `${path}?after=${Number.MAX_SAFE_INTEGER}`;
    this.#kept = new KeptSocket(edge, `${path}/socket`, why, holder, options.world);
  }

  /** Dials, and again whenever it is lost. */
  open(): void {
    this.#kept.open();
  }

  /** Commands without an answer yet, oldest first. */
  get pending(): readonly (Command & Sent)[] {
    return this.#commands.pending;
  }

  /** Sends a command under an id of one's own, or a new one, and waits for its answer. */
  ask(command: Command, id?: string): Promise<Answer> {
    return this.#commands.ask(command, id);
  }

  /** Fresh URLs of one's own stream; `play` follows when the other's is live. */
  async urls(): Promise<PartyUrls> {
    return (await this.ask({ type: 'urls' })) as Answer & PartyUrls;
  }

  /** Closes it for good. What waits stays in the store, for the next page. */
  close(): void {
    this.#kept.close();
    this.#commands.end(new SignalError('closed', '连接已关闭 / The connection was closed', this.call));
  }

  /** Loses the connection, as a network would. */
  cut(): void {
    this.#kept.cut();
  }

  /** The call is over: nothing of it outlives this page. */
  forget(): void {
    this.#commands.forget();
    this.#store?.removeItem(this.#key('seq'));
  }

  #key(what: string): string {
    return `counterpart.${what}.${this.call}`;
  }

  #state(state: SocketState): void {
    if (state !== 'open') this.#commands.lost();
    this.emit('state', state);
  }

  #hear(message: CallMessage): void {
    switch (message.type) {
      case 'hello':
      case 'watching':
        return this.#greet(message);
      case 'entry':
        return this.#entry(message);
      case 'ack':
      case 'urls':
        return this.#commands.answered(message);
      case 'play':
        return this.emit('play', message);
      case 'position':
        return this.emit('position', message);
      case 'error':
        return this.#refused(message);
      case 'bye': {
        const text = message.reason === 'replaced' ? '已在另一处打开 / It was opened elsewhere' : '已转接 / It was handed on';
        return this.#over(new SignalError(message.reason, text, this.call));
      }
    }
  }

  #greet(greeting: Hello | Watching): void {
    this.#greeting = greeting;
    this.#current = false;
    if (this.#log.hello(greeting.seq)) this.#resume();
    if (greeting.type === 'hello') this.emit('hello', greeting);
    else this.emit('watching', greeting);
    this.#commands.greeted();
    this.#tellCurrent();
  }

  #entry(message: Extract<CallMessage, { type: 'entry' }>): void {
    const { type: _, ...entry } = message;
    const fate = this.#log.entry(entry.seq);
    if (fate === 'ask') this.#resume();
    if (fate !== 'next') return;
    this.#store?.setItem(this.#key('seq'), String(Math.max(entry.seq, this.#seen)));
    this.emit('entry', { entry: entry as Entry, fresh: entry.seq > this.#seen });
    this.#tellCurrent();
  }

  #tellCurrent(): void {
    if (this.#current || !this.#greeting || !this.#log.current) return;
    this.#current = true;
    this.emit('current', { phase: this.#greeting.phase, live: this.#greeting.live });
  }

  #resume(): void {
    this.#kept.say({ type: 'resume', after: this.#log.last });
  }

  #refused(message: Extract<CallMessage, { type: 'error' }>): void {
    const command = this.#commands.refused(message);
    if (command) this.emit('refused', { command, error: SignalError.refused(message) });
  }

  #over(error: SignalError): void {
    this.#kept.close();
    this.#commands.end(error);
    this.emit('over', error);
  }
}
