// How unevenly something arrives.

/** So many arrivals are looked at: eight seconds of packets of 20 ms. */
const MEMORY = 400;

/** What a hundredth of the sound is worth, in milliseconds of delay (by ITU-T G.107 from 10 ms on, the more the less delay there is already). */
const WORTH = 10;

/** What is later than this comes too late for a conversation, and nothing waits for its like, in milliseconds. */
const TOO_LATE = 600;

/** When so many in a row are later than this the road has become longer, in milliseconds: what is known of it holds no more. */
const FAR = 350;
const IN_A_ROW = 25;

/** After this long the quickest arrival of before is forgotten, in milliseconds: clocks drift. */
const WINDOW = 10_000;

/** Arrivals of what has times of its own. All in milliseconds. */
export class Jitter {
  #quickest = [Infinity, Infinity];
  #begin = 0;
  #late: number[] = [];
  #spread = 0;
  #count = 0;
  #far = 0;

  /** What has this time is here now. */
  arrive(time: number, now: number): void {
    const way = now - time;
    if (now - this.#begin > WINDOW || now < this.#begin) {
      this.#quickest = [way, this.#quickest[0] ?? way];
      this.#begin = now;
    }
    this.#quickest[0] = Math.min(this.#quickest[0] ?? way, way);
    const late = way - Math.min(...this.#quickest);
    this.#far = late > FAR ? this.#far + 1 : 0;
    if (this.#far >= IN_A_ROW) {
      this.restart();
      this.#quickest[0] = way;
      return;
    }
    if (late > TOO_LATE) return;
    this.#late.push(late);
    if (this.#late.length > MEMORY) this.#late.shift();
    if (++this.#count % 10 === 0) this.#spread = worthwhile(this.#late);
  }

  /** How much later than the quickest it is worth to wait for. */
  get spread(): number {
    return this.#spread;
  }

  /** What the quickest of late took, from its time until it was here; infinite before anything came. */
  get way(): number {
    return Math.min(...this.#quickest);
  }

  /** Another sender, another clock. */
  restart(): void {
    this.#quickest = [Infinity, Infinity];
    this.#late = [];
    this.#far = 0;
    this.#begin = 0;
  }
}

/** The wait that costs least: itself, and what would miss it. */
function worthwhile(late: readonly number[]): number {
  const sorted = [...late].sort((a, b) => a - b);
  const cost = (wait: number, at: number) => wait + (WORTH * 100 * (sorted.length - 1 - at)) / sorted.length;
  const costs = sorted.map(cost);
  return sorted[costs.indexOf(Math.min(...costs))] ?? 0;
}
