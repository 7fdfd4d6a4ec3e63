// A worklet that listens: word of the time, on the context's clock, at which each beep begins.

declare const sampleRate: number;
declare const currentTime: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const AUDIBLE = 0.1;
const SILENCE_S = 0.3;

class Ear extends AudioWorkletProcessor {
  #heard = -Infinity;

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    for (let i = 0; channel && i < channel.length; i++) {
      if (Math.abs(channel[i] ?? 0) < AUDIBLE) continue;
      const at = currentTime + i / sampleRate;
      if (at - this.#heard > SILENCE_S) this.port.postMessage(at);
      this.#heard = at;
    }
    return true;
  }
}

registerProcessor('ear', Ear);

export {};
