// Publishes local media to a node.

import { asset } from './assets';
import { Emitter } from './emitter';
import type { LocalMedia } from './local';
import type { FromPublish, ToPublish } from './publish/messages';
import { CarryError, type MediaUrls, type PublisherEvents, type PublisherOptions, type PublisherState, type Reason } from './types';

/** What publishing takes. */
const NEEDED = ['WebTransport', 'VideoEncoder', 'AudioEncoder', 'MediaStreamTrackProcessor'];

/** One party's stream on its way to a node. Encoding and sending are a worker's, so that a busy page disturbs neither. */
export class Publisher extends Emitter<PublisherEvents> {
  #state: PublisherState = { state: 'idle' };
  #worker: Worker | undefined;
  #forget: (() => void) | undefined;

  constructor(readonly local: LocalMedia, readonly options: PublisherOptions = {}) {
    super();
  }

  /** How it stands. */
  get state(): PublisherState {
    return this.#state;
  }

  /** Connects; resolves when the node takes the stream, throws a {@link CarryError} when it does not. */
  async publish(urls: MediaUrls): Promise<void> {
    const missing = NEEDED.filter((name) => !(name in globalThis));
    if (missing.length > 0) {
      const reason: Reason = { code: 'unsupported', detail: `this browser has no ${missing.join(', no ')}` };
      this.#set({ state: 'refused', reason });
      throw new CarryError(reason);
    }
    const worker = (this.#worker ??= this.#start());
    const settled = new Promise<void>((resolve, reject) => {
      const forget = this.on('state', ({ state, reason }) => {
        if (state === 'connecting') return;
        forget();
        if (state === 'live') resolve();
        else reject(new CarryError(reason ?? { code: 'stopped', detail: 'publishing was stopped' }));
      });
    });
    this.#set({ state: 'connecting' });
    this.#say(worker, { type: 'connect', url: urls.webtransport });
    return settled;
  }

  /** Says goodbye. */
  stop(): void {
    this.#forget?.();
    if (this.#worker) this.#say(this.#worker, { type: 'stop' });
    this.#worker = undefined;
    if (this.#state.state !== 'idle') this.#set({ state: 'idle' });
  }

  #start(): Worker {
    const worker = new Worker(asset('publish'), { type: 'module', name: 'counterpart-publish' });
    worker.onmessage = ({ data }: MessageEvent<FromPublish>) => {
      if (worker === this.#worker) this.#take(data);
    };
    worker.onerror = ({ message }) => {
      this.#forget?.();
      worker.terminate();
      this.#worker = undefined;
      this.#set({ state: 'lost', reason: { code: 'unsupported', detail: message || 'the worker does not start' } });
    };
    const { bitrate = 900_000, soundBitrate = 32_000 } = this.options;
    this.#say(worker, { type: 'settings', bitrate, soundBitrate });
    this.#forget = this.local.feed((kind, readable, fps) => {
      const message = kind === 'video'
        ? { type: kind, readable: readable as ReadableStream<VideoFrame>, fps }
        : { type: kind, readable: readable as ReadableStream<AudioData> };
      worker.postMessage(message, [readable]);
    });
    return worker;
  }

  #take(message: FromPublish): void {
    if (message.type === 'stats') {
      const { type, ...stats } = message;
      return this.emit('stats', stats);
    }
    const { state, reason } = message;
    if (state !== 'connecting') this.#set(reason ? { state, reason } : { state });
  }

  #say(worker: Worker, message: ToPublish): void {
    worker.postMessage(message);
  }

  #set(state: PublisherState): void {
    this.#state = state;
    this.emit('state', state);
  }
}
