// The worker's side of a player: decodes what the downlink brings, shows pictures, hands sound to the worklet.

import { CarryError, type PlayerState, type PlayStats, type Reason } from '../types';
import { loadWire } from '../wire/load';
import { text } from '../wire/session';
import { Downlink, type MediaEvent } from './downlink';
import type { FromSound, ToSound } from './messages';
import { PictureDecoder } from './pictures';
import { Schedule } from './schedule';
import { SoundClock } from './sound-clock';
import { SoundDecoder } from './sounds';
import { Tally } from './tally';
import { Waiting } from './waiting';

/** Without pictures and sound for this long the player waits, in milliseconds. */
const PAUSE_MS = 1_000;

/** What a theatre tells the page, which shows pictures: a worker's canvas waits for the page anyway where there is no GPU. */
export interface TheatreListener {
  /** To be answered by `shown`; until then no other picture comes. */
  picture(frame: VideoFrame): void;
  state(state: PlayerState): void;
  stats(stats: PlayStats): void;
}

/** Plays one stream after the other. */
export class Theatre {
  readonly #clock = new SoundClock();
  readonly #schedule = new Schedule<VideoFrame>(this.#clock);
  readonly #tally = new Tally();
  readonly #waiting = new Waiting();
  readonly #pictures: PictureDecoder;
  readonly #sounds: SoundDecoder;
  #size: { width: number; height: number } | undefined;
  /** When the picture came that the page has not shown yet. */
  #rising: number | undefined;
  #speaker: MessagePort | undefined;
  #heard: FromSound | undefined;
  #audible = false;
  #latency = 0;
  #downlink: Downlink | undefined;
  #generation = 0;
  #state: PlayerState['state'] = 'idle';
  #lastMedia = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(readonly listener: TheatreListener) {
    this.#pictures = new PictureDecoder((frame) => this.#rise(frame), () => this.#downlink?.requestKeyframe());
    this.#sounds = new SoundDecoder((time, samples, rate) => {
      if (this.#audible) this.#say({ type: 'block', time, at: Date.now(), rate, samples }, [samples.buffer]);
    });
  }

  /** Plays sound there. */
  set speaker(port: MessagePort) {
    this.#speaker = port;
    port.onmessage = ({ data }: MessageEvent<FromSound>) => {
      this.#heard = data;
      this.#clock.tell(data.time, data.at, this.#latency);
    };
  }

  /** Whether sound is heard, and how long after the worklet gave it. */
  listen(audible: boolean, latency: number): void {
    if (!audible) this.#clock.restart();
    this.#audible = audible;
    this.#latency = latency;
  }

  /** Connects; the state tells how it goes. */
  async play(url: string): Promise<void> {
    const generation = ++this.#generation;
    await this.#disconnect();
    this.#say({ type: 'reset' });
    this.#tally.restart();
    this.#tell({ state: 'connecting' });
    try {
      await loadWire();
      const downlink = await Downlink.open(url, {
        media: (event) => generation === this.#generation && this.#take(event),
        gone: () => this.#tell({ state: 'waiting' }),
        ended: (state) => this.#ended(generation, state),
      });
      if (generation !== this.#generation) return void downlink.close();
      this.#downlink = downlink;
      this.#ticker = setInterval(() => this.#tick(), 1000);
      if (this.#state === 'connecting') this.#tell({ state: 'waiting' });
    } catch (error) {
      const reason: Reason = error instanceof CarryError ? error.reason : { code: 'protocol', detail: text(error) };
      this.#ended(generation, { state: reason.code === 'refused' ? 'refused' : 'lost', reason });
    }
  }

  /** The page has shown the last picture. */
  shown(): void {
    if (this.#rising !== undefined) this.#tally.show(this.#rising, Date.now());
    this.#rising = undefined;
    this.#show();
  }

  /** Says goodbye. */
  async stop(): Promise<void> {
    this.#generation++;
    await this.#disconnect();
    this.#state = 'idle';
  }

  #take(event: MediaEvent): void {
    this.#tally.take(event);
    switch (event.kind) {
      case 'videoConfig': return this.#pictures.configure(event.codec, event.record);
      case 'audioConfig': return this.#sounds.configure(event.codec, event.rate, event.channels, event.description);
      case 'picture':
        this.#arrived();
        this.#schedule.hold(event.time, Date.now() + event.hold);
        return this.#pictures.decode(event.data, event.time, event.key);
      case 'sound':
        this.#arrived();
        return this.#sounds.decode(event.data, event.time);
      case 'gap': return;
    }
  }

  #arrived(): void {
    this.#lastMedia = performance.now();
    if (this.#state === 'connecting' || this.#state === 'waiting') this.#tell({ state: 'playing' });
  }

  /** A picture is decoded. */
  #rise(frame: VideoFrame): void {
    this.#schedule.add(frame, frame.timestamp / 1000, Date.now());
    this.#show();
  }

  /** Shows what is due, once the picture before it is shown, and comes back for the next. */
  #show(): void {
    clearTimeout(this.#timer);
    if (this.#rising !== undefined) return;
    const now = Date.now();
    const due = this.#schedule.due(now);
    if (due) {
      const { displayWidth: width, displayHeight: height } = due.picture;
      this.#size = { width, height };
      this.#rising = due.came;
      return this.listener.picture(due.picture);
    }
    const next = this.#schedule.next(now);
    if (next !== undefined) this.#timer = setTimeout(() => this.#show(), Math.max(0, next - now));
  }

  #tick(): void {
    const downlink = this.#downlink;
    if (!downlink) return;
    downlink.ping();
    if (this.#state === 'playing' && performance.now() - this.#lastMedia > PAUSE_MS) this.#tell({ state: 'waiting' });
    this.#say({ type: 'wait', ms: this.#waiting.look(this.#schedule.behind, this.#schedule.takeSlack()) });
    this.listener.stats(this.#tally.stats({
      bytes: downlink.bytes, roundTrip: downlink.roundTrip, heard: this.#heard, behind: this.#schedule.behind, size: this.#size,
    }));
  }

  async #disconnect(): Promise<void> {
    clearInterval(this.#ticker);
    clearTimeout(this.#timer);
    const downlink = this.#downlink;
    this.#downlink = undefined;
    this.#pictures.close();
    this.#sounds.close();
    this.#schedule.clear();
    this.#waiting.restart();
    await downlink?.close();
  }

  #ended(generation: number, state: PlayerState): void {
    if (generation !== this.#generation) return;
    clearInterval(this.#ticker);
    this.#downlink = undefined;
    this.#tell(state);
  }

  #tell(state: PlayerState): void {
    if (state.state === this.#state) return;
    this.#state = state.state;
    this.listener.state(state);
  }

  #say(message: ToSound, transfer: Transferable[] = []): void {
    this.#speaker?.postMessage(message, transfer);
  }
}
