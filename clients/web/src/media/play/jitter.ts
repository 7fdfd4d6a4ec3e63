// How unevenly something arrives.

/** So many arrivals are looked at: three seconds of packets of 20 ms. */
const MEMORY = 150;

/** What is later than this comes too late for a conversation, and nothing waits for its like, in milliseconds. */
const TOO_LATE = 600;

/** After this long the quickest arrival of before is forgotten, in milliseconds: clocks drift. */
const WINDOW = 10_000;

/** Arrivals of what has times of its own. All in milliseconds. */
export class Jitter {
  #quickest = [Infinity, Infinity];
  #begin = 0;
  #late: number[] = [];
  #spread = 0;
  #count = 0;

  /** What has this time is here now. */
  arrive(time: number, now: number): void {
    const way = now - time;
    if (now - this.#begin > WINDOW) {
      this.#quickest = [way, this.#quickest[0] ?? way];
      this.#begin = now;
    }
    this.#quickest[0] = Math.min(this.#quickest[0] ?? way, way);
    const late = way - Math.min(...this.#quickest);
    if (late > TOO_LATE) return;
    this.#late.push(late);
    if (this.#late.length > MEMORY) this.#late.shift();
    if (++this.#count % 10 === 0) this.#spread = this.#quantile(0.95);
  }

  /** How much later than the quickest nearly all of it comes. */
  get spread(): number {
    return this.#spread;
  }

  /** Another sender, another clock. */
  restart(): void {
    this.#quickest = [Infinity, Infinity];
    this.#late = [];
    this.#begin = 0;
  }

  #quantile(q: number): number {
    const sorted = [...this.#late].sort((a, b) => a - b);
    return sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
  }
}
