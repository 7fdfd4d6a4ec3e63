// Which picture is shown when.

import type { SoundClock } from './sound-clock';

/** A picture is shown this much before its sound, in milliseconds: less than people notice, and as much less delay. */
const LEAD = 36;

/** From drawing until it is seen, in milliseconds: the browser shows it with its next frame. */
const DISPLAY = 16;

/** The longest that a picture waits for its sound. */
const LONGEST = 400;

/** Times of one picture differ by less, in milliseconds: a decoder's are whole microseconds. */
const SAME = 1;

/** No decoder has more pictures in it; one that gives none at all is given others. */
const MOST_DECODED = 64;

/** No more pictures than this wait: they are the decoder's memory. */
const MOST = 12;

/** Something that is shown once and then given back. */
export interface Picture {
  close(): void;
}

/** A picture that waits. */
interface Entry<P> {
  picture: P;
  time: number;
  came: number;
  /** It is held until then, for those that come late not to be missed. */
  until: number;
}

/** Pictures that wait. Times are milliseconds; `now` on the UNIX clock. */
export class Schedule<P extends Picture> {
  #waiting: Entry<P>[] = [];
  /** Until when pictures are held that are being decoded, the first one first. */
  #held: { time: number; until: number }[] = [];
  /** How much later than their sound pictures are of late; negative: earlier. */
  behind: number | undefined;
  #slack: number | undefined;

  constructor(readonly clock: SoundClock) {}

  /** The picture of this time is not to be shown before then. */
  hold(time: number, until: number): void {
    this.#held.push({ time, until });
    if (this.#held.length > MOST_DECODED) this.#held.shift();
  }

  add(picture: P, time: number, now: number): void {
    // What the decoder did not give will not come any more.
    while (this.#held[0] && this.#held[0].time < time - SAME) this.#held.shift();
    const held = this.#held[0];
    const until = held && held.time < time + SAME ? held.until : now;
    this.#waiting.push({ picture, time, came: now, until });
    if (this.#waiting.length > MOST) this.#waiting.shift()?.picture.close();
  }

  /** The newest picture that is due, and when it came; those before it are given back. */
  due(now: number): Entry<P> | undefined {
    let due: Entry<P> | undefined;
    while (this.#waiting[0] && this.#dueAt(this.#waiting[0], now) <= now) {
      due?.picture.close();
      due = this.#waiting.shift();
    }
    if (due) this.#watch(due, now);
    return due;
  }

  /** When the next one is due; undefined when none waits. */
  next(now: number): number | undefined {
    return this.#waiting[0] && this.#dueAt(this.#waiting[0], now);
  }

  clear(): void {
    for (const { picture } of this.#waiting) picture.close();
    this.#waiting = [];
    this.#held = [];
    this.behind = this.#slack = undefined;
  }

  /** The shortest that a picture has waited for its sound since the last time; undefined when none was shown. */
  takeSlack(): number | undefined {
    const slack = this.#slack;
    this.#slack = undefined;
    return slack;
  }

  #dueAt({ time, came, until }: Entry<P>, now: number): number {
    const heard = this.clock.heardAt(time, now);
    return Math.max(until, heard === undefined ? came : Math.min(heard - LEAD - DISPLAY, came + LONGEST));
  }

  #watch({ time, came, until }: Entry<P>, now: number): void {
    this.#slack = Math.min(this.#slack ?? Infinity, now - Math.max(came, until));
    const heard = this.clock.heardAt(time, now);
    const behind = heard === undefined ? undefined : now + DISPLAY - heard;
    this.behind = behind === undefined || this.behind === undefined ? behind : this.behind + (behind - this.behind) * 0.1;
  }
}
