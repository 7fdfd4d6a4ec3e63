// When sound is heard, as far as the worker that shows pictures knows.

/** Without a word from the worklet for this long nothing is heard, in milliseconds. */
const SILENT = 500;

/** A step beyond this is no unevenness of the words but another place, in milliseconds. */
const JUMP = 80;

/** All times are milliseconds; those of hearing on the UNIX clock. */
export class SoundClock {
  #offset: number | undefined;
  #at = 0;

  /** The worklet hands `time` to the output at `at`; until it is heard it takes `latency` more. */
  tell(time: number | undefined, at: number, latency: number): void {
    this.#at = at;
    if (time === undefined) {
      this.#offset = undefined;
      return;
    }
    const offset = at - time + latency;
    const off = offset - (this.#offset ?? offset);
    this.#offset = Math.abs(off) > JUMP || this.#offset === undefined ? offset : this.#offset + off * 0.1;
  }

  /** When sound of this time is heard; undefined when none is. */
  heardAt(time: number, now: number): number | undefined {
    return this.#offset === undefined || now - this.#at > SILENT ? undefined : time + this.#offset;
  }

  restart(): void {
    this.#offset = undefined;
  }
}
