// Pictures, decoded.

/** Not more often than this is a keyframe asked for, in milliseconds. */
const REQUEST_MS = 500;

/** A decoder of H.264 that begins again after a fault. */
export class PictureDecoder {
  #decoder: VideoDecoder | undefined;
  #config: VideoDecoderConfig | undefined;
  #requested = -Infinity;
  #wantsKey = true;

  constructor(readonly output: (frame: VideoFrame) => void, readonly requestKeyframe: () => void) {}

  /** What the next keyframe needs; every keyframe may bring it again. */
  configure(codec: string, description: Uint8Array<ArrayBuffer>): void {
    if (same(description, this.#config?.description)) return;
    this.#config = { codec, description, optimizeForLatency: true };
    this.close();
  }

  /** Takes a picture; its time comes out as the frame's. */
  decode(data: Uint8Array<ArrayBuffer>, time: number, key: boolean): void {
    if (!this.#config || (this.#wantsKey && !key)) return this.#request();
    try {
      this.#decoder ??= this.#open(this.#config);
      this.#decoder.decode(new EncodedVideoChunk({ type: key ? 'key' : 'delta', timestamp: Math.round(time * 1000), data }));
      this.#wantsKey = false;
    } catch {
      this.#restart();
    }
  }

  close(): void {
    if (this.#decoder && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = undefined;
    this.#wantsKey = true;
  }

  #open(config: VideoDecoderConfig): VideoDecoder {
    const decoder = new VideoDecoder({ output: this.output, error: () => this.#restart() });
    decoder.configure(config);
    return decoder;
  }

  #restart(): void {
    this.close();
    this.#request();
  }

  #request(): void {
    const now = performance.now();
    if (now - this.#requested < REQUEST_MS) return;
    this.#requested = now;
    this.requestKeyframe();
  }
}

function same(one: Uint8Array<ArrayBuffer>, other: VideoDecoderConfig['description']): boolean {
  return other instanceof Uint8Array && one.length === other.length && one.every((byte, at) => byte === other[at]);
}
