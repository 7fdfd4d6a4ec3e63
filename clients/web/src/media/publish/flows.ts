// The connections of a publisher, and which of them carries what.

import type { Verdict } from './backlog';
import type { Flow } from './flow';
import { RoundTrips } from './round-trips';

const RANK: Record<Verdict, number> = { send: 0, references: 1, none: 2 };

/** A connection where a picture was given up is the last choice for so long, in milliseconds. */
const SUSPECT_MS = 5_000;

/** Packets of sound that wait in front of another: 300 ms, and nobody wants to hear it then. */
const MOST_SOUND = 15;

/** Several connections; the first one is the session's own. */
export class Flows {
  #flows: [Flow, ...Flow[]];
  readonly #roundTrips = new RoundTrips();
  /** What those have sent that are gone. */
  #before = 0;

  constructor(first: Flow) {
    this.#flows = [first];
  }

  /** What a round trip takes now. */
  get roundTripMs(): number {
    return this.#roundTrips.now;
  }

  /** How much longer it takes than it did: a queue, or jitter. */
  get growth(): number {
    return this.#roundTrips.growth;
  }

  add(flow: Flow): void {
    flow.backlog.roundTrip(this.#roundTrips.usual);
    this.#flows.push(flow);
  }

  remove(flow: Flow): void {
    this.#before += flow.bytes;
    const [first, ...others] = this.#flows;
    this.#flows = [first, ...others.filter((other) => other !== flow)];
  }

  /** Those that carry pictures, where they arrive soonest first. With others beside it the first one has no pictures. */
  forPictures(now: number): [Flow, ...Flow[]] {
    const [first, second, ...others] = this.#flows;
    if (!second) return [first];
    const failed = ({ failedAt }: Flow) => (now - failedAt < SUSPECT_MS ? 4e9 : 0);
    const cost = (flow: Flow) => failed(flow) + RANK[flow.backlog.verdict(now)] * 1e9 + flow.backlog.bytes + flow.waiting * flow.room;
    return [second, ...others].sort((one, other) => cost(one) - cost(other)) as [Flow, ...Flow[]];
  }

  /** The session's own: when it ends, all does. */
  get own(): Flow {
    return this.#flows[0];
  }

  /** The one that carries sound: the session's own, unless fewer datagrams wait elsewhere; none where it would come too late. */
  get forSound(): Flow | undefined {
    return leastWaiting(this.#flows, MOST_SOUND);
  }

  /** What has been sent. */
  get bytes(): number {
    return this.#flows.reduce((sum, flow) => sum + flow.bytes, this.#before);
  }

  /** The age of the oldest picture that has not arrived. */
  age(now: number): number {
    return Math.max(...this.#flows.map((flow) => flow.backlog.age(now)));
  }

  /** What a round trip takes now, by the node's own measure. */
  roundTrip(ms: number): void {
    this.#roundTrips.take(ms, performance.now());
    for (const { backlog } of this.#flows) backlog.roundTrip(this.#roundTrips.usual);
  }

  /** Nothing is needed of the pictures before this one. */
  settle(next: number): void {
    for (const flow of this.#flows) flow.settle(next);
  }

  close(): void {
    for (const flow of this.#flows) flow.close();
  }

  /** Closes all but the session's own. */
  closeOthers(): void {
    for (const flow of this.#flows.slice(1)) flow.close();
  }
}

/** The first of those where fewest datagrams wait, if that is less than `most`. */
export function leastWaiting(flows: readonly Flow[], most = Infinity): Flow | undefined {
  const best = flows.reduce((best, flow) => (flow.waiting < best.waiting ? flow : best));
  return best.waiting < most ? best : undefined;
}
