// One connection of a player: the session, media streams and datagrams, back into order.

import { WirePlay } from '../../../wire/pkg/counterpart_wire';
import { CarryError, type PlayerState, type Reason } from '../types';
import { playEvents, type PlayEvent } from '../wire/events';
import { closeSession, openSession, readAddress, text, within, type Session } from '../wire/session';

/** How long the node may take to let a play begin, in milliseconds. */
const ANSWER_MS = 5_000;

/** The node answers pings; silent for this long it is gone, in milliseconds. */
const SILENT_MS = 4_000;

/** What the node says when a stream is over for good, and when its publisher has gone. */
const STOP = 'NetStream.Play.Stop';
const GONE = 'NetStream.Play.UnpublishNotify';

/** Media, in order within its track. */
export type MediaEvent = Extract<PlayEvent, { kind: 'videoConfig' | 'picture' | 'audioConfig' | 'sound' | 'gap' }>;

/** What a downlink tells whoever decodes. */
export interface DownlinkListener {
  media(event: MediaEvent): void;
  /** The publisher has gone, and may come back. */
  gone(): void;
  ended(state: PlayerState & { reason: Reason }): void;
}

/** A session that plays. */
export class Downlink {
  bytes = 0;
  roundTrip: number | undefined;
  #session: Session | undefined;
  readonly #link: WirePlay;
  readonly #url: string;
  readonly #streams = new Map<number, ReadableStreamDefaultReader<Uint8Array>>();
  #over = false;
  #heard = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #answer: { resolve: () => void; reject: (error: CarryError) => void } | undefined;

  private constructor(url: string, readonly listener: DownlinkListener) {
    this.#url = url;
    this.#link = new WirePlay(readAddress(url));
  }

  /** Connects and waits until the node lets the play begin; throws a {@link CarryError}. */
  static async open(url: string, listener: DownlinkListener): Promise<Downlink> {
    const downlink = new Downlink(url, listener);
    await downlink.#open();
    return downlink;
  }

  /** Nothing decodes until a keyframe comes. */
  requestKeyframe(): void {
    if (this.#over) return;
    this.#link.request_keyframe();
    this.#perform();
  }

  /** Asks how long a round trip takes, and whether the node is there at all. */
  ping(): void {
    if (this.#over) return;
    const silent = Math.round(performance.now() - this.#heard);
    const detail = `nothing came from the node for ${silent} ms`;
    if (silent > SILENT_MS) return this.#end({ state: 'lost', reason: { code: 'lost', detail } });
    this.#link.ping(performance.now());
    this.#perform();
  }

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    if (this.#over) return;
    this.#link.close();
    this.#perform();
    this.#over = true;
    clearTimeout(this.#timer);
    if (this.#session) await closeSession(this.#session);
  }

  async #open(): Promise<void> {
    const session = (this.#session = await openSession(readAddress(this.#url)));
    const answer = new Promise<void>((resolve, reject) => { this.#answer = { resolve, reject }; });
    this.#perform();
    this.#listen(session);
    try {
      await within(answer, ANSWER_MS);
    } catch (error) {
      this.#over = true;
      session.transport.close();
      throw error;
    }
    this.#answer = undefined;
  }

  #listen({ transport, incoming }: Session): void {
    const lost = (detail: string) => this.#end({ state: 'lost', reason: { code: 'lost', detail } });
    const failed = (error: unknown) => lost(text(error));
    transport.closed.then(({ reason }) => lost(`the node closed the connection: ${reason || 'no reason'}`), failed);
    this.#each(incoming, (bytes) => this.#link.receive(bytes, performance.now()))
      .then(() => lost('the node ended the control stream'), failed);
    const streams = transport.incomingUnidirectionalStreams as ReadableStream<ReadableStream<Uint8Array>>;
    this.#each(streams, (stream) => void this.#read(stream)).catch(failed);
    this.#each(transport.datagrams.readable as ReadableStream<Uint8Array>, (datagram) => {
      this.bytes += datagram.length;
      this.#link.push_datagram(datagram, performance.now());
    }).catch(failed);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const id = this.#link.open_stream();
    const reader = stream.getReader();
    this.#streams.set(id, reader);
    // A reset is no fault: what was on it will be missed by its sequence.
    await this.#drain(reader, (bytes) => {
      this.bytes += bytes.length;
      this.#link.push_stream(id, bytes, performance.now());
    }).catch(() => undefined);
    this.#streams.delete(id);
    if (!this.#over) this.#link.end_stream(id, performance.now());
  }

  /** Takes all that comes, and does what the link wants each time. */
  #each<T>(readable: ReadableStream<T>, take: (value: T) => void): Promise<void> {
    return this.#drain(readable.getReader(), take);
  }

  async #drain<T>(reader: ReadableStreamDefaultReader<T>, take: (value: T) => void): Promise<void> {
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.#over) return;
      this.#heard = performance.now();
      take(value);
      this.#perform();
    }
  }

  #perform(): void {
    const now = performance.now();
    for (const event of playEvents(this.#link, now)) this.#take(event);
    clearTimeout(this.#timer);
    const deadline = this.#link.deadline();
    if (deadline === undefined || this.#over) return;
    // Whole milliseconds: one more, or it would come too early.
    this.#timer = setTimeout(() => this.#perform(), Math.max(1, deadline - now + 1));
  }

  #take(event: PlayEvent): void {
    switch (event.kind) {
      case 'send': return void this.#session?.control.write(event.bytes).catch(() => undefined);
      case 'ready': return this.#answer?.resolve();
      case 'roundTrip':
        this.roundTrip = event.ms;
        return;
      case 'refused': return this.#end({ state: 'refused', reason: { code: 'refused', detail: `${event.told.code}: ${event.told.text}` } });
      case 'closed': {
        const state = event.told.code === STOP ? 'over' : 'lost';
        return this.#end({ state, reason: { code: 'closed', detail: `${event.told.code}: ${event.told.text}` } });
      }
      case 'failed': return this.#end({ state: 'lost', reason: { code: 'protocol', detail: event.text } });
      case 'status':
        if (event.told.code === GONE) this.listener.gone();
        return;
      // The node sends no more of it then.
      case 'whole': return void this.#streams.get(event.stream)?.cancel().catch(() => undefined);
      case 'keyframe': case 'bitrate': return;
      default: this.listener.media(event);
    }
  }

  #end(state: PlayerState & { reason: Reason }): void {
    if (this.#over) return;
    if (this.#answer) return this.#answer.reject(new CarryError(state.reason));
    this.#over = true;
    clearTimeout(this.#timer);
    this.#session?.transport.close();
    this.listener.ended(state);
  }
}
