// Reads what a page shows: the mark of each new picture, off the element in which it is shown.

import { MARK, PICTURE, readMark } from './mark';
import { wallTime } from './source';

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

const nothing = (): Seen => ({ delays: [], at: [], freezes: 0, frozenMs: 0, pauseMs: 0 });

/** Looks at an element at every frame of the page. */
export class Eye {
  #canvas = document.createElement('canvas');
  #seen = nothing();
  #last = 0;
  #lastAt: number | undefined;
  #stopped = false;

  constructor(readonly find: () => HTMLCanvasElement | HTMLVideoElement | null) {
    this.#canvas.width = MARK.width;
    this.#canvas.height = MARK.height;
    this.#look();
  }

  /** What was seen since the last time. */
  take(): Seen {
    const seen = this.#seen;
    this.#seen = nothing();
    return seen;
  }

  stop(): void {
    this.#stopped = true;
  }

  #look(): void {
    if (this.#stopped) return;
    requestAnimationFrame(() => this.#look());
    const element = this.find();
    const context = this.#canvas.getContext('2d', { willReadFrequently: true, alpha: false });
    if (!element || !context) return;
    const { width, height } = MARK;
    // A sender that is short of bits may send a smaller picture.
    const scale = widthOf(element) / PICTURE;
    if (scale === 0) return;
    context.drawImage(element, 0, 0, width * scale, height * scale, 0, 0, width, height);
    const instant = readMark(context.getImageData(0, 0, width, height));
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
}

function widthOf(element: HTMLCanvasElement | HTMLVideoElement): number {
  return element instanceof HTMLVideoElement ? element.videoWidth : element.width;
}
