// Pictures of a track, encoded.

import { even, same, Sizing, type Size, type Step } from './size';

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
  #encoder: VideoEncoder | undefined;
  /** How often one was closed: what was under way then is of no use. */
  #closed = 0;
  readonly #sizing = new Sizing();
  /** What the encoder makes, and how many pictures came. */
  #step: Step = { width: 0, height: 0, every: 1 };
  #count = 0;
  #wantsKey = true;
  /** When the last keyframe was encoded, and what was aimed at. */
  #lastKey = 0;
  #keyBitrate = 0;
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

  /** Of what is encoded. */
  get size(): Size {
    return this.#step;
  }

  /** Pictures that wait to be encoded. */
  get waiting(): number {
    return this.#encoder?.encodeQueueSize ?? 0;
  }

  /** Aims at another bitrate; that makes no keyframe. */
  setBitrate(bitrate: number): void {
    this.bitrate = bitrate;
    if (this.#encoder?.state === 'configured') this.#encoder.configure(this.#config(this.#step, this.#layers));
  }

  /** Encodes a picture, unless the bitrate is enough for some of them only, and closes it. */
  async encode(frame: VideoFrame, now: number): Promise<void> {
    try {
      if (!(await this.#fit(frame, now)) || this.#count++ % this.#step.every !== 0) return;
      const keyFrame = this.#wantsKey || now - this.#lastKey >= (this.bitrate < LOW_BITRATE ? LONG_MS : KEYFRAME_MS);
      if (keyFrame) {
        this.#lastKey = now;
        this.#keyBitrate = this.bitrate;
      }
      this.#wantsKey &&= !keyFrame;
      this.#encoder?.encode(frame, { keyFrame });
    } catch (error) {
      this.#restart(error);
    } finally {
      frame.close();
    }
  }

  close(): void {
    this.#closed++;
    if (this.#encoder && this.#encoder.state !== 'closed') this.#encoder.close();
    this.#encoder = undefined;
  }

  /**
   * Opens an encoder for pictures of the size that is due: a new one for each, for one that has changed sends the old parameter sets too.
   * Whether there is one: not if it was closed meanwhile.
   */
  async #fit(frame: VideoFrame, now: number): Promise<boolean> {
    const taken = even(frame.displayWidth, frame.displayHeight, MOST);
    const due = this.#sizing.look(this.bitrate, taken, this.fps, now);
    if (this.#makes(due)) return true;
    const closed = this.#closed;
    const step = await this.#accepted(due);
    if (!this.#makes(step)) await this.#encoder?.flush().catch(() => undefined);
    if (closed !== this.#closed) return false;
    if (!this.#makes(step)) this.#open(step);
    return true;
  }

  #makes(step: Step): boolean {
    return this.#encoder?.state === 'configured' && same(step, this.#step) && step.every === this.#step.every;
  }

  /** This, or the next larger one that the encoder takes; what is taken itself in any case. */
  async #accepted(step: Step): Promise<Step> {
    if (await this.#takes(step)) return step;
    const larger = this.#sizing.refuse(step);
    return larger ? this.#accepted(larger) : step;
  }

  async #takes(step: Step): Promise<boolean> {
    const takes = async (layers: boolean) => (await VideoEncoder.isConfigSupported(this.#config(step, layers))).supported ?? false;
    if (this.#layers && (await takes(true))) return true;
    const plain = await takes(false);
    this.#layers &&= !plain;
    return plain;
  }

  #open(step: Step): void {
    this.close();
    this.#step = step;
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => this.#take(chunk, step, metadata),
      error: (error) => this.#restart(error),
    });
    this.#encoder.configure(this.#config(step, this.#layers));
    this.#wantsKey = true;
  }

  #config({ width, height, every }: Step, layers: boolean): VideoEncoderConfig {
    const mode = layers ? { scalabilityMode: 'L1T2' } : {};
    return {
      codec: CODEC, width, height, bitrate: this.bitrate, framerate: this.fps / every, latencyMode: 'realtime', avc: { format: 'annexb' }, ...mode,
    };
  }

  #take(chunk: EncodedVideoChunk, size: Size, metadata?: LayeredMetadata): void {
    const annexB = new Uint8Array(chunk.byteLength);
    chunk.copyTo(annexB);
    const key = chunk.type === 'key';
    if (key) this.#sizing.keyframe(annexB.length, size, this.#keyBitrate);
    const disposable = !key && (metadata?.svc?.temporalLayerId ?? 0) > 0;
    this.output({ annexB, timestamp: chunk.timestamp, key, disposable });
  }

  #restart(error: unknown): void {
    this.close();
    this.failed(error);
  }
}
