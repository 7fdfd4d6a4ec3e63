// Capture times: both tracks on one clock.

/** So many arrivals are looked at, and after so many new ones the result is another. */
const MEMORY = 100;
const EVERY = 5;

/** Most arrivals are later than the clock says, and this part is earlier: the odd timestamp is wrong. */
const EARLIER = 0.1;

/**
 * Puts a track's own timestamps, whose zero differs from track to track, onto the clock on which frames arrive. What
 * arrives quickest was captured when it came; only what comes later than that was on its way for longer.
 */
export class CaptureClock {
  #offsets: number[] = [];
  #offset: number | undefined;
  #count = 0;

  /** A frame that has this timestamp and takes this long is here now, in milliseconds. */
  arrive(timestamp: number, duration: number, now: number): void {
    this.#offsets.push(now - duration - timestamp);
    if (this.#offsets.length > MEMORY) this.#offsets.shift();
    if (this.#count++ % EVERY !== 0 && this.#count > EVERY) return;
    const sorted = [...this.#offsets].sort((a, b) => a - b);
    this.#offset = sorted[Math.min(sorted.length - 1, 1 + Math.floor(EARLIER * sorted.length))];
  }

  /** The instant at which something was captured; undefined before the first arrival. */
  instant(timestamp: number): number | undefined {
    return this.#offset === undefined ? undefined : timestamp + this.#offset;
  }

  /** Another track has another zero. */
  restart(): void {
    this.#offsets = [];
    this.#offset = undefined;
    this.#count = 0;
  }
}

/** A step of the clock beyond this is a gap, in milliseconds; below it is corrected bit by bit. */
const STEP = 60;

/** Sound's packets follow each other without a gap: their times do too, although each instant is a little off. */
export class SoundLine {
  #next: number | undefined;

  /** The time of a packet of this length that was captured at this instant. */
  time(instant: number, duration: number): number {
    const off = instant - (this.#next ?? instant);
    const time = Math.abs(off) > STEP || this.#next === undefined ? instant : this.#next + off * 0.05;
    this.#next = time + duration;
    return time;
  }

  restart(): void {
    this.#next = undefined;
  }
}
