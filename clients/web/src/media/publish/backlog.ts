// What is on its way to the node, and what is left out so that it stays little.

/** Longer than a round trip and this, and pictures that no other needs are left out, in milliseconds. */
const LATE = 120;

/** Longer than a round trip and this, and no picture is encoded until the queue is short again. */
const TOO_LATE = 300;

/** From here on pictures are encoded again. */
const SHORT = 80;

/** What is to become of the next picture. */
export type Verdict = 'send' | 'references' | 'none';

/** Pictures on their way, oldest first. Times are milliseconds of any clock. */
export class Backlog {
  readonly #since = new Map<number, { at: number; bytes: number }>();
  #last = 0;
  #stopped = false;
  #roundTrip = 50;

  /** A picture leaves; its number. */
  add(bytes: number, now: number): number {
    this.#since.set(++this.#last, { at: now, bytes });
    return this.#last;
  }

  /** It has arrived, or was given up. */
  remove(picture: number): void {
    this.#since.delete(picture);
  }

  /** How long a picture takes until it is acknowledged, where nothing waits. */
  roundTrip(ms: number): void {
    this.#roundTrip = ms;
  }

  /** Bytes that have not arrived. */
  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#since.values()) sum += bytes;
    return sum;
  }

  /** The age of the oldest picture that has not arrived. */
  age(now: number): number {
    for (const { at } of this.#since.values()) return now - at;
    return 0;
  }

  /** Decides before a picture is encoded. */
  verdict(now: number): Verdict {
    const late = this.age(now) - this.#roundTrip;
    if (late > TOO_LATE) this.#stopped = true;
    if (late < SHORT) this.#stopped = false;
    if (this.#stopped) return 'none';
    return late > LATE ? 'references' : 'send';
  }

  /** Another connection. */
  restart(): void {
    this.#since.clear();
    this.#stopped = false;
  }
}
