// Whether media is lost on a path that is not full, and how many connections it takes then.

/** From this share of loss on media goes over several connections: a browser takes random loss for a full link, and sends little. */
export const LOSSY = 0.015;

/** It must be lost for so long, in milliseconds. */
const SURE_MS = 750;

/** What was lost once is forgotten slowly: loss that falls below this share of what it was is none that goes on. */
const GOES_ON = 0.95;

/** Where round trips have become longer by so much, in milliseconds, it is a full link that loses: more connections would only fill it. */
const FULL_MS = 80;

/**
 * A connection for each so many milliseconds of a round trip: where much is lost each sends a few packets a round trip, the fewer the more is
 * lost. So for each per cent beyond a few there are 12 % more, in these bounds. The node offers more, for those that are lost.
 */
const JOIN_MS = 20;
const FEW = 0.05;
const MORE = 12;
const LEAST = 3;
const MOST = 20;

/** Looks at what the node says of the path. */
export class Losing {
  /** Since when so much has been lost, and how much it was then. */
  #lossy: { since: number; loss: number } | undefined;

  /** This share is lost now, and round trips are so much longer than the shortest of late: whether that goes on, and not because the link is full. */
  goesOn(loss: number, growthMs: number, now: number): boolean {
    const least = Math.max(LOSSY, (this.#lossy?.loss ?? 0) * GOES_ON);
    this.#lossy = growthMs <= FULL_MS && loss >= least ? (this.#lossy ?? { since: now, loss }) : undefined;
    return this.#lossy !== undefined && now - this.#lossy.since > SURE_MS;
  }
}

/** How many further connections media needs where this share is lost. */
export function connections(loss: number, roundTripMs: number): number {
  const wanted = Math.ceil((roundTripMs / JOIN_MS) * (1 + MORE * Math.max(0, loss - FEW)));
  return Math.min(Math.max(wanted, LEAST), MOST);
}
