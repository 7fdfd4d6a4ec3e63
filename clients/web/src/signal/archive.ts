// Calls that are over, their recordings, uploaded pictures; as shared/src/api pins them.

import type { CallPhase, EndReason, Entry, Party, RecordedFile } from './says';

/** A call that is over. */
export interface FinishedCall {
  call: string;
  desk?: string;
  room?: string;
  customer: string;
  agent?: string;
  created_at?: number;
  requested_at?: number;
  answered_at?: number;
  ended_at: number;
  by?: Party;
  reason: EndReason;
  recorded: boolean;
  rating?: Rating;
  note?: string;
}

/** What the customer thought of a call. */
export interface Rating {
  /** 1 to 5. */
  stars: number;
  comment?: string;
}

/** Which finished calls are wanted. */
export interface CallSearch {
  desk?: string;
  agent?: string;
  customer?: string;
  reason?: EndReason;
  from?: number;
  to?: number;
  limit?: number;
  after?: string;
}

/** A page of them, newest first. */
export interface FinishedCalls {
  calls: FinishedCall[];
  next?: string;
}

/** A call with its log. */
export interface CallView {
  call: string;
  phase: CallPhase;
  caller: string;
  callee?: string;
  entries: Entry[];
}

/**
 * A recording, or a still picture (of no duration), that can be fetched at `url` until `expires_at`; absent while its node is away and when it is deleted.
 * Without a party it is of both.
 */
export type Recording = RecordedFile & { party?: Party; node: string; url?: string; expires_at?: number; deleted?: { at: number; rule: string } };

/** A picture that was uploaded. */
export interface Upload {
  url: string;
  type: string;
  bytes: number;
  width?: number;
  height?: number;
  sha256: string;
}
