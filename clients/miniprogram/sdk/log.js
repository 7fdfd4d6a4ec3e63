// Which entries of a call's log were seen.

/** Sees to it that each entry is given out once and in order. */
class LogCursor {
  constructor(last = 0) {
    this.last = last;
    this.asked = false;
  }

  /** A socket opened and says what the newest entry is. Gives the number to resume after, if anything is missing. */
  hello(newest) {
    this.asked = newest > this.last;
    return this.asked ? this.last : undefined;
  }

  /**
   * Entry `seq` arrived: `next` (give it out), `known` (drop it), `ask` (drop it and resume after `last`) or `asked` (drop
   * it, it will come again).
   */
  entry(seq) {
    if (seq <= this.last) return 'known';
    if (seq === this.last + 1) {
      this.last = seq;
      this.asked = false;
      return 'next';
    }
    if (this.asked) return 'asked';
    this.asked = true;
    return 'ask';
  }
}

module.exports = { LogCursor };
