// Capture times: both tracks on one clock.

/** After this long the quickest arrival of before is forgotten, in milliseconds: clocks drift. */
const WINDOW = 10_000;

/**
 * Puts a track's own timestamps, whose zero differs from track to track, onto the clock on which frames arrive. What
 * arrives quickest was captured when it came; only what comes later than that was on its way for longer.
 */
export class CaptureClock {
  #current = Infinity;
  #before = Infinity;
  #begin = 0;

  /** The instant at which a frame was captured that has this timestamp, takes this long and is here now, in milliseconds. */
  instant(timestamp: number, duration: number, now: number): number {
    const offset = now - duration - timestamp;
    // Another track, or a clock that was set.
    if (Math.abs(offset - Math.min(this.#current, this.#before)) > 2_000) this.restart();
    if (now - this.#begin > WINDOW) {
      this.#before = this.#current;
      this.#current = offset;
      this.#begin = now;
    }
    this.#current = Math.min(this.#current, offset);
    return timestamp + Math.min(this.#current, this.#before);
  }

  /** Where a timestamp lies that came before; undefined when none did. */
  map(timestamp: number): number | undefined {
    const offset = Math.min(this.#current, this.#before);
    return Number.isFinite(offset) ? timestamp + offset : undefined;
  }

  restart(): void {
    this.#current = this.#before = Infinity;
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
