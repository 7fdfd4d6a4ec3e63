// Which of the bitrates that the node names the encoder follows.

/** The least that pictures are given, in bits per second. */
const FLOOR = 80_000;

/** How long after a change another may follow, in milliseconds: the last one needs time to show. */
const UP = 1_500;
const DOWN = 700;

/** Follows the node, not each of its words. Bits are per second, times milliseconds of any clock. */
export class Rate {
  #current: number;
  #changed = -Infinity;
  #limit: number | undefined;

  /** Pictures begin at `ceiling`; sound takes `sound`. */
  constructor(readonly ceiling: number, readonly sound: number) {
    this.#current = ceiling;
  }

  /** What pictures have now. */
  get pictures(): number {
    return this.#current;
  }

  /** What the node said last, pictures and sound together. */
  get limit(): number | undefined {
    return this.#limit;
  }

  /** So much gets through in all: the pictures' new bitrate, if it is to change. */
  set(total: number, now: number): number | undefined {
    this.#limit = total;
    return this.look(now);
  }

  /** The same again, when time has passed. */
  look(now: number): number | undefined {
    if (this.#limit === undefined) return undefined;
    const wanted = Math.max(Math.min(this.#limit - this.sound, this.ceiling), Math.min(FLOOR, this.ceiling));
    const pause = wanted < this.#current ? DOWN : UP;
    const near = Math.abs(wanted - this.#current) <= this.#current / 20;
    if (near || now - this.#changed < pause) return undefined;
    this.#current = wanted;
    this.#changed = now;
    return wanted;
  }

  /** Another connection: it may be wider. */
  restart(): void {
    this.#limit = undefined;
    this.#current = this.ceiling;
    this.#changed = -Infinity;
  }
}
