// What a call's log amounts to.

import type { CallPhase, EndReason, Entry, Party, Quality } from '../signal/says';

/** How one side is. */
export interface Side {
  /** Its stream is live. */
  live: boolean;
  /** Its stream is live and brings nothing. */
  stalled: boolean;
  /** It has no socket. */
  away: boolean;
  quality: Quality;
  recorded: boolean;
}

/** Who paused the recording, and why. */
export interface Pause {
  at: number;
  /** The party; absent: a supervisor. */
  by?: Party;
  supervisor?: string;
  reason: string;
}

/** Where a call stands, by all of its entries. */
export interface CallState {
  phase: CallPhase;
  desk?: string;
  /** Who answered. */
  agent?: string;
  room?: string;
  caller: Side;
  callee: Side;
  requestedAt?: number;
  /** Since when this agent talks. */
  answeredAt?: number;
  /** Whether the caller may be recorded: he is asked, or has answered. */
  consent?: 'asked' | 'given' | 'refused';
  /** The recording is paused. */
  paused?: Pause;
  /** The statement that the agent reads. */
  reading?: { number: number; text: string };
  /** The caller was handed on and waits for the next agent. */
  handedOn: boolean;
  end?: { at: number; by?: Party; reason: EndReason };
}

function side(): Side {
  return { live: false, stalled: false, away: false, quality: 'good', recorded: false };
}

/** Of a call whose log is empty. */
export function emptyState(): CallState {
  return { phase: 'new', caller: side(), callee: side(), handedOn: false };
}

/** The other one. */
export function other(party: Party): Party {
  return party === 'caller' ? 'callee' : 'caller';
}

/** What it is after one more entry. */
export function after(state: CallState, entry: Entry): CallState {
  switch (entry.kind) {
    case 'call.request':
      return { ...state, phase: 'requested', requestedAt: entry.at, ...(entry.desk && { desk: entry.desk }) };
    case 'call.accept':
      return { ...state, ...answered(entry), answeredAt: entry.at, handedOn: false };
    case 'call.transfer':
      return { ...without(state), phase: 'requested', desk: entry.desk, handedOn: true, callee: side() };
    case 'call.end':
      return { ...state, phase: 'ended', end: { at: entry.at, reason: entry.reason, ...(entry.by && { by: entry.by }) } };
    case 'recording.ask':
      return { ...state, consent: 'asked' };
    case 'recording.consent':
      return { ...state, consent: entry.given ? 'given' : 'refused' };
    case 'recording.pause':
      return { ...state, paused: pauseOf(entry) };
    case 'recording.begin':
      return goingOn(state);
    // Also where another desk, or the customer's word, has ended the pause.
    case 'recording.started':
      return { ...goingOn(state), [entry.party]: sideAfter(state[entry.party], entry.kind) };
    case 'prompt.begin':
      return { ...state, reading: { number: entry.number, text: entry.text } };
    case 'prompt.end':
      return unread(state);
    case 'network':
      return { ...state, [entry.party]: { ...state[entry.party], quality: entry.quality } };
    default:
      return 'party' in entry && entry.party ? { ...state, [entry.party]: sideAfter(state[entry.party], entry.kind) } : state;
  }
}

function answered(entry: { callee: string; room?: string }): Partial<CallState> {
  return { phase: 'talking', agent: entry.callee, ...(entry.room && { room: entry.room }) };
}

/** The agent is out of it. */
function without(state: CallState): CallState {
  const { agent: _agent, room: _room, answeredAt: _at, ...rest } = unread(state);
  return rest;
}

function pauseOf({ at, by, supervisor, reason }: Extract<Entry, { kind: 'recording.pause' }>): Pause {
  return { at, reason, ...(by && { by }), ...(supervisor && { supervisor }) };
}

/** The recording is not paused. */
function goingOn(state: CallState): CallState {
  const { paused: _paused, ...rest } = state;
  return rest;
}

/** No statement is being read. */
function unread(state: CallState): CallState {
  const { reading: _reading, ...rest } = state;
  return rest;
}

function sideAfter(now: Side, kind: Entry['kind']): Side {
  switch (kind) {
    case 'stream.begin':
      return { ...now, live: true, stalled: false };
    case 'stream.stalled':
      return { ...now, stalled: true };
    case 'stream.end':
      return { ...now, live: false, stalled: false };
    case 'peer.away':
      return { ...now, away: true };
    case 'peer.back':
      return { ...now, away: false };
    case 'recording.started':
      return { ...now, recorded: true };
    case 'recording.ready':
    case 'recording.failed':
      return { ...now, recorded: false };
    default:
      return now;
  }
}
