// How long to wait before dialling again.

/** The first wait, in milliseconds. */
const FIRST = 100;

/** The longest, so that a party is back soon after the edge is. */
const LONGEST = 3_000;

/**
 * The wait before attempt number `attempt` (0 is the first, at once), spread by `jitter` from 0 to 1 over its upper half,
 * so that all who lost one edge do not come back together.
 */
export function wait(attempt: number, jitter: number): number {
  if (attempt === 0) return 0;
  const full = Math.min(FIRST * 2 ** Math.min(attempt - 1, 16), LONGEST);
  return full * (0.5 + 0.5 * Math.min(Math.max(jitter, 0), 1));
}
