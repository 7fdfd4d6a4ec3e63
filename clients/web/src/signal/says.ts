// What a call's socket says, letter by letter as shared/src/api/call/ and says.rs pin it.

import type { MediaUrls } from '../media/types';

/** The two sides of a call. */
export type Party = 'caller' | 'callee';

/** Where a call stands. */
export type CallPhase = 'new' | 'requested' | 'talking' | 'ended';

/** Why a call ended. */
export type EndReason = 'hang_up' | 'rejected' | 'abandoned' | 'lease' | 'desk_closed' | 'line_full' | 'supervisor';

/** Why the edge closes a socket for good. */
export type ByeReason = 'replaced' | 'transferred';

/** How a party's network is. */
export type Quality = 'good' | 'poor' | 'bad';

/** A picture by reference. */
export interface Image {
  /** `https://…`, or the path that `Edge.upload` gave. */
  url: string;
  type: string;
  bytes?: number;
  width?: number;
  height?: number;
  sha256?: string;
}

/** A file that a node keeps. */
export interface RecordedFile {
  path: string;
  bytes: number;
  duration_ms: number;
  /** When it begins, in UNIX milliseconds. */
  started_at?: number;
  sha256: string;
}

/** What a party sends, without its id. */
export type Command =
  | { type: 'urls' }
  | { type: 'request' }
  | { type: 'accept' }
  | { type: 'reject' }
  | { type: 'text'; text: string }
  | { type: 'image'; image: Image }
  | { type: 'network'; quality: Quality }
  | { type: 'still'; party: Party }
  | { type: 'transfer'; desk?: string; room?: string; skills?: string[] }
  | { type: 'consent'; given: boolean }
  | { type: 'record'; on: boolean; reason?: string }
  | { type: 'prompt'; number: number }
  | { type: 'prompt_end'; answered: boolean }
  | { type: 'hangup' };

/** What an entry of the log says. */
export type EntryBody =
  | { kind: 'text'; from: Party; id: string; text: string }
  | { kind: 'image'; from: Party; id: string; image: Image }
  | { kind: 'network'; party: Party; quality: Quality }
  | { kind: 'call.request'; desk?: string }
  | { kind: 'call.offer'; room: string; agent: string }
  | { kind: 'call.declined'; room: string }
  | { kind: 'call.accept'; callee: string; room?: string }
  | { kind: 'call.transfer'; from: string; desk: string; room?: string }
  | { kind: 'call.end'; by?: Party; reason: EndReason }
  | { kind: 'stream.begin'; party: Party; code: number; video?: VideoFormat; audio?: AudioFormat }
  | { kind: 'stream.stalled'; party: Party }
  | { kind: 'stream.end'; party: Party; reason: string }
  | { kind: 'peer.away'; party: Party }
  | { kind: 'peer.back'; party: Party }
  | { kind: 'recording.ask' }
  | { kind: 'recording.consent'; given: boolean }
  | { kind: 'recording.begin'; by?: Party; supervisor?: string }
  | { kind: 'recording.pause'; by?: Party; supervisor?: string; reason: string }
  | { kind: 'prompt.begin'; number: number; text: string }
  | { kind: 'prompt.end'; number: number; answered: boolean }
  | { kind: 'recording.started'; party: Party }
  | { kind: 'recording.ready'; party?: Party; files: RecordedFile[] }
  | { kind: 'recording.failed'; party?: Party; reason: string }
  | { kind: 'recording.delete'; by: string }
  | { kind: 'recording.deleted'; rule: string; files: string[] }
  | { kind: 'still'; party: Party; file: RecordedFile; width: number; height: number; taken_at: number }
  | { kind: 'still.failed'; party: Party; reason: string };

/** A picture track. */
export interface VideoFormat {
  codec: string;
  width: number;
  height: number;
}

/** A sound track. */
export interface AudioFormat {
  codec: string;
  rate: number;
  channels: number;
}

/** One entry of the log: 1, 2, 3… without gaps, the same for both parties. */
export type Entry = { seq: number; at: number } & EntryBody;

/** What a party needs for his own stream. */
export interface PartyUrls {
  publish: MediaUrls;
  play: MediaUrls;
}

/** What the edge says on a call's socket. */
export type CallMessage =
  | { type: 'hello'; call: string; party: Party; phase: CallPhase; seq: number; live: Party[] }
  | { type: 'watching'; call: string; phase: CallPhase; caller: string; callee?: string; seq: number; live: Party[] }
  | { type: 'bye'; reason: ByeReason }
  | ({ type: 'entry' } & Entry)
  | { type: 'ack'; id: string; seq?: number }
  | ({ type: 'urls'; id: string } & PartyUrls)
  | { type: 'play'; party: Party; urls: MediaUrls }
  | { type: 'position'; position: number; wait_s?: number }
  | Refused;

/** A command was refused. */
export interface Refused {
  type: 'error';
  id?: string;
  code: string;
  message: string;
  detail: string;
}
