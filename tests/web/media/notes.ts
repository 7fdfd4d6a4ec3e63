// The notes of beeps.

/** The only note of beeps that are a second apart. */
export const BEEP_HZ = 1_000;

/** The lowest of the others, the step between two, and how many there are. */
const LOWEST = 600;
const STEP = 150;
const COUNT = 8;

/** The note of the beep with this number. */
export const noteOf = (count: number): number => LOWEST + STEP * (count % COUNT);
