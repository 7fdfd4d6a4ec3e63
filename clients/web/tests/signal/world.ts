// A world of a test's own: sockets that it plays the edge of, and a clock that it moves.

import type { RawSocket, World } from '../../src/signal/kept-socket';

/** The edge's end of a socket. */
export class FakeSocket implements RawSocket {
  onopen: RawSocket['onopen'] = null;
  onmessage: RawSocket['onmessage'] = null;
  onclose: RawSocket['onclose'] = null;
  readonly heard: string[] = [];
  closed = false;

  send(data: unknown): void {
    this.heard.push(String(data));
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.call(this as never, {} as Event);
  }

  say(message: object | string): void {
    const data = typeof message === 'string' ? message : JSON.stringify(message);
    this.onmessage?.call(this as never, { data } as MessageEvent);
  }

  drop(): void {
    this.onclose?.call(this as never, {} as CloseEvent);
  }

  /** The commands that were heard. */
  get commands(): { type: string; id?: string }[] {
    return this.heard.filter((text) => text !== 'ping').map((text) => JSON.parse(text) as { type: string; id?: string });
  }
}

/** A world whose time stands still until it is told to go on. */
export class FakeWorld implements World {
  readonly sockets: FakeSocket[] = [];
  #time = 0;
  #timers: { at: number; done: () => void }[] = [];

  dial = (): FakeSocket => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  };

  after = (ms: number, done: () => void): (() => void) => {
    const timer = { at: this.#time + ms, done };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  };

  now = (): number => this.#time;
  random = (): number => 1;

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('nothing was dialled');
    return socket;
  }

  /** Lets time pass, and promises settle between. */
  async pass(ms: number): Promise<void> {
    const end = this.#time + ms;
    await settled();
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#time = Math.max(this.#time, next.at);
      next.done();
      await settled();
    }
    this.#time = end;
  }
}

/** All promises that can settle have. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A store of a test's own. */
export function store(): Storage {
  const map = new Map<string, string>();
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
    clear: () => map.clear(),
    key: (at: number) => [...map.keys()][at] ?? null,
    get length() {
      return map.size;
    },
  };
}
