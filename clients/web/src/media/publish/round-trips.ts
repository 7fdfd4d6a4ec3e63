// How long a round trip takes, and how much of that is the road and not a queue.

/** What is this much longer than the shortest is a queue, maybe our own, in milliseconds. */
const QUEUE = 60;

/** The shortest is forgotten after this long and once more, in milliseconds: roads change. */
const MEMORY = 5_000;

/** Round trips, measured one after the other. All in milliseconds. */
export class RoundTrips {
  #now = 50;
  #shortest: [number, number] = [Infinity, Infinity];
  #since = 0;

  /** A round trip took `ms`. */
  take(ms: number, now: number): void {
    this.#now = ms;
    const [current, before] = this.#shortest;
    if (now - this.#since > MEMORY) {
      this.#shortest = [ms, current];
      this.#since = now;
    } else this.#shortest = [Math.min(current, ms), before];
  }

  /** The last one. */
  get now(): number {
    return this.#now;
  }

  /** How much longer the last one was than the shortest of late. */
  get growth(): number {
    return Math.max(0, this.#now - Math.min(...this.#shortest));
  }

  /** The last one without what is a queue in it. */
  get usual(): number {
    return Math.min(this.#now, Math.min(...this.#shortest) + QUEUE);
  }
}
