// A worklet that listens: word of the time, on the context's clock, at which each beep begins, and of its note in hertz.

declare const sampleRate: number;
declare const currentTime: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const AUDIBLE = 0.1;
const SILENCE_S = 0.1;
/** How much of a beep its note is told from. */
const LISTEN_S = 0.02;

class Ear extends AudioWorkletProcessor {
  #heard = -Infinity;
  /** The beep whose note is not known yet. */
  #beep: { at: number; left: number; crossings: number } | undefined;
  #last = 0;

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    for (let i = 0; channel && i < channel.length; i++) {
      const sample = channel[i] ?? 0;
      this.#count(sample);
      if (Math.abs(sample) < AUDIBLE) continue;
      const at = currentTime + i / sampleRate;
      if (at - this.#heard > SILENCE_S) this.#beep = { at, left: LISTEN_S * sampleRate, crossings: 0 };
      this.#heard = at;
    }
    return true;
  }

  /** Two crossings of the zero are a period. */
  #count(sample: number): void {
    const beep = this.#beep;
    if (beep && Math.sign(sample) * Math.sign(this.#last) < 0) beep.crossings++;
    if (sample !== 0) this.#last = sample;
    if (!beep || beep.left-- > 0) return;
    this.port.postMessage([beep.at, beep.crossings / 2 / LISTEN_S]);
    this.#beep = undefined;
  }
}

registerProcessor('ear', Ear);

export {};
