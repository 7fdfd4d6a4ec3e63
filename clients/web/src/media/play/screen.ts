// The canvas on which pictures are shown, in the worker: a busy or hidden page does not hold them up.

/** Shows pictures at their own size; the page scales the canvas. */
export class Screen {
  width = 0;
  height = 0;
  readonly #context: OffscreenCanvasRenderingContext2D | null;

  constructor(readonly canvas: OffscreenCanvas) {
    this.#context = canvas.getContext('2d', { alpha: false, desynchronized: true });
  }

  /** Shows a picture and gives it back. */
  show(frame: VideoFrame): void {
    const { displayWidth, displayHeight } = frame;
    if (displayWidth !== this.width || displayHeight !== this.height) {
      this.width = this.canvas.width = displayWidth;
      this.height = this.canvas.height = displayHeight;
    }
    this.#context?.drawImage(frame, 0, 0);
    frame.close();
  }

  /** What is shown, as PNG; undefined before the first picture. */
  async snapshot(): Promise<Blob | undefined> {
    return this.width > 0 ? this.canvas.convertToBlob({ type: 'image/png' }) : undefined;
  }
}
