// Pictures of a track, encoded.

import { even, Sizing, type Size } from './size';

/** A keyframe at least this often, in milliseconds. */
const KEYFRAME_MS = 2_000;

/** Below this bitrate a keyframe is a burden, and there is one this often only. */
const LOW_BITRATE = 400_000;
const LONG_MS = 6_000;

/** Baseline, level 3.1: 1280×720 at 30. */
const CODEC = 'avc1.42E01F';

/** The most samples of a picture at that level. */
const MOST = 1280 * 720;

/** An encoded picture. */
export interface CodedPicture {
  annexB: Uint8Array;
  /** Microseconds, as the frame had it. */
  timestamp: number;
  key: boolean;
  /** No other picture needs it. */
  disposable: boolean;
}

/** What TypeScript's library leaves out of the metadata (WebCodecs §6.7). */
type LayeredMetadata = EncodedVideoChunkMetadata & { svc?: { temporalLayerId?: number } };

/** An encoder of H.264 for conversation. */
export class PictureEncoder {
  width = 0;
  height = 0;
  #encoder: VideoEncoder | undefined;
  readonly #sizing = new Sizing();
  /** One picture of so many is encoded, and how many came. */
  #every = 1;
  #count = 0;
  #wantsKey = true;
  #lastKey = 0;
  #layers = true;

  constructor(
    public bitrate: number,
    public fps: number,
    readonly output: (picture: CodedPicture) => void,
    readonly failed: (error: unknown) => void,
  ) {}

  /** The next picture is to be a keyframe. */
  keyframe(): void {
    this.#wantsKey = true;
  }

  /** Pictures that wait to be encoded. */
  get waiting(): number {
    return this.#encoder?.encodeQueueSize ?? 0;
  }

  /** Aims at another bitrate; that makes no keyframe. */
  setBitrate(bitrate: number): void {
    this.bitrate = bitrate;
    if (this.#encoder?.state === 'configured') this.#encoder.configure(this.#config());
  }

  /** Encodes a picture, unless the bitrate is enough for some of them only, and closes it. */
  async encode(frame: VideoFrame, now: number): Promise<void> {
    try {
      await this.#fit(frame, now);
      if (this.#count++ % this.#every !== 0) return;
      const keyFrame = this.#wantsKey || now - this.#lastKey >= (this.bitrate < LOW_BITRATE ? LONG_MS : KEYFRAME_MS);
      if (keyFrame) this.#lastKey = now;
      this.#wantsKey &&= !keyFrame;
      this.#encoder?.encode(frame, { keyFrame });
    } catch (error) {
      this.#restart(error);
    } finally {
      frame.close();
    }
  }

  close(): void {
    if (this.#encoder && this.#encoder.state !== 'closed') this.#encoder.close();
    this.#encoder = undefined;
  }

  /** An encoder for pictures of the size that is due: a new one for each, for one that has changed sends the old parameter sets too. */
  async #fit(frame: VideoFrame, now: number): Promise<void> {
    const taken = even(frame.displayWidth, frame.displayHeight, MOST);
    const { width, height, every } = this.#sizing.look(this.bitrate, taken, this.fps, now);
    const fits = this.#encoder?.state === 'configured' && width === this.width && height === this.height && every === this.#every;
    if (fits) return;
    Object.assign(this, { width, height });
    this.#every = every;
    await this.#encoder?.flush().catch(() => undefined);
    this.close();
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => this.#take(chunk, { width, height }, metadata),
      error: (error) => this.#restart(error),
    });
    const { supported } = await VideoEncoder.isConfigSupported(this.#config());
    this.#layers &&= supported ?? false;
    this.#encoder.configure(this.#config());
    this.#wantsKey = true;
  }

  #config(): VideoEncoderConfig {
    const { width, height, bitrate } = this;
    const framerate = this.fps / this.#every;
    const layers = this.#layers ? { scalabilityMode: 'L1T2' } : {};
    return {
      codec: CODEC, width, height, bitrate, framerate, latencyMode: 'realtime', avc: { format: 'annexb' }, ...layers,
    };
  }

  #take(chunk: EncodedVideoChunk, size: Size, metadata?: LayeredMetadata): void {
    const annexB = new Uint8Array(chunk.byteLength);
    chunk.copyTo(annexB);
    const key = chunk.type === 'key';
    if (key) this.#sizing.keyframe(annexB.length, size, this.bitrate);
    const disposable = !key && (metadata?.svc?.temporalLayerId ?? 0) > 0;
    this.output({ annexB, timestamp: chunk.timestamp, key, disposable });
  }

  #restart(error: unknown): void {
    this.close();
    this.failed(error);
  }
}
