// Reads what a page shows: the mark of each new picture, off the element in which it is shown. Where it is told to, it keeps whole
// pictures from time to time.

import { MARK, PICTURE, readMark } from './mark';
import { HEIGHT, WIDTH, wallTime } from './source';
import { Easel, type Luma } from './still';

/** Pauses longer than this are freezes, in milliseconds. */
const FREEZE = 250;

/** What was seen. */
export interface Seen {
  /** From the capture of each picture until it stood in the element, in milliseconds. */
  delays: number[];
  /** When each of them was seen, in UNIX milliseconds. */
  at: number[];
  freezes: number;
  frozenMs: number;
  /** The longest pause between two pictures. */
  pauseMs: number;
}

/** Pictures that stood in the element. */
export interface Kept {
  /** For each of them: when it was kept, when the newest picture was taken by then whose mark was read, and since when that stood, in UNIX milliseconds. */
  times: [at: number, taken: number, since: number][];
  lumas: Luma[];
}

const nothing = (): Seen => ({ delays: [], at: [], freezes: 0, frozenMs: 0, pauseMs: 0 });

/** Looks at an element at every frame of the page. */
export class Eye {
  #seen = nothing();
  #last = 0;
  #lastAt: number | undefined;
  #stopped = false;
  readonly #easel = new Easel();
  #kept: Kept = { times: [], lumas: [] };
  /** Milliseconds between two pictures that are kept; none are, where there is no such thing. */
  #period: number | undefined;

  constructor(readonly find: () => HTMLCanvasElement | HTMLVideoElement | null) {
    this.#look();
  }

  /** What was seen since the last time. */
  take(): Seen {
    const seen = this.#seen;
    this.#seen = nothing();
    return seen;
  }

  /** Keeps a picture every so many milliseconds. */
  keep(period: number): void {
    this.#period = period;
  }

  /** What was kept; from now on nothing is. */
  kept(): Kept {
    const kept = this.#kept;
    this.#kept = { times: [], lumas: [] };
    this.#period = undefined;
    return kept;
  }

  stop(): void {
    this.#stopped = true;
  }

  #look(): void {
    if (this.#stopped) return;
    requestAnimationFrame(() => this.#look());
    const element = this.find();
    if (!element || widthOf(element) === 0) return;
    const last = this.#kept.times.at(-1)?.[0] ?? 0;
    const keeps = this.#period !== undefined && wallTime() - last >= this.#period;
    this.#draw(element, keeps);
    this.#read();
    if (keeps) this.#keep();
  }

  /** Draws it once, whole or only its mark, so that both are of the same picture. */
  #draw(element: HTMLCanvasElement | HTMLVideoElement, whole: boolean): void {
    const { width, height } = whole ? { width: WIDTH, height: HEIGHT } : MARK;
    // A sender that is short of bits may send a smaller picture.
    const scale = widthOf(element) / PICTURE;
    this.#easel.context.drawImage(element, 0, 0, width * scale, height * scale, 0, 0, width, height);
  }

  #read(): void {
    const instant = readMark(this.#easel.mark());
    if (instant === undefined || instant <= this.#last) return;
    this.#last = instant;
    const now = wallTime();
    this.#seen.delays.push(now - instant);
    this.#seen.at.push(now);
    const pause = now - (this.#lastAt ?? now);
    this.#lastAt = now;
    this.#seen.pauseMs = Math.max(this.#seen.pauseMs, pause);
    if (pause <= FREEZE) return;
    this.#seen.freezes++;
    this.#seen.frozenMs += pause;
  }

  #keep(): void {
    if (this.#lastAt === undefined) return;
    this.#kept.times.push([wallTime(), this.#last, this.#lastAt]);
    this.#kept.lumas.push(this.#easel.luma());
  }
}

function widthOf(element: HTMLCanvasElement | HTMLVideoElement): number {
  return element instanceof HTMLVideoElement ? element.videoWidth : element.width;
}
