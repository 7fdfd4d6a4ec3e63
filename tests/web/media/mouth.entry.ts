// A worklet that speaks: a beep whenever a second of the UNIX clock begins, and word of the instant at which it was made.

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const BEEP_HZ = 1_000;
const BEEP_S = 0.1;

class Mouth extends AudioWorkletProcessor {
  #second = Math.floor(Date.now() / 1000);
  #sample = Infinity;

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const channel = output?.[0];
    if (!channel) return true;
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second > this.#second) {
      this.#second = second;
      this.#sample = 0;
      this.port.postMessage(now);
    }
    for (let i = 0; i < channel.length; i++, this.#sample++) {
      const sounds = this.#sample < BEEP_S * sampleRate;
      channel[i] = sounds ? 0.5 * Math.sin((2 * Math.PI * BEEP_HZ * this.#sample) / sampleRate) : 0;
    }
    return true;
  }
}

registerProcessor('mouth', Mouth);

export {};
