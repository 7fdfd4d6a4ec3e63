// The worker's side of a publisher: takes frames, encodes them, hands them to the uplink.

import { CarryError, type PublisherState, type PublishStats, type Reason } from '../types';
import { loadWire } from '../wire/load';
import { text } from '../wire/session';
import { Budget } from './budget';
import { CaptureClock, SoundLine } from './clock';
import { PictureEncoder, type CodedPicture } from './pictures';
import { Rate } from './rate';
import { PRE_SKIP, RATE, SoundEncoder } from './sound';
import { Uplink } from './uplink';

/** Pictures that may wait for the encoder: more of them would only be late. */
const MOST_WAITING = 1;

/** What a track brings in its first moments has waited for its reader, and is thrown away, in milliseconds. */
const SETTLE_MS = 150;

/** An encoder that fails so often is given up. */
const MOST_FAILURES = 3;

/** What a studio tells the page. */
export interface StudioListener {
  state(state: PublisherState): void;
  stats(stats: PublishStats): void;
}

/** Encodes whatever tracks there are while an uplink stands. */
export class Studio {
  readonly #rate: Rate;
  readonly #budget = new Budget();
  readonly #pictures: PictureEncoder;
  readonly #sound: SoundEncoder;
  readonly #pictureClock = new CaptureClock();
  readonly #soundClock = new CaptureClock();
  readonly #line = new SoundLine();
  #uplink: Uplink | undefined;
  #generation = 0;
  #sources = new Map<'video' | 'audio', ReadableStreamDefaultReader<VideoFrame | AudioData>>();
  /** Zero of the stream's time line. */
  readonly #epoch = performance.now();
  #lastPicture = -1;
  #announced = false;
  #dropped = 0;
  #sent = 0;
  #failures = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(bitrate: number, soundBitrate: number, readonly listener: StudioListener) {
    this.#rate = new Rate(bitrate, soundBitrate);
    this.#pictures = new PictureEncoder(bitrate, 30, (picture) => this.#sendPicture(picture), (error) => this.#fault(error));
    this.#sound = new SoundEncoder(soundBitrate, (...packet) => this.#sendSound(...packet), (error) => this.#fault(error));
  }

  /** Connects; the state tells how it goes. */
  async connect(url: string): Promise<void> {
    const generation = ++this.#generation;
    this.listener.state({ state: 'connecting' });
    try {
      await loadWire();
      const uplink = await Uplink.open(url, {
        keyframe: () => this.#pictures.keyframe(),
        bitrate: (bits) => this.#limit(this.#rate.set(bits, performance.now())),
        ended: (state, reason) => this.#ended(generation, state, reason),
      });
      if (generation !== this.#generation) return uplink.drop();
      // The node has let the new connection take the stream over; a goodbye of the old one would end it.
      this.#uplink?.drop();
      clearInterval(this.#ticker);
      this.#begin(uplink);
    } catch (error) {
      const reason = error instanceof CarryError ? error.reason : { code: 'protocol' as const, detail: text(error) };
      this.#ended(generation, reason.code === 'refused' ? 'refused' : 'lost', reason);
    }
  }

  /** Says goodbye; what the tracks bring is thrown away until the next `connect`. */
  async stop(): Promise<void> {
    this.#generation++;
    await this.#disconnect();
    for (const reader of this.#sources.values()) void reader.cancel();
    this.#sources.clear();
    this.#pictures.close();
    this.#sound.close();
  }

  /** Takes pictures from here on. */
  async film(readable: ReadableStream<VideoFrame>, fps: number): Promise<void> {
    this.#pictures.fps = fps;
    this.#pictureClock.restart();
    for await (const frame of this.#read('video', readable)) {
      const now = performance.now();
      this.#pictureClock.arrive(frame.timestamp / 1000, 0, now);
      if (!this.#uplink) frame.close();
      else if (this.#pictures.waiting > MOST_WAITING || !this.#mayFilm(this.#uplink, now)) {
        this.#dropped++;
        frame.close();
      } else await this.#pictures.encode(frame, now);
    }
  }

  #mayFilm(uplink: Uplink, now: number): boolean {
    return uplink.verdict(now) !== 'none' && (this.#rate.limit === undefined || this.#budget.allows(now));
  }

  /** Takes sound from here on. */
  async listen(readable: ReadableStream<AudioData>): Promise<void> {
    this.#soundClock.restart();
    this.#line.restart();
    this.#sound.close();
    const begin = performance.now() + SETTLE_MS;
    for await (const data of this.#read('audio', readable)) {
      if (performance.now() < begin) {
        data.close();
        continue;
      }
      this.#soundClock.arrive(data.timestamp / 1000, data.duration / 1000, performance.now());
      if (this.#uplink) this.#sound.encode(data);
      else data.close();
    }
  }

  async *#read<T extends VideoFrame | AudioData>(kind: 'video' | 'audio', readable: ReadableStream<T>): AsyncGenerator<T> {
    void this.#sources.get(kind)?.cancel();
    const reader = readable.getReader();
    this.#sources.set(kind, reader as ReadableStreamDefaultReader<VideoFrame | AudioData>);
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  }

  #begin(uplink: Uplink): void {
    this.#uplink = uplink;
    this.#announced = false;
    this.#rate.restart();
    this.#limit(this.#rate.ceiling);
    this.#pictures.keyframe();
    this.listener.state({ state: 'live' });
    let last = { at: performance.now(), bytes: 0, sent: this.#sent };
    this.#ticker = setInterval(() => {
      uplink.ping();
      this.#limit(this.#rate.look(performance.now()));
      last = this.#tell(uplink, last);
    }, 1000);
  }

  #tell(uplink: Uplink, last: { at: number; bytes: number; sent: number }): typeof last {
    const now = performance.now();
    const seconds = (now - last.at) / 1000;
    const limit = this.#rate.limit;
    this.listener.stats({
      at: Date.now(),
      kbps: Math.round(((uplink.bytes - last.bytes) * 8) / seconds / 1000),
      ...(limit === undefined ? {} : { limitKbps: Math.round(limit / 1000) }),
      fps: Math.round((this.#sent - last.sent) / seconds),
      width: this.#pictures.size.width,
      height: this.#pictures.size.height,
      ...(uplink.roundTrip === undefined ? {} : { rttMs: Math.round(uplink.roundTrip) }),
      queueMs: Math.round(uplink.age(now)),
      droppedPictures: this.#dropped,
    });
    return { at: now, bytes: uplink.bytes, sent: this.#sent };
  }

  async #disconnect(): Promise<void> {
    clearInterval(this.#ticker);
    const uplink = this.#uplink;
    this.#uplink = undefined;
    await uplink?.close();
  }

  #ended(generation: number, state: 'lost' | 'refused', reason: Reason): void {
    if (generation !== this.#generation) return;
    clearInterval(this.#ticker);
    this.#uplink?.drop();
    this.#uplink = undefined;
    this.listener.state({ state, reason });
  }

  #limit(bitrate: number | undefined): void {
    if (bitrate !== undefined && bitrate !== this.#pictures.bitrate) this.#pictures.setBitrate(bitrate);
  }

  #sendPicture({ annexB, timestamp, disposable }: CodedPicture): void {
    const uplink = this.#uplink;
    if (!uplink) return;
    if (disposable && uplink.verdict(performance.now()) !== 'send') {
      this.#dropped++;
      return;
    }
    const instant = this.#pictureClock.instant(timestamp / 1000) ?? performance.now();
    const time = Math.max(this.#lastPicture + 1, Math.round(instant - this.#epoch));
    this.#lastPicture = time;
    this.#sent++;
    this.#failures = 0;
    this.#budget.spend(annexB.length, this.#pictures.bitrate, performance.now());
    void uplink.picture(annexB, time);
  }

  #sendSound(opus: Uint8Array, timestamp: number, duration: number): void {
    const uplink = this.#uplink;
    if (!uplink) return;
    if (!this.#announced) void uplink.soundConfig(1, PRE_SKIP, RATE);
    this.#announced = true;
    const instant = this.#soundClock.instant(timestamp / 1000) ?? performance.now();
    uplink.sound(opus, this.#line.time(instant - this.#epoch, duration / 1000));
  }

  /** An encoder has failed; the next frame opens another one. */
  #fault(error: unknown): void {
    this.#pictures.keyframe();
    if (++this.#failures < MOST_FAILURES) return;
    this.#failures = 0;
    this.#generation++;
    void this.#disconnect();
    this.listener.state({ state: 'lost', reason: { code: 'codec', detail: text(error) } });
  }
}
