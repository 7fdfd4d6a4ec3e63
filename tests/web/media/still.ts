// Pictures as an outside judge compares them: the luma of what is below the mark, in the size of the camera's pictures.

import { MARK } from './mark';
import { HEIGHT, WIDTH } from './source';

const BELOW = HEIGHT - MARK.height;

/** Row after row, a byte for each pixel. */
export type Luma = Uint8Array<ArrayBuffer>;

/** `WIDTH` × `HEIGHT` pixels to draw on, whose mark and luma are taken. */
export class Easel {
  readonly context: CanvasRenderingContext2D;

  constructor() {
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    this.context = canvas.getContext('2d', { willReadFrequently: true, alpha: false }) as CanvasRenderingContext2D;
  }

  /** What stands where a mark does. */
  mark(): ImageData {
    return this.context.getImageData(0, 0, MARK.width, MARK.height);
  }

  /** The luma of what stands below that. */
  luma(): Luma {
    const { data } = this.context.getImageData(0, MARK.height, WIDTH, BELOW);
    const luma = new Uint8Array(WIDTH * BELOW);
    for (let at = 0, from = 0; at < luma.length; at++, from += 4) {
      // ITU-R BT.601 of eight bits, 16 for black and 235 for white, as coded pictures have it.
      const sum = 66 * (data[from] as number) + 129 * (data[from + 1] as number) + 25 * (data[from + 2] as number);
      luma[at] = 16 + ((sum + 128) >> 8);
    }
    return luma;
  }
}

/** Gives pictures to whoever drives the pages, one after the other in a file; the path of the file. */
export async function handOver(lumas: Luma[]): Promise<string> {
  const response = await fetch('/pictures', { method: 'POST', body: new Blob(lumas) });
  return response.text();
}
