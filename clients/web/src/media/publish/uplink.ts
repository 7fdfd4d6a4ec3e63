// One connection of a publisher: the session, a stream for each picture, sound in datagrams.

import { WirePublish } from '../../../wire/pkg/counterpart_wire';
import { CarryError, type Reason } from '../types';
import { publishEvents, type LinkEvent } from '../wire/events';
import { closeSession, openSession, readAddress, text, within, type Session } from '../wire/session';
import { Backlog } from './backlog';

/** How long the node may take to let a stream begin, in milliseconds. */
const ANSWER_MS = 5_000;

/** What has not arrived after this long is of no use to a conversation, in milliseconds. */
const DEADLINE_MS = 1_000;

/** The node answers pings; silent for this long it is gone, in milliseconds. */
const SILENT_MS = 4_000;

/** Datagrams that wait for longer are dropped, in milliseconds. */
const SOUND_AGE_MS = 300;

/** So many packets of sound are sent again with the next one: a page is not told what was lost. */
const REPEATS = 1;

/** What an uplink tells whoever encodes. */
export interface UplinkListener {
  keyframe(): void;
  bitrate(bits: number): void;
  ended(state: 'lost' | 'refused', reason: Reason): void;
}

/** A session that publishes. */
export class Uplink {
  readonly backlog = new Backlog();
  bytes = 0;
  roundTrip: number | undefined;
  #session: Session | undefined;
  readonly #link: WirePublish;
  readonly #url: string;
  #over = false;
  #heard = 0;
  #answer: { resolve: () => void; reject: (error: CarryError) => void } | undefined;
  #datagrams: WritableStreamDefaultWriter<Uint8Array> | undefined;

  private constructor(url: string, readonly listener: UplinkListener) {
    this.#url = url;
    this.#link = new WirePublish(readAddress(url));
  }

  /** Connects and waits until the node lets the stream begin; throws a {@link CarryError}. */
  static async open(url: string, listener: UplinkListener): Promise<Uplink> {
    const uplink = new Uplink(url, listener);
    await uplink.#open();
    return uplink;
  }

  /** Sends a picture, an Annex B access unit. */
  async picture(annexB: Uint8Array, time: number): Promise<void> {
    if (this.#over) return;
    try {
      const bytes = this.#link.picture(annexB, time);
      if (bytes) await this.#stream(bytes as Uint8Array<ArrayBuffer>, true);
    } catch (error) {
      this.#end('lost', { code: 'codec', detail: text(error) });
    }
  }

  /** Announces sound. */
  async soundConfig(channels: number, preSkip: number, rate: number): Promise<void> {
    const bytes = this.#link.sound_config(channels, preSkip, rate);
    if (bytes) await this.#stream(bytes as Uint8Array<ArrayBuffer>, false);
  }

  /** Sends a packet of sound. */
  sound(opus: Uint8Array, time: number): void {
    if (this.#over || !this.#session) return;
    const room = this.#session.transport.datagrams.maxDatagramSize;
    const bytes = this.#link.sound(opus, time, REPEATS, room) as Uint8Array<ArrayBuffer> | undefined;
    if (!bytes) return;
    if (this.#link.in_stream()) return void this.#stream(bytes, false);
    this.bytes += bytes.length;
    this.#datagrams?.write(bytes).catch(() => undefined);
  }

  /** Asks how long a round trip takes, and whether the node is there at all. */
  ping(): void {
    if (this.#over) return;
    const silent = Math.round(performance.now() - this.#heard);
    if (silent > SILENT_MS) return this.#end('lost', { code: 'lost', detail: `nothing came from the node for ${silent} ms` });
    this.#link.ping(performance.now());
    this.#perform();
  }

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    if (this.#over) return;
    this.#link.close();
    this.#perform();
    this.#over = true;
    if (this.#session) await closeSession(this.#session);
  }

  /** Closes without a word: the stream goes on over another connection. */
  drop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#session?.transport.close();
  }

  async #open(): Promise<void> {
    const session = (this.#session = await openSession(readAddress(this.#url)));
    const { datagrams } = session.transport;
    datagrams.outgoingMaxAge = SOUND_AGE_MS;
    this.#datagrams = datagrams.writable.getWriter();
    const answer = new Promise<void>((resolve, reject) => { this.#answer = { resolve, reject }; });
    this.#perform();
    void this.#listen(session);
    try {
      await within(answer, ANSWER_MS);
    } catch (error) {
      this.#over = true;
      session.transport.close();
      throw error;
    }
    this.#answer = undefined;
  }

  async #listen({ transport, incoming }: Session): Promise<void> {
    transport.closed.then(
      ({ reason }) => this.#end('lost', { code: 'lost', detail: `the node closed the connection: ${reason || 'no reason'}` }),
      (error: unknown) => this.#end('lost', { code: 'lost', detail: text(error) }),
    );
    try {
      const reader = incoming.getReader();
      for (let { value, done } = await reader.read(); !done && value; { value, done } = await reader.read()) {
        if (this.#over) return;
        this.#heard = performance.now();
        this.#link.receive(value, this.#heard);
        this.#perform();
      }
      this.#end('lost', { code: 'lost', detail: 'the node ended the control stream' });
    } catch (error) {
      this.#end('lost', { code: 'lost', detail: text(error) });
    }
  }

  #perform(): void {
    for (const event of publishEvents(this.#link, performance.now())) this.#take(event);
  }

  #take(event: LinkEvent): void {
    switch (event.kind) {
      case 'send': return void this.#session?.control.write(event.bytes).catch(() => undefined);
      case 'ready': return this.#answer?.resolve();
      case 'keyframe': return this.listener.keyframe();
      case 'bitrate': return this.listener.bitrate(event.bits);
      case 'roundTrip':
        this.roundTrip = event.ms;
        return this.backlog.roundTrip(event.ms);
      case 'refused': return this.#end('refused', { code: 'refused', detail: `${event.told.code}: ${event.told.text}` });
      case 'closed': return this.#end('lost', { code: 'closed', detail: `${event.told.code}: ${event.told.text}` });
      case 'failed': return this.#end('lost', { code: 'protocol', detail: event.text });
      case 'status': return undefined;
    }
  }

  /** Sends bytes on a stream of their own, and resets it when they have not arrived in time. */
  async #stream(bytes: Uint8Array<ArrayBuffer>, expires: boolean): Promise<void> {
    if (!this.#session) return;
    this.bytes += bytes.length;
    const picture = this.backlog.add(bytes.length, performance.now());
    let writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
    const timer = expires && setTimeout(() => {
      this.backlog.remove(picture);
      this.listener.keyframe();
      writer?.abort('outlived').catch(() => undefined);
    }, DEADLINE_MS);
    try {
      writer = (await this.#session.transport.createUnidirectionalStream()).getWriter();
      writer.closed.catch(() => undefined);
      writer.write(bytes).catch(() => undefined);
      // Resolves when the node has acknowledged all of it.
      await writer.close();
    } catch {
      // Reset, or the session is over, which is heard elsewhere.
    } finally {
      if (timer) clearTimeout(timer);
      this.backlog.remove(picture);
    }
  }

  #end(state: 'lost' | 'refused', reason: Reason): void {
    if (this.#over) return;
    if (this.#answer) return this.#answer.reject(new CarryError(reason));
    this.#over = true;
    this.#session?.transport.close();
    this.listener.ended(state, reason);
  }
}
