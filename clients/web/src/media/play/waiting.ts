// How much longer sound is to wait so that pictures are with it.

/** Pictures may be this much behind their sound, in milliseconds: from there on people notice (ITU-R BT.1359-1). */
const BEHIND = 45;

/** The most that sound waits for pictures: a conversation needs the sound first. */
const MOST = 100;

/** Pictures may have this much time to spare, in milliseconds. */
const SPARE = 15;

/** Looks once a second. */
export class Waiting {
  #wait = 0;

  /**
   * Pictures are so much later than their sound, and have waited at least so long for it, in milliseconds; undefined when
   * nothing is heard or shown.
   */
  look(behind: number | undefined, slack: number | undefined): number {
    if (behind !== undefined && behind > BEHIND) this.#wait += (behind - BEHIND) / 2;
    else if (slack !== undefined && slack > SPARE) this.#wait -= (slack - SPARE) / 2;
    this.#wait = Math.min(MOST, Math.max(0, this.#wait));
    return this.#wait;
  }

  restart(): void {
    this.#wait = 0;
  }
}
