// The worklet that gives a Player's sound to the output.

import type { FromSound, ToSound } from './play/messages';
import { SoundBuffer } from './play/sound-buffer';

// The scope of worklets (Web Audio §1.32), which TypeScript's library does not have.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** The clock is told every so many blocks of 128 samples. */
const BLOCKS = 15;

class Speaker extends AudioWorkletProcessor {
  readonly #buffer = new SoundBuffer(sampleRate);
  #worker: MessagePort | undefined;
  #blocks = 0;

  constructor() {
    super();
    // The page sends one message: the port to the worker.
    this.port.onmessage = ({ data }: MessageEvent<MessagePort>) => {
      this.#worker = data;
      data.onmessage = ({ data: message }: MessageEvent<ToSound>) => this.#take(message);
    };
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const channel = output?.[0];
    if (!channel) return true;
    if (this.#blocks++ % BLOCKS === 0) this.#tell();
    this.#buffer.pull(channel, Date.now());
    return true;
  }

  #take(message: ToSound): void {
    switch (message.type) {
      case 'block': return this.#buffer.push(message.time, message.samples, message.rate, message.at);
      case 'wait':
        this.#buffer.wait = message.ms;
        return;
      case 'reset': return this.#buffer.reset();
    }
  }

  #tell(): void {
    const { position, level, target, jitter } = this.#buffer;
    const word: FromSound = { at: Date.now(), level, target, jitter, ...(position === undefined ? {} : { time: position }) };
    this.#worker?.postMessage(word);
  }
}

registerProcessor('counterpart-speaker', Speaker);
