// How loud the microphone is.

/** Decibels below full scale that count as silence. */
const SILENCE = -60;

/** A level meter for one track at a time. */
export class Loudness {
  #context: AudioContext | undefined;
  #source: MediaStreamAudioSourceNode | undefined;
  #analyser: AnalyserNode | undefined;
  #samples = new Float32Array(1024);

  /** Listens to this track from here on. */
  listen(track: MediaStreamTrack): void {
    this.#context ??= new AudioContext({ latencyHint: 'balanced' });
    // It may wait for a user's click; until then it reads silence.
    void this.#context.resume().catch(() => undefined);
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#source?.disconnect();
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** 0 to 1, by decibels. */
  read(): number {
    if (!this.#analyser) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    const level = power > 0 ? 10 * Math.log10(power) : SILENCE;
    return Math.min(1, Math.max(0, 1 - level / SILENCE));
  }

  close(): void {
    void this.#context?.close().catch(() => undefined);
    this.#context = undefined;
    this.#analyser = undefined;
  }
}
