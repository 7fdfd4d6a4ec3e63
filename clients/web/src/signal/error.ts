// Why the edge did not do as asked.

import type { ByeReason } from './says';

/** What the edge refuses with, `shared/src/api/error.rs`. */
export type RefusalCode =
  | 'bad_request' | 'unauthorized' | 'forbidden' | 'not_found' | 'method_not_allowed' | 'conflict' | 'desk_closed'
  | 'line_full' | 'retained' | 'too_large' | 'upgrade_required' | 'rate_limited' | 'internal' | 'not_configured' | 'upstream' | 'no_node';

/**
 * The edge's codes, and: `unreachable`, no answer came; `answer`, it was none of the edge's; `closed`, this side closed
 * the socket; `replaced` and `transferred`, the edge did, for good.
 */
export type SignalCode = RefusalCode | 'unreachable' | 'answer' | 'closed' | ByeReason;

/** A refusal, or a fault on the way. */
export class SignalError extends Error {
  /** For programs. */
  readonly code: SignalCode;
  /** With the offending value. */
  readonly detail: string;
  /** Of HTTP, where there was one. */
  readonly status: number | undefined;
  /** When it is worth trying again, in milliseconds, where the edge says so. */
  readonly retryAfter: number | undefined;

  constructor(code: SignalCode, message: string, detail: string, more: { status?: number; retryAfter?: number } = {}) {
    super(message);
    this.name = 'SignalError';
    this.code = code;
    this.detail = detail;
    this.status = more.status;
    this.retryAfter = more.retryAfter;
  }

  /** No answer, for this reason. */
  static unreachable(detail: string): SignalError {
    return new SignalError('unreachable', '无法连接服务器 / The server cannot be reached', detail);
  }

  /** The edge's own words: `{code, message, detail}`. */
  static refused(body: { code: string; message: string; detail: string }, more?: { status?: number; retryAfter?: number }): SignalError {
    return new SignalError(body.code as RefusalCode, body.message, body.detail, more);
  }

  /** Whether dialling or asking again may help. */
  get passes(): boolean {
    return this.code === 'unreachable' || this.code === 'answer' || this.code === 'rate_limited' || (this.status ?? 400) >= 500;
  }
}

/** Whether this is a refusal's body. */
export function isRefusal(value: unknown): value is { code: string; message: string; detail: string } {
  const body = value as Record<string, unknown> | null;
  return typeof body?.code === 'string' && typeof body.message === 'string' && typeof body.detail === 'string';
}
