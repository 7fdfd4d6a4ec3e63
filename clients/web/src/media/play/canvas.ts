// The canvas on which pictures are shown.

/** Shows pictures at their own size; the element is scaled to its box. */
export class Canvas {
  readonly element = document.createElement('canvas');
  readonly #context = this.element.getContext('2d', { alpha: false, desynchronized: true });
  #shown = false;

  /** Shows a picture and gives it back. */
  show(frame: VideoFrame): void {
    const { displayWidth, displayHeight } = frame;
    if (displayWidth !== this.element.width || displayHeight !== this.element.height) {
      this.element.width = displayWidth;
      this.element.height = displayHeight;
    }
    this.#context?.drawImage(frame, 0, 0);
    frame.close();
    this.#shown = true;
  }

  /** What is shown, as PNG; null before the first picture. */
  snapshot(): Promise<Blob | null> {
    if (!this.#shown) return Promise.resolve(null);
    return new Promise((resolve) => this.element.toBlob(resolve, 'image/png'));
  }
}
