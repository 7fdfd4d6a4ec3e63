// How a person's own network is, in the three steps that people can tell apart.

import type { PlayStats, PublishStats } from '../media/types';
import type { Quality } from '../signal/says';

/**
 * From these on a network is `poor` and `bad`. Only what one's own side of the node is to blame for counts: what the
 * other side sends badly, such as pictures that freeze without a loss here, does not.
 */
export const THRESHOLDS = {
  /** Age of the oldest picture under way, ms. */
  queueMs: { poor: 400, bad: 1_500 },
  /** Pictures left out in a second, so that the queue stays short. */
  droppedPictures: { poor: 4, bad: 15 },
  /** What gets through, kbit/s; less is worse. */
  limitKbps: { poor: 350, bad: 150 },
  /** Round trip, ms. */
  rttMs: { poor: 400, bad: 1_000 },
  /** Of the other's stream, lost between the node and here, %. */
  lostPercent: { poor: 3, bad: 12 },
} as const;

/** So many seconds in a row must be worse before it is said, and so many better: what flickers is not told. */
export const HOLD = { worse: 2, better: 5 } as const;

/** Stats older than this say nothing about now, in milliseconds. */
const STALE = 3_500;

const STEPS: readonly Quality[] = ['good', 'poor', 'bad'];

type Limits = { poor: number; bad: number };

function above(value: number | undefined, limits: Limits): number {
  if (value === undefined) return 0;
  return value >= limits.bad ? 2 : value >= limits.poor ? 1 : 0;
}

function below(value: number | undefined, limits: Limits): number {
  if (value === undefined) return 0;
  return value <= limits.bad ? 2 : value <= limits.poor ? 1 : 0;
}

/** Judges the stats of a publisher and a player, second by second. */
export class QualityMeter {
  #step = 0;
  #published: PublishStats | undefined;
  #played: PlayStats | undefined;
  #dropped = 0;
  #judgedAt = -Infinity;
  #worse: number[] = [];
  #better: number[] = [];

  /** What it is now. */
  get quality(): Quality {
    return STEPS[this.#step] ?? 'good';
  }

  /** Takes a second of publishing; the quality, if it has changed. */
  published(stats: PublishStats): Quality | undefined {
    const before = this.#published?.droppedPictures ?? stats.droppedPictures;
    // A new connection counts from nothing.
    this.#dropped = Math.max(0, stats.droppedPictures - before);
    this.#published = stats;
    return this.#judge(stats.at);
  }

  /** Takes a second of playing; the quality, if it has changed. */
  played(stats: PlayStats): Quality | undefined {
    this.#played = stats;
    return this.#judge(stats.at);
  }

  /** Once a second, whichever of the two comes. */
  #judge(at: number): Quality | undefined {
    if (at - this.#judgedAt < 900) return undefined;
    this.#judgedAt = at;
    const step = this.#now(at);
    this.#worse = step > this.#step ? [...this.#worse, step] : [];
    this.#better = step < this.#step ? [...this.#better, step] : [];
    if (this.#worse.length >= HOLD.worse) return this.#set(Math.min(...this.#worse));
    if (this.#better.length >= HOLD.better) return this.#set(Math.max(...this.#better));
    return undefined;
  }

  #set(step: number): Quality {
    this.#step = step;
    this.#worse = [];
    this.#better = [];
    return this.quality;
  }

  #now(at: number): number {
    const published = fresh(this.#published, at);
    const played = fresh(this.#played, at);
    return Math.max(
      above(published?.queueMs, THRESHOLDS.queueMs),
      above(published && this.#dropped, THRESHOLDS.droppedPictures),
      below(published?.limitKbps, THRESHOLDS.limitKbps),
      above(published?.rttMs, THRESHOLDS.rttMs),
      above(played?.rttMs, THRESHOLDS.rttMs),
      above(played?.lostPercent, THRESHOLDS.lostPercent),
    );
  }
}

function fresh<T extends { at: number }>(stats: T | undefined, at: number): T | undefined {
  return stats && at - stats.at < STALE ? stats : undefined;
}
