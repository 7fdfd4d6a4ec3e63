// The size that pictures are encoded at: smaller ones where the bitrate is too low for large ones. The rule stands in docs/protocol.md, and
// the native client follows the same one (clients/native/src/publish/sizing.rs).

/** Sides of the sizes, in eighths of what is taken. */
const EIGHTHS = [8, 6, 4, 3, 2];

/** None of them has fewer samples than this, unless what is taken has. */
const LEAST_AREA = 320 * 180;

/** What a size needs at least, in bits per second for the root of its samples per second: an encoder that has less leaves out pictures. */
const NEEDED = 28.5;

/** So many times that, and a larger size does, once that has held for so long, in milliseconds. */
const ROOMY = 1.5;
const HELD = 4_000;

/**
 * It has to hold twice as long where the last time it held no longer than this, and no longer than that: each size is a keyframe, and a
 * file of the recording.
 */
const RELAPSE = 20_000;
const HELD_MOST = 64_000;

/** A keyframe that takes longer than this at the bitrate is too large, in seconds. */
const KEYFRAME = 0.3;

/** Width and height. */
export interface Size {
  width: number;
  height: number;
}

/** How pictures are encoded: one of `every`, at this size. */
export interface Step extends Size {
  every: number;
}

/** Even numbers, as 4:2:0 wants them, in the same proportion, of at most so many samples. */
export function even(width: number, height: number, most: number): Size {
  const scale = Math.min(1, Math.sqrt(most / (width * height)));
  return scaled({ width, height }, scale);
}

/** Follows the bitrate of one publisher. Bits are per second, times milliseconds of any clock. */
export class Sizing {
  /** What needs most first. */
  #steps: Step[] = [];
  #taken: Size & { fps: number } = { width: 0, height: 0, fps: 0 };
  #current = 0;
  /** Since when a larger one would do. */
  #roomy: number | undefined;
  /** How long that has to hold. */
  #held = HELD;
  /** When they became larger the last time. */
  #larger: number | undefined;
  /** The last keyframe, and what was aimed at. */
  #keyframe: { bits: number; area: number; bitrate: number } | undefined;

  /** What the next picture is, of those that are taken at this size, so many a second. */
  look(bitrate: number, taken: Size, fps: number, now: number): Step {
    this.#fit(taken, fps);
    const needed = this.#largest(bitrate);
    const roomy = this.#largest(bitrate / ROOMY);
    if (needed > this.#current) this.#shrink(needed, now);
    else if (roomy >= this.#current) this.#roomy = undefined;
    else if (now - (this.#roomy ??= now) >= this.#held) {
      this.#current = roomy;
      this.#roomy = undefined;
      this.#larger = now;
    }
    return this.#step;
  }

  /** A keyframe of this size took so many bytes. */
  keyframe(bytes: number, size: Size, bitrate: number): void {
    this.#keyframe = { bits: bytes * 8, area: area(size), bitrate };
  }

  get #step(): Step {
    return this.#steps[this.#current] ?? { ...this.#taken, every: 1 };
  }

  /** Other sizes where something else is taken. */
  #fit(taken: Size, fps: number): void {
    const { width, height } = this.#taken;
    if (width === taken.width && height === taken.height && fps === this.#taken.fps) return;
    this.#taken = { ...taken, fps };
    const sizes = EIGHTHS.map((part) => scaled(taken, part / 8));
    const large = sizes.filter((size, place) => place === 0 || area(size) >= LEAST_AREA);
    this.#steps = large.map((size) => ({ ...size, every: 1 }));
    this.#steps.push(...this.#steps.slice(-1).map((step) => ({ ...step, every: 2 })));
    this.#keyframe = undefined;
    this.#current = 0;
    this.#roomy = undefined;
  }

  #shrink(place: number, now: number): void {
    this.#current = place;
    this.#roomy = undefined;
    if (this.#larger === undefined) return;
    this.#held = Math.min(now - this.#larger < RELAPSE ? this.#held * 2 : HELD, HELD_MOST);
    this.#larger = undefined;
  }

  /** The largest that this bitrate is enough for, or else the smallest. */
  #largest(bitrate: number): number {
    const place = this.#steps.findIndex((step) => this.#fits(step, bitrate));
    return place < 0 ? this.#steps.length - 1 : place;
  }

  #fits(step: Step, bitrate: number): boolean {
    const samples = (area(step) * this.#taken.fps) / step.every;
    return bitrate >= NEEDED * Math.sqrt(samples) && this.#wait(step, bitrate) <= KEYFRAME;
  }

  /** How long its keyframe takes, as far as the last one tells: one made for a far higher bitrate says nothing. */
  #wait(step: Step, bitrate: number): number {
    const last = this.#keyframe;
    if (!last || bitrate * 2 < last.bitrate) return 0;
    return (last.bits * area(step)) / last.area / bitrate;
  }
}

function area({ width, height }: Size): number {
  return width * height;
}

function scaled({ width, height }: Size, scale: number): Size {
  const down = (length: number) => Math.max(2, Math.floor((length * scale) / 2) * 2);
  return { width: down(width), height: down(height) };
}
