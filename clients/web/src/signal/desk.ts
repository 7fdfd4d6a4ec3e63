// Desks: rooms, settings, the board; as shared/src/api/{desk,settings,board}.rs pin them.

import type { ByeReason, Party, Refused } from './says';

/** The three states of a room. */
export type RoomState = 'IDLE' | 'BUSY' | 'CLOSE';

/** A room as seen from outside. */
export interface Room {
  room: string;
  agent: string;
  state: RoomState;
  /** Why it is busy. */
  phase?: 'offered' | 'talking' | 'wrapping';
  /** Why it is closed; nothing when it was never opened. */
  reason?: 'asked' | 'missed' | 'absent';
  call?: string;
  since: number;
}

/** It rings. */
export interface Offer {
  call: string;
  customer: string;
  /** Until when, in UNIX milliseconds. */
  expires_at: number;
}

/** Why an offer ended without being taken. */
export type GoneReason = 'abandoned' | 'missed' | 'rejected';

/** What an agent sends, without its id. */
export type RoomCommand =
  | { type: 'open'; skills?: string[] }
  | { type: 'close' }
  | { type: 'accept'; call: string }
  | { type: 'reject'; call: string };

/** What the edge says on a room's socket. */
export type RoomMessage =
  | ({ type: 'room' } & Room)
  | ({ type: 'offer' } & Offer)
  | { type: 'offer_gone'; call: string; reason: GoneReason }
  | { type: 'bye'; reason: ByeReason }
  | { type: 'ack'; id: string }
  | Refused;

/** A name in both languages. */
export interface Title {
  zh: string;
  en: string;
}

/** A desk on the list. */
export interface ListedDesk {
  desk: string;
  title?: Title;
  open: boolean;
}

/** How a desk works; the settings that a client reads. */
export interface DeskSettings {
  offer_s: number;
  wrap_up_s: number;
  max_line: number;
  record: 'off' | 'on' | 'consent';
  /** Who may begin and pause a recording; absent: nobody. */
  record_control?: 'agent' | 'nobody' | 'supervisor';
  /** How the composite shows both parties; absent: side by side. */
  layout?: 'side_by_side' | 'picture_in_picture';
  /** Whether the composite is made, and when; absent: when the call is over. */
  composite?: 'off' | 'after' | 'live';
  /** What agents read out and customers answer. */
  prompts?: string[];
  title?: Title;
  quick_replies?: string[];
}

/** What a desk did since its midnight. */
export interface Today {
  offered: number;
  answered: number;
  missed: number;
  abandoned: number;
  mean_wait_s?: number;
  mean_talk_s?: number;
}

/** A room on the board. */
export type BoardRoom = Room & { present: boolean; skills?: string[] };

/** Someone in line. */
export interface Waiting {
  call: string;
  customer: string;
  since: number;
  skills?: string[];
  priority?: number;
  /** The room that he was handed on to, and waits for. */
  room?: string;
}

/** A desk's part of the board, and each message of its socket. */
export interface DeskBoard {
  rooms: BoardRoom[];
  line: Waiting[];
  today: Today;
}

/** How a publisher's stream arrives at the node. */
export interface StreamFigures {
  party: Party;
  kbps: number;
  fps: number;
  /** Nothing, where the carrier does not tell. */
  delay_ms: number | null;
  loss_percent: number | null;
}

/** A node on the board. */
export interface BoardNode {
  node: string;
  version: string;
  connected: boolean;
  capacity: number;
  load: { streams: number; readers: number; recording: number; cpu_percent: number; memory_bytes: number; keys: number };
}

/** A call on the board. */
export interface BoardCall {
  call: string;
  node: string;
  live: Party[];
  media?: StreamFigures[];
}

/** One look at a desk and the fleet. */
export type Board = DeskBoard & { desk: string; at: number; nodes: BoardNode[]; calls: BoardCall[] };
