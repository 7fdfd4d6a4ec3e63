// How long to wait before trying again.

/** The first and the longest wait before a socket is dialled again, in milliseconds. */
const FIRST = 100;
const LONGEST = 3000;

/** The waits before fresh URLs are asked for, in milliseconds; the last one holds for all further attempts. */
const URL_WAITS = [0, 500, 1000, 2000];

/**
 * The wait before dial number `attempt` (0 is the first, at once), spread by `jitter` from 0 to 1 over its upper half, so
 * that all who lost one edge do not come back together.
 */
function dialWait(attempt, jitter) {
  if (attempt === 0) return 0;
  const full = Math.min(FIRST * 2 ** Math.min(attempt - 1, 16), LONGEST);
  return full * (0.5 + 0.5 * Math.min(Math.max(jitter, 0), 1));
}

/** The wait before fresh URLs are asked for the `attempt`th time in a row (0 is the first). */
function urlWait(attempt) {
  return URL_WAITS[Math.min(attempt, URL_WAITS.length - 1)];
}

module.exports = { dialWait, urlWait, FIRST, LONGEST };
