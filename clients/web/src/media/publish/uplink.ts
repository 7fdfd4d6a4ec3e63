// What a publisher has of a node: the session, and further connections that carry media beside it.

import { WirePublish } from '../../../wire/pkg/counterpart_wire';
import { CarryError, type Reason } from '../types';
import { publishEvents, type Address, type PublishEvent } from '../wire/events';
import { closeSession, connect, openSession, readAddress, text, within, type Session } from '../wire/session';
import type { Verdict } from './backlog';
import { Flow } from './flow';
import { Flows, leastWaiting } from './flows';
import { connections, Losing, LOSSY } from './losing';

/** How long the node may take to let a stream begin, in milliseconds. */
const ANSWER_MS = 5_000;

/** The node answers pings; silent for this long it is gone, in milliseconds. */
const SILENT_MS = 4_000;

/** An acknowledgement may take so much longer than a round trip, in milliseconds. */
const ACKNOWLEDGED_MS = 40;

/** Parity that would wait behind so many datagrams, beside its own picture's, comes too late, and lets what comes after it wait. */
const MOST_WAITING = 4;

/** What an uplink tells whoever encodes. */
export interface UplinkListener {
  keyframe(): void;
  bitrate(bits: number): void;
  ended(state: 'lost' | 'refused', reason: Reason): void;
}

/** A session that publishes. */
export class Uplink {
  roundTrip: number | undefined;
  #session: Session | undefined;
  readonly #link: WirePublish;
  readonly #url: string;
  /** Further connections that the node offers. */
  readonly #offers: Address[] = [];
  /** Those that are open or being opened. */
  #joined = 0;
  readonly #losing = new Losing();
  /** Whether the node reports what came. */
  #reported = false;
  #over = false;
  #heard = 0;
  #answer: { resolve: () => void; reject: (error: CarryError) => void } | undefined;
  #flows: Flows | undefined;

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

  /** What has been sent. */
  get bytes(): number {
    return this.#flows?.bytes ?? 0;
  }

  /** The age of the oldest picture that has not arrived. */
  age(now: number): number {
    return this.#flows?.age(now) ?? 0;
  }

  /** What is to become of the next picture. */
  verdict(now: number): Verdict {
    return this.#flows?.forPictures(now)[0].backlog.verdict(now) ?? 'none';
  }

  /** Sends a picture, an Annex B access unit. */
  async picture(annexB: Uint8Array, time: number): Promise<void> {
    if (this.#over) return;
    try {
      const bytes = this.#link.picture(annexB, time);
      // The picture's own: a configuration may stand in front of it.
      const sequence = this.#link.sequence() - 1;
      if (bytes) await this.#send(bytes as Uint8Array<ArrayBuffer>, sequence);
    } catch (error) {
      this.#end('lost', { code: 'codec', detail: text(error) });
    }
  }

  /** Announces sound. */
  async soundConfig(channels: number, preSkip: number, rate: number): Promise<void> {
    const bytes = this.#link.sound_config(channels, preSkip, rate);
    if (bytes) await this.#flows?.own.stream(bytes as Uint8Array<ArrayBuffer>);
  }

  /** Sends a packet of sound. */
  sound(opus: Uint8Array, time: number): void {
    if (this.#over || !this.#flows) return;
    const { own, forSound } = this.#flows;
    const bytes = this.#link.sound(opus, time, (forSound ?? own).room) as Uint8Array<ArrayBuffer> | undefined;
    if (!bytes) return;
    if (this.#link.in_stream()) return void own.stream(bytes);
    // Where all wait it is lost like others, and those after it bring it again.
    forSound?.datagram(bytes);
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
    this.#flows?.closeOthers();
    if (this.#session) await closeSession(this.#session);
  }

  /** Closes without a word: the stream goes on over another connection. */
  drop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#flows?.close();
  }

  async #open(): Promise<void> {
    const session = (this.#session = await openSession(readAddress(this.#url)));
    this.#flows = new Flows(new Flow(session.transport, () => this.listener.keyframe()));
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

  #take(event: PublishEvent): void {
    switch (event.kind) {
      case 'send': return void this.#session?.control.write(event.bytes).catch(() => undefined);
      case 'ready': return this.#answer?.resolve();
      case 'keyframe': return this.listener.keyframe();
      case 'bitrate': return this.listener.bitrate(event.bits);
      case 'roundTrip':
        this.roundTrip = event.ms;
        // A node that reports knows better: this one has waited in our own queues too.
        if (!this.#reported) this.#flows?.roundTrip(event.ms);
        return undefined;
      case 'subflow':
        this.#offers.push(event.address);
        return undefined;
      case 'received':
        this.#reported = true;
        this.#flows?.roundTrip(event.roundTrip);
        this.#flows?.settle(event.pictures);
        return this.#look(performance.now());
      case 'refused': return this.#end('refused', { code: 'refused', detail: `${event.told.code}: ${event.told.text}` });
      case 'closed': return this.#end('lost', { code: 'closed', detail: `${event.told.code}: ${event.told.text}` });
      case 'failed': return this.#end('lost', { code: 'protocol', detail: event.text });
      case 'status': return undefined;
    }
  }

  /** A picture on one connection, and what stands in for it on the others: half at once, and half if it has not arrived then. */
  async #send(bytes: Uint8Array<ArrayBuffer>, sequence: number): Promise<void> {
    const [flow, ...others] = this.#flows?.forPictures(performance.now()) ?? [];
    if (!flow) return;
    const sent = flow.stream(bytes, sequence);
    if (others.length === 0 || this.#link.loss() < LOSSY) return sent;
    const now = this.#standIn(bytes, flow.room);
    const later = now.splice(now.length / 2);
    const spread = (some: Uint8Array<ArrayBuffer>[]) => {
      const most = MOST_WAITING + Math.ceil(some.length / others.length);
      for (const datagram of some) leastWaiting(others, most)?.datagram(datagram);
    };
    spread(now);
    const timer = setTimeout(() => spread(later), (this.#flows?.roundTripMs ?? 0) + ACKNOWLEDGED_MS);
    await sent;
    clearTimeout(timer);
  }

  #standIn(bytes: Uint8Array, room: number): Uint8Array<ArrayBuffer>[] {
    const count = this.#link.stand_in(bytes, room);
    return Array.from({ length: count }, () => this.#link.next_stand_in() as Uint8Array<ArrayBuffer>);
  }

  #look(now: number): void {
    if (this.#losing.goesOn(this.#link.loss(), this.#flows?.growth ?? 0, now)) this.#widen();
  }

  /** Opens further connections as long as there are few and the node has offered some. */
  #widen(): void {
    const most = connections(this.#link.loss(), this.#flows?.roundTripMs ?? 0);
    while (this.#joined < most && this.#offers.length > 0) {
      this.#joined++;
      void this.#join(this.#offers.shift() as Address).catch(() => undefined).finally(() => this.#joined--);
    }
  }

  /** Opens a further connection and stays until it is lost; without it the others carry all. */
  async #join(address: Address): Promise<void> {
    const transport = await connect(address);
    if (this.#over) return transport.close();
    const flow = new Flow(transport, () => this.listener.keyframe());
    this.#flows?.add(flow);
    await transport.closed.catch(() => undefined);
    if (this.#over) return;
    this.#flows?.remove(flow);
    this.listener.keyframe();
  }

  #end(state: 'lost' | 'refused', reason: Reason): void {
    if (this.#over) return;
    if (this.#answer) return this.#answer.reject(new CarryError(reason));
    this.#over = true;
    this.#flows?.close();
    this.listener.ended(state, reason);
  }
}
