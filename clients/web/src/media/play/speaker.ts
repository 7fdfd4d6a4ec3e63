// The page's side of a player's sound.

import { asset } from '../assets';

/** Samples per second: Opus has no other. */
const RATE = 48_000;

/** How often the latency of the output is looked at, in milliseconds. */
const LOOK_MS = 1_000;

/** An output for sound, which the browser's autoplay rules may hold back. */
export class Speaker {
  readonly #context = new AudioContext({ latencyHint: 'interactive', sampleRate: RATE });
  readonly #gain = new GainNode(this.#context);
  readonly #ticker: ReturnType<typeof setInterval>;

  /** `changed` hears whether sound is heard, and how long the output takes, in milliseconds. */
  constructor(volume: number, readonly changed: (audible: boolean, latency: number) => void) {
    this.volume = volume;
    this.#gain.connect(this.#context.destination);
    this.#context.onstatechange = () => this.#tell();
    this.#ticker = setInterval(() => this.#tell(), LOOK_MS);
  }

  /** Whether sound is heard. */
  get audible(): boolean {
    return this.#context.state === 'running';
  }

  set volume(volume: number) {
    this.#gain.gain.value = Math.min(1, Math.max(0, volume));
  }

  /** Starts the worklet; the port that takes what is to be heard. */
  async open(): Promise<MessagePort> {
    await this.#context.audioWorklet.addModule(asset('sound'));
    const node = new AudioWorkletNode(this.#context, 'counterpart-speaker', {
      numberOfInputs: 0, numberOfOutputs: 1, outputChannelCount: [1],
    });
    node.connect(this.#gain);
    const { port1, port2 } = new MessageChannel();
    node.port.postMessage(port1, [port1]);
    this.#tell();
    return port2;
  }

  /** Asks the browser to let sound be heard. */
  async resume(): Promise<void> {
    await this.#context.resume();
    this.#tell();
  }

  close(): void {
    clearInterval(this.#ticker);
    void this.#context.close().catch(() => undefined);
  }

  #tell(): void {
    const { baseLatency, outputLatency } = this.#context;
    this.changed(this.audible, 1000 * (outputLatency || baseLatency || 0));
  }
}
