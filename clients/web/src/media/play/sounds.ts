// Sound, decoded to one channel.

/** A decoder of Opus and AAC that begins again after a fault. */
export class SoundDecoder {
  #decoder: AudioDecoder | undefined;
  #config: AudioDecoderConfig | undefined;
  /** All that the last configuration said. */
  #said = '';
  /** The times of the packets in the decoder: what it gives counts samples from the first, and knows no gaps. */
  #times: number[] = [];

  constructor(readonly output: (time: number, samples: Float32Array<ArrayBuffer>, rate: number) => void) {}

  /** What the next packets need; it may come again. */
  configure(codec: string, sampleRate: number, numberOfChannels: number, description: Uint8Array<ArrayBuffer>): void {
    const said = [codec, sampleRate, numberOfChannels, ...description].join();
    if (said === this.#said) return;
    this.#said = said;
    // Opus in one stream needs none, and with it a decoder would throw the beginning away after each fault.
    this.#config = { codec, sampleRate, numberOfChannels, ...(codec === 'opus' ? {} : { description }) };
    this.close();
  }

  /** Takes a packet. */
  decode(data: Uint8Array<ArrayBuffer>, time: number): void {
    if (!this.#config) return;
    try {
      this.#decoder ??= this.#open(this.#config);
      this.#times.push(time);
      this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: Math.round(time * 1000), data }));
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#decoder && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = undefined;
    this.#times = [];
  }

  #open(config: AudioDecoderConfig): AudioDecoder {
    const decoder = new AudioDecoder({ output: (data) => this.#take(data), error: () => this.close() });
    decoder.configure(config);
    return decoder;
  }

  #take(data: AudioData): void {
    const { numberOfChannels, numberOfFrames, sampleRate } = data;
    const time = this.#times.shift() ?? data.timestamp / 1000;
    const samples = new Float32Array(numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    if (numberOfChannels > 1) {
      const other = new Float32Array(numberOfFrames);
      data.copyTo(other, { planeIndex: 1, format: 'f32-planar' });
      for (let i = 0; i < numberOfFrames; i++) samples[i] = ((samples[i] ?? 0) + (other[i] ?? 0)) / 2;
    }
    data.close();
    this.output(time, samples, sampleRate);
  }
}
