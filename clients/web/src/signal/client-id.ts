// The client's own ids.

const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567';

/** An id that nobody else has: 80 random bits. */
export function clientId(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (byte) => DIGITS[byte % 32]).join('');
}
