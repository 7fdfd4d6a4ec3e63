// Plays a stream of a node.

import { asset } from './assets';
import { Emitter } from './emitter';
import { Canvas } from './play/canvas';
import { FlvPlay } from './play/flv';
import type { FromPlay, ToPlay } from './play/messages';
import { Speaker } from './play/speaker';
import { CarryError, type Carrier, type MediaUrls, type PlayerEvents, type PlayerOptions, type PlayerState, type Reason } from './types';

/** Failures of WebTransport that HTTP-FLV may not share. */
const FALL_BACK: ReadonlySet<string> = new Set(['unsupported', 'connect', 'timeout']);

const STOPPED: Reason = { code: 'stopped', detail: 'playing was stopped' };

/** The other party's stream, in `element`. Receiving and decoding are a worker's, sound is a worklet's: a busy page disturbs neither. */
export class Player extends Emitter<PlayerEvents> {
  /** Fills the box that it is put into; the picture keeps its proportions. */
  readonly element: HTMLElement = document.createElement('div');
  #state: PlayerState = { state: 'idle' };
  #carrier: Carrier = 'webtransport';
  #worker: Worker | undefined;
  #canvas: Canvas | undefined;
  #speaker: Speaker | undefined;
  #flv: FlvPlay | undefined;
  #volume: number;
  #blocked = false;
  /** Tells `play` that waits how it came out. */
  #settle: ((reason: Reason | undefined) => void) | undefined;

  constructor(readonly options: PlayerOptions = {}) {
    super();
    this.#volume = options.volume ?? 1;
    this.element.className = 'counterpart-player';
  }

  /** How it stands. */
  get state(): PlayerState {
    return this.#state;
  }

  /** How the stream travels. */
  get carrier(): Carrier {
    return this.#carrier;
  }

  /** Whether the browser waits for a user's click before it lets sound be heard. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Connects; resolves when the node lets the play begin, throws a {@link CarryError} when it does not. */
  async play(urls: MediaUrls): Promise<void> {
    this.#set({ state: 'connecting' });
    const able = 'WebTransport' in globalThis && 'VideoDecoder' in globalThis && 'AudioWorkletNode' in globalThis;
    let reason: Reason = { code: 'unsupported', detail: 'this browser lacks WebTransport or WebCodecs' };
    if (able && this.options.carrier !== 'http-flv') {
      const failure = await this.#playWebTransport(urls);
      if (!failure) return;
      reason = failure;
    }
    if (!urls.flv || !FALL_BACK.has(reason.code)) return this.#fail(reason);
    await this.#playFlv(urls.flv);
  }

