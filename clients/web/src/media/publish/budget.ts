// What pictures have cost beyond their bitrate: an encoder at its coarsest does not go below what a picture needs.

/** Owing more than takes so long to earn, no picture is encoded, in milliseconds. */
const CREDIT = 120;

/** More than takes so long is forgiven: a keyframe shall not stop the pictures for seconds. */
const MOST = 700;

/** Keeps pictures to a bitrate by leaving some out. Times are milliseconds of any clock. */
export class Budget {
  /** How long it takes to earn what is owed. */
  #owed = 0;
  #at = 0;

  /** A picture of so many bytes was sent at this bitrate. */
  spend(bytes: number, bitrate: number, now: number): void {
    this.#owed = Math.min(this.#owing(now) + (bytes * 8_000) / bitrate, MOST);
  }

  /** Whether the next picture can be paid. */
  allows(now: number): boolean {
    return this.#owing(now) <= CREDIT;
  }

  #owing(now: number): number {
    this.#owed = Math.max(0, this.#owed - (now - this.#at));
    this.#at = now;
    return this.#owed;
  }
}
