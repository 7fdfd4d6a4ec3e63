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
 * It has to hold twice as long where the larger size lasted no longer than this, half as long where it did, and no longer than that: each
 * size is a keyframe, and a file of the recording.
 */
const RELAPSE = 20_000;
const HELD_MOST = 64_000;

/** From one smaller size to the next, in milliseconds. */
const PAUSE = 2_000;

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

/** Whether they are equal. */
export function same(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
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
  /** When they became larger the last time, unless they have become smaller since. */
  #larger: number | undefined;
  /** When they became smaller the last time. */
  #smaller: number | undefined;
  /** The last keyframe of the present size, and what was aimed at. */
  #keyframe: { bits: number; area: number; bitrate: number } | undefined;
  /** What the encoder does not take. */
  readonly #refused: Size[] = [];

  /** What the next picture is, of those that are taken at this size, so many a second. */
  look(bitrate: number, taken: Size, fps: number, now: number): Step {
    this.#fit(taken, fps);
    const needed = Math.max(this.#enough(bitrate), this.#quick(bitrate));
    const roomy = this.#enough(bitrate / ROOMY);
    if (needed > this.#current) this.#shrink(needed, now);
    else if (roomy >= this.#current) this.#roomy = undefined;
    else if (now - (this.#roomy ??= now) >= this.#held) {
      this.#changeTo(roomy);
      this.#larger = now;
    }
    return this.#step;
  }

  /** A keyframe of this size took so many bytes. */
  keyframe(bytes: number, size: Size, bitrate: number): void {
    if (same(size, this.#step)) this.#keyframe = { bits: bytes * 8, area: area(size), bitrate };
  }

  /** The encoder does not take pictures of what `look` gave last: what they are instead, if there is something larger. */
  refuse(step: Step): Step | undefined {
    if (step !== this.#step || this.#current === 0) return undefined;
    this.#refused.push(step);
    this.#steps = this.#choices();
    this.#changeTo(this.#current - 1);
    return this.#step;
  }

  get #step(): Step {
    return this.#steps[this.#current] ?? { ...this.#taken, every: 1 };
  }

  /** Other sizes where something else is taken. */
  #fit(taken: Size, fps: number): void {
    if (same(this.#taken, taken) && fps === this.#taken.fps) return;
    this.#taken = { ...taken, fps };
    this.#steps = this.#choices();
    this.#changeTo(0);
    this.#larger = undefined;
    this.#smaller = undefined;
  }

  #choices(): Step[] {
    const taken = { width: this.#taken.width, height: this.#taken.height };
    const smaller = EIGHTHS.slice(1).map((part) => scaled(taken, part / 8)).filter((size) => area(size) >= LEAST_AREA);
    const sizes = [taken, ...smaller.filter((size) => !this.#refused.some((refused) => same(refused, size)))];
    const last = sizes.slice(-1).map((size) => ({ ...size, every: 2 }));
    return [...sizes.map((size) => ({ ...size, every: 1 })), ...last];
  }

  #shrink(place: number, now: number): void {
    this.#roomy = undefined;
    if (this.#smaller !== undefined && now - this.#smaller < PAUSE) return;
    this.#changeTo(place);
    this.#smaller = now;
    if (this.#larger === undefined) return;
    const held = now - this.#larger < RELAPSE ? this.#held * 2 : this.#held / 2;
    this.#held = Math.min(Math.max(held, HELD), HELD_MOST);
    this.#larger = undefined;
  }

  #changeTo(place: number): void {
    this.#current = place;
    this.#roomy = undefined;
    this.#keyframe = undefined;
  }

  /** The largest that this bitrate is enough for, or else the last resort. */
  #enough(bitrate: number): number {
    return this.#first(({ width, height, every }) => bitrate >= NEEDED * Math.sqrt((width * height * this.#taken.fps) / every), 1);
  }

  /**
   * The largest whose keyframe takes no longer than it may, as far as the last one tells, or else the smallest: fewer pictures make no
   * keyframe smaller. One made for a far higher bitrate says nothing. What this gives makes pictures smaller only: an encoder that has more
   * bits puts more into a keyframe of any size.
   */
  #quick(bitrate: number): number {
    const last = this.#keyframe;
    if (!last || bitrate * 2 < last.bitrate) return 0;
    return this.#first((step) => (last.bits * area(step)) / last.area / bitrate <= KEYFRAME, 2);
  }

  /** The first step that fits, or else the one at this place from the end. */
  #first(fits: (step: Step) => boolean, end: number): number {
    const place = this.#steps.findIndex(fits);
    return place < 0 ? this.#steps.length - end : place;
  }
}

function area({ width, height }: Size): number {
  return width * height;
}

function scaled({ width, height }: Size, scale: number): Size {
  const down = (length: number) => Math.max(2, Math.floor((length * scale) / 2) * 2);
  return { width: down(width), height: down(height) };
}