  /** 0 to 1. */
  setVolume(volume: number): void {
    this.#volume = volume;
    if (this.#speaker) this.#speaker.volume = volume;
    if (this.#flv) this.#flv.video.volume = volume;
  }

  /** Lets sound be heard, in a user's click, after `blocked`. */
  async resume(): Promise<void> {
    await this.#flv?.resume();
    await this.#speaker?.resume();
  }

  /** The picture that is shown, as PNG. */
  async snapshot(): Promise<Blob> {
    const blob = await (this.#flv ? grab(this.#flv.video) : this.#canvas?.snapshot());
    if (!blob) throw new CarryError({ code: 'stopped', detail: 'no picture has been shown' });
    return blob;
  }

  stop(): void {
    this.#stopWebTransport();
    this.#stopFlv();
    if (this.#state.state !== 'idle') this.#set({ state: 'idle' });
  }

  /** Why it came to nothing. */
  async #playWebTransport(urls: MediaUrls): Promise<Reason | undefined> {
    this.#stopFlv();
    const worker = (this.#worker ??= this.#start());
    this.#use('webtransport');
    this.#settle?.(STOPPED);
    const settled = new Promise<Reason | undefined>((resolve) => { this.#settle = resolve; });
    worker.postMessage({ type: 'play', url: urls.webtransport } satisfies ToPlay);
    return settled;
  }

  #start(): Worker {
    const worker = new Worker(asset('play'), { type: 'module', name: 'counterpart-play' });
    const say = (message: ToPlay, transfer: Transferable[] = []) => worker.postMessage(message, transfer);
    worker.onmessage = ({ data }: MessageEvent<FromPlay>) => {
      if (worker === this.#worker) this.#take(data);
      else if (data.type === 'picture') data.frame.close();
    };
    worker.onerror = ({ message }) => {
      this.#worker = undefined;
      this.#hear({ state: 'lost', reason: { code: 'unsupported', detail: message || 'the worker does not start' } });
    };
    const canvas = (this.#canvas = new Canvas());
    this.element.replaceChildren(fill(canvas.element));
    const speaker = (this.#speaker = new Speaker(this.#volume, (audible, latency) => {
      say({ type: 'audible', audible, latency });
      this.#block(!audible);
    }));
    void speaker.open().then((port) => say({ type: 'sound', port }, [port])).catch(() => this.#block(true));
    void speaker.resume().catch(() => undefined);
    return worker;
  }

  #take(message: FromPlay): void {
    switch (message.type) {
      case 'state': return this.#hear(message);
      case 'stats': {
        const { type, ...stats } = message;
        return this.emit('stats', stats);
      }
      case 'picture':
        this.#canvas?.show(message.frame);
        this.#worker?.postMessage({ type: 'shown' } satisfies ToPlay);
    }
  }

  /** What fails before it has begun is for `play` to tell: another carrier may do. */
  #hear({ state, reason }: PlayerState): void {
    if (state === 'connecting') return;
    const settle = this.#settle;
    this.#settle = undefined;
    const stands = state === 'playing' || state === 'waiting';
    if (!settle || stands) this.#set(reason ? { state, reason } : { state });
    settle?.(stands ? undefined : reason ?? STOPPED);
  }

  async #playFlv(url: string): Promise<void> {
    this.#stopWebTransport();
    this.#stopFlv();
    const video = fill(document.createElement('video'));
    video.playsInline = true;
    video.volume = this.#volume;
    this.element.replaceChildren(video);
    this.#use('http-flv');
    this.#flv = new FlvPlay(video, {
      state: (state) => this.#set(state),
      stats: (stats) => this.emit('stats', stats),
      blocked: (blocked) => this.#block(blocked),
    });
    try {
      await this.#flv.play(url);
    } catch (error) {
      this.#stopFlv();
      this.#fail(isReason(error) ? error : { code: 'lost', detail: String(error) });
    }
  }

  #fail(reason: Reason): never {
    const final = reason.code === 'refused' || reason.code === 'unsupported';
    if (reason.code !== 'stopped') this.#set({ state: final ? 'refused' : 'lost', reason });
    throw new CarryError(reason);
  }

  #stopWebTransport(): void {
    this.#worker?.postMessage({ type: 'stop' } satisfies ToPlay);
    this.#worker = undefined;
    this.#settle?.(STOPPED);
    this.#settle = undefined;
    this.#speaker?.close();
    this.#speaker = undefined;
    this.#canvas = undefined;
  }

  #stopFlv(): void {
    this.#flv?.stop();
    this.#flv = undefined;
  }

  #use(carrier: Carrier): void {
    this.#carrier = carrier;
    this.emit('carrier', carrier);
  }

  #block(blocked: boolean): void {
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.emit('blocked', blocked);
  }

  #set(state: PlayerState): void {
    if (state.state === this.#state.state && state.state !== 'connecting') return;
    this.#state = state;
    this.emit('state', state);
  }
}

function fill<E extends HTMLElement>(element: E): E {
  Object.assign(element.style, { display: 'block', width: '100%', height: '100%', objectFit: 'contain' });
  return element;
}

function isReason(error: unknown): error is Reason {
  return typeof error === 'object' && error !== null && 'code' in error && 'detail' in error && !(error instanceof Error);
}

/** A video's picture as PNG. */
function grab(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  if (canvas.width === 0) return Promise.resolve(null);
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
