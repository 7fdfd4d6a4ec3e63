// What a play comes to, second by second.

import type { PlayStats } from '../types';
import type { MediaEvent } from './downlink';
import type { FromSound } from './messages';

/** A longer pause between two pictures is a freeze, in milliseconds. */
const FREEZE_MS = 250;

/** What others count. */
export interface Counted {
  bytes: number;
  roundTrip: number | undefined;
  heard: FromSound | undefined;
  behind: number | undefined;
  size: { width: number; height: number } | undefined;
}

/** Adds up. */
export class Tally {
  #shown = 0;
  #came = 0;
  #lost = 0;
  #freezes = 0;
  #frozen = 0;
  #delay: number | undefined;
  #lastShown: number | undefined;
  #last = { at: performance.now(), bytes: 0, shown: 0, came: 0, lost: 0 };

  restart(): void {
    this.#freezes = this.#frozen = 0;
    this.#lastShown = this.#delay = undefined;
    this.#last = { ...this.#last, bytes: 0 };
  }

  take(event: MediaEvent): void {
    if (event.kind === 'gap') this.#lost += event.messages;
    else this.#came++;
  }

  /** A picture that came then is shown now. */
  show(came: number, now: number): void {
    this.#shown++;
    this.#delay = now - came;
    const pause = now - (this.#lastShown ?? now);
    this.#lastShown = now;
    if (pause <= FREEZE_MS) return;
    this.#freezes++;
    this.#frozen += pause;
  }

  /** Since the last time. */
  stats({ bytes, roundTrip, heard, behind, size }: Counted): PlayStats {
    const now = performance.now();
    const seconds = (now - this.#last.at) / 1000;
    const [came, lost] = [this.#came - this.#last.came, this.#lost - this.#last.lost];
    const stats: PlayStats = {
      at: Date.now(),
      kbps: Math.round(((bytes - this.#last.bytes) * 8) / seconds / 1000),
      fps: Math.round((this.#shown - this.#last.shown) / seconds),
      width: size?.width ?? 0,
      height: size?.height ?? 0,
      jitterMs: Math.round(heard?.jitter ?? 0),
      bufferMs: Math.round(heard?.level ?? 0),
      lostPercent: lost === 0 ? 0 : Math.round((lost / (came + lost)) * 1000) / 10,
      freezes: this.#freezes,
      frozenMs: this.#frozen,
      ...(this.#delay === undefined ? {} : { delayMs: this.#delay }),
      ...(roundTrip === undefined ? {} : { rttMs: Math.round(roundTrip) }),
      ...(behind === undefined ? {} : { soundAfterPictureMs: Math.round(-behind) }),
    };
    this.#last = { at: now, bytes, shown: this.#shown, came: this.#came, lost: this.#lost };
    return stats;
  }
}
