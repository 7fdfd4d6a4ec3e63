// How much a publisher has published, from what it says once a second.

import type { PublishStats } from '../../../clients/web/src/media';

/** Adds up. */
export class Published {
  #bytes = 0;
  #last: { at: number; kbps: number } | undefined;

  /** What was said of the time since the last time. */
  take({ at, kbps }: PublishStats): void {
    this.#bytes += this.#since(at, kbps);
    this.#last = { at, kbps };
  }

  /** All bytes until this instant, in UNIX milliseconds: after what was said last, as many in a second as before. */
  bytes(at: number): number {
    return this.#bytes + this.#since(at, this.#last?.kbps ?? 0);
  }

  /** Milliseconds by kilobits per second are bits. */
  #since(at: number, kbps: number): number {
    return (Math.max(0, at - (this.#last?.at ?? at)) * kbps) / 8;
  }
}
