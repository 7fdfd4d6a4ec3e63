// Which entries of a call's log were seen.

/** Sees to it that each entry is given out once and in order. */
export class LogCursor {
  #last: number;
  #newest = 0;
  #asked = false;

  constructor(after: number) {
    this.#last = after;
  }

  /** The newest entry that was given out. */
  get last(): number {
    return this.#last;
  }

  /** Whether everything that the greeting told of was given out. */
  get current(): boolean {
    return this.#last >= this.#newest;
  }

  /** A socket opened and says what the newest entry is; whether to ask for more. */
  hello(newest: number): boolean {
    this.#newest = newest;
    this.#asked = newest > this.#last;
    return this.#asked;
  }

  /** An entry arrived: give it out (`next`), drop it (`drop`), or drop it and ask for all after `last` (`ask`). */
  entry(seq: number): 'next' | 'drop' | 'ask' {
    if (seq <= this.#last) return 'drop';
    if (seq === this.#last + 1) {
      this.#last = seq;
      this.#asked = false;
      return 'next';
    }
    if (this.#asked) return 'drop';
    this.#asked = true;
    return 'ask';
  }
}
