// Sound of a track, encoded.

/** Samples per second, channels and microseconds of a packet. */
export const RATE = 48_000;
const CHANNELS = 1;
const PACKET_US = 20_000;

/** Sound that comes this much earlier or later than the samples before it let expect begins anew, in microseconds. */
const STEP_US = 100_000;

/** Samples that libopus is ahead; a player throws them away (RFC 7845 §4.2). */
export const PRE_SKIP = 312;

/** An encoder of Opus for conversation. */
export class SoundEncoder {
  #encoder: AudioEncoder | undefined;
  /** The timestamp that the next sound has if none is missing: the encoder counts samples, not time. */
  #expected: number | undefined;
  #drift = 0;

  constructor(
    readonly bitrate: number,
    readonly output: (opus: Uint8Array, timestamp: number, duration: number) => void,
    readonly failed: (error: unknown) => void,
  ) {}

  /** Encodes some sound and closes it. */
  encode(data: AudioData): void {
    const off = data.timestamp - (this.#expected ?? data.timestamp);
    if (Math.abs(off) > STEP_US) this.close();
    else this.#drift += (off - this.#drift) * 0.02;
    this.#expected = (this.#expected ?? data.timestamp) + data.duration;
    try {
      this.#open(data.sampleRate, data.numberOfChannels).encode(data);
    } catch (error) {
      this.close();
      this.failed(error);
    } finally {
      data.close();
    }
  }

  close(): void {
    if (this.#encoder && this.#encoder.state !== 'closed') this.#encoder.close();
    this.#encoder = this.#expected = undefined;
    this.#drift = 0;
  }

  #open(sampleRate: number, channels: number): AudioEncoder {
    if (this.#encoder?.state === 'configured') return this.#encoder;
    this.#encoder = new AudioEncoder({
      output: (chunk) => {
        const opus = new Uint8Array(chunk.byteLength);
        chunk.copyTo(opus);
        this.output(opus, chunk.timestamp + this.#drift, chunk.duration ?? PACKET_US);
      },
      error: (error) => {
        this.close();
        this.failed(error);
      },
    });
    const numberOfChannels = Math.min(channels, CHANNELS);
    this.#encoder.configure({
      codec: 'opus', sampleRate, numberOfChannels, bitrate: this.bitrate,
      opus: { frameDuration: PACKET_US, useinbandfec: false, usedtx: false, complexity: 5 },
    });
    return this.#encoder;
  }
}
