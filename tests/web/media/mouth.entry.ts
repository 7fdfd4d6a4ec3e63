// A worklet that speaks: a beep whenever a period of the UNIX clock begins, and word of the instant at which it was made.
// Beeps that are less than a second apart have notes, which tell them from those before and after.

import { BEEP_HZ, noteOf } from './notes';

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: { processorOptions: { period: number } }) => AudioWorkletProcessor): void;

const BEEP_S = 0.1;

class Mouth extends AudioWorkletProcessor {
  readonly #period: number;
  #count: number;
  #sample = Infinity;

  /** With this many milliseconds from one beep to the next. */
  constructor({ processorOptions: { period } }: { processorOptions: { period: number } }) {
    super();
    this.#period = period;
    this.#count = Math.floor(Date.now() / period);
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const channel = output?.[0];
    if (!channel) return true;
    const now = Date.now();
    const count = Math.floor(now / this.#period);
    if (count > this.#count) {
      this.#count = count;
      this.#sample = 0;
      this.port.postMessage(now);
    }
    const hz = this.#period < 1000 ? noteOf(this.#count) : BEEP_HZ;
    for (let i = 0; i < channel.length; i++, this.#sample++) {
      const sounds = this.#sample < BEEP_S * sampleRate;
      channel[i] = sounds ? 0.5 * Math.sin((2 * Math.PI * hz * this.#sample) / sampleRate) : 0;
    }
    return true;
  }
}

registerProcessor('mouth', Mouth);
