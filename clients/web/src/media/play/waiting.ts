// How much longer sound is to wait so that pictures are with it.

/** Pictures may be this much behind their sound, in milliseconds. */
const BEHIND = 10;

/** The most that sound waits for pictures. */
const MOST = 200;

/** Looks once a second. */
export class Waiting {
  #wait = 0;

  /** Pictures are so much later than their sound, in milliseconds; undefined when nothing is heard. */
  look(behind: number | undefined): number {
    if (behind !== undefined) this.#wait = Math.min(MOST, Math.max(0, this.#wait + step(behind)));
    return this.#wait;
  }

  restart(): void {
    this.#wait = 0;
  }
}

/** Up by half of what is too much, down slowly where pictures have time to spare. */
function step(behind: number): number {
  if (behind > BEHIND) return (behind - BEHIND) / 2;
  return behind < -BEHIND ? -5 : 0;
}
