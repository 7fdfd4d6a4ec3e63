// What the wire tells, with names: the numbers are those of wire/src/bind.rs.

import type { WirePlay, WirePublish } from '../../../wire/pkg/counterpart_wire';

/** Where a WebTransport session leads. */
export interface Address {
  /** What the constructor takes. */
  url: string;
  /** Of the certificate to expect. */
  sha256: Uint8Array<ArrayBuffer>;
}

/** What the node says. */
export interface Told {
  code: string;
  text: string;
}

/** Something to do or to know, of either link. */
export type LinkEvent =
  | { kind: 'send'; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'ready' }
  | { kind: 'refused' | 'closed' | 'status'; told: Told }
  | { kind: 'failed'; text: string }
  | { kind: 'keyframe' }
  | { kind: 'bitrate'; bits: number }
  | { kind: 'roundTrip'; ms: number };

/** The same of a publisher's link. */
export type PublishEvent = LinkEvent | { kind: 'subflow'; address: Address } | { kind: 'received'; roundTrip: number; pictures: number };

/** The same of a player's link, whose times are milliseconds on the stream's time line. */
export type PlayEvent =
  | LinkEvent
  | { kind: 'videoConfig'; codec: string; record: Uint8Array<ArrayBuffer> }
  | { kind: 'picture'; time: number; hold: number; key: boolean; data: Uint8Array<ArrayBuffer> }
  | { kind: 'audioConfig'; codec: string; rate: number; channels: number; description: Uint8Array<ArrayBuffer> }
  | { kind: 'sound'; time: number; data: Uint8Array<ArrayBuffer> }
  | { kind: 'gap'; track: 'video' | 'audio'; messages: number }
  | { kind: 'whole'; stream: number };

const bytes = (link: WirePublish | WirePlay) => link.bytes() as Uint8Array<ArrayBuffer>;
const told = (link: WirePublish | WirePlay): Told => ({ code: link.code(), text: link.text() });

function linkEvent(number: number, link: WirePublish | WirePlay): LinkEvent {
  switch (number) {
    case 1: return { kind: 'send', bytes: bytes(link) };
    case 2: return { kind: 'ready' };
    case 3: return { kind: 'refused', told: told(link) };
    case 4: return { kind: 'closed', told: told(link) };
    case 5: return { kind: 'failed', text: link.text() };
    case 6: return { kind: 'status', told: told(link) };
    case 7: return { kind: 'keyframe' };
    case 8: return { kind: 'bitrate', bits: link.number() };
    case 9: return { kind: 'roundTrip', ms: link.number() };
    default: throw new RangeError(`the wire gives event ${number}, which has no name`);
  }
}

/** All that a publisher's link has to tell now. */
export function* publishEvents(link: WirePublish, now: number): Generator<PublishEvent> {
  for (let number = link.poll(now); number !== 0; number = link.poll(now)) yield publishEvent(number, link);
}

function publishEvent(number: number, link: WirePublish): PublishEvent {
  switch (number) {
    case 15: return { kind: 'subflow', address: { url: link.code(), sha256: bytes(link) } };
    case 16: return { kind: 'received', roundTrip: link.number(), pictures: link.time() };
    default: return linkEvent(number, link);
  }
}

/** All that a player's link has to tell now. */
export function* playEvents(link: WirePlay, now: number): Generator<PlayEvent> {
  for (let number = link.poll(now); number !== 0; number = link.poll(now)) yield playEvent(number, link);
}

function playEvent(number: number, link: WirePlay): PlayEvent {
  switch (number) {
    case 10: return { kind: 'videoConfig', codec: link.code(), record: bytes(link) };
    case 11: return { kind: 'picture', time: link.time(), hold: link.hold(), key: link.number() === 1, data: bytes(link) };
    case 12:
      return { kind: 'audioConfig', codec: link.code(), rate: link.number(), channels: link.time(), description: bytes(link) };
    case 13: return { kind: 'sound', time: link.time(), data: bytes(link) };
    case 14: return { kind: 'gap', track: link.time() === 1 ? 'audio' : 'video', messages: link.number() };
    case 17: return { kind: 'whole', stream: link.number() };
    default: return linkEvent(number, link);
  }
}
