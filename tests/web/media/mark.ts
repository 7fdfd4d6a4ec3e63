// The mark of clients/native/src/picture/mark.rs: the capture instant in 64 black and white cells with a checksum.

const CELL = 16;
const BITS = 64;
const COLUMNS = 32;

/** How wide a picture is that has a mark. */
export const PICTURE = 640;

/** The size of a mark in it. */
export const MARK = { width: COLUMNS * CELL, height: (BITS / COLUMNS) * CELL };

/** Draws the mark of an instant, in UNIX milliseconds. */
export function drawMark(context: CanvasRenderingContext2D, instant: number): void {
  const units = BigInt(Math.round(instant * 10));
  const word = (units << 16n) | BigInt(crc(units));
  for (let bit = 0; bit < BITS; bit++) {
    context.fillStyle = (word >> BigInt(BITS - 1 - bit)) & 1n ? '#fff' : '#000';
    context.fillRect((bit % COLUMNS) * CELL, Math.floor(bit / COLUMNS) * CELL, CELL, CELL);
  }
}

/** The instant of a mark, when it is undamaged. */
export function readMark({ data, width }: ImageData): number | undefined {
  let word = 0n;
  for (let bit = 0; bit < BITS; bit++) {
    const x = (bit % COLUMNS) * CELL + CELL / 2;
    const y = Math.floor(bit / COLUMNS) * CELL + CELL / 2;
    const green = data[(y * width + x) * 4 + 1] ?? 0;
    if (green > 100 && green < 150) return undefined;
    word = (word << 1n) | (green >= 150 ? 1n : 0n);
  }
  const units = word >> 16n;
  return Number(word & 0xffffn) === crc(units) ? Number(units) / 10 : undefined;
}

/** CRC-16/CCITT-FALSE of the 48 bits. */
function crc(units: bigint): number {
  let sum = 0xffff;
  for (let byte = 5n; byte >= 0n; byte--) {
    sum ^= Number((units >> (byte * 8n)) & 0xffn) << 8;
    for (let bit = 0; bit < 8; bit++) sum = ((sum << 1) ^ (sum & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return sum;
}
