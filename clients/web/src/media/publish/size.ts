// The size that pictures are encoded at.

/** Even numbers, as 4:2:0 wants them, in the same proportion, of at most so many samples. */
export function even(width: number, height: number, most: number): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(most / (width * height)));
  const down = (length: number) => Math.max(2, Math.floor((length * scale) / 2) * 2);
  return { width: down(width), height: down(height) };
}
