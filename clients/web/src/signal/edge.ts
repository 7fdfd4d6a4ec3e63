// The HTTP interface of the edge.

import type { CallSearch, CallView, FinishedCalls, Rating, Recording, Upload } from './archive';
import type { Board, DeskSettings, ListedDesk } from './desk';
import { isRefusal, SignalError } from './error';
import type { PartyUrls } from './says';

/** How long a request may take altogether, in milliseconds. */
const TIMEOUT = 20_000;

/** Where a call is. */
export interface CreatedCall {
  call: string;
  /** The path of its socket. */
  socket: string;
}

/** What a request carries. */
interface Body {
  json?: unknown;
  blob?: Blob;
}

/** An edge at its address, as one user. */
export class Edge {
  /** `https://HOST`; where a page is served by the edge, its origin. */
  readonly base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.base = base.replace(/\/$/, '');
    this.#token = token;
  }

  /** The desks that have settings. */
  async desks(): Promise<ListedDesk[]> {
    return (await this.#json<{ desks: ListedDesk[] }>('GET', '/v1/desks')).desks;
  }

  /** How a desk works. */
  settings(desk: string): Promise<DeskSettings> {
    return this.#json('GET', `/v1/desks/${encodeURIComponent(desk)}`);
  }

  /** Makes a call to whoever is free at a desk. */
  createDeskCall(desk: string, wish: { record?: boolean; skills?: string[] } = {}): Promise<CreatedCall> {
    return this.#json('POST', `/v1/desks/${encodeURIComponent(desk)}/calls`, { json: wish });
  }

  /** Makes a call to somebody. */
  createCall(wish: { callee: string; record?: boolean }): Promise<CreatedCall> {
    return this.#json('POST', '/v1/calls', { json: wish });
  }

  /** A call and its log after an entry. */
  call(call: string, after = 0): Promise<CallView> {
    return this.#json('GET', `/v1/calls/${call}?after=${after}`);
  }

  /** Fresh URLs of one's own stream. */
  urls(call: string): Promise<PartyUrls> {
    return this.#json('POST', `/v1/calls/${call}/urls`, { json: {} });
  }

  /** Calls that are over, newest first. */
  calls(search: CallSearch = {}): Promise<FinishedCalls> {
    const given = Object.entries(search).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return this.#json('GET', `/v1/calls?${query}`);
  }

  /** What was recorded of a call so far, stills among it. */
  async recordings(call: string): Promise<Recording[]> {
    return (await this.#json<{ files: Recording[] }>('GET', `/v1/calls/${call}/recordings`)).files;
  }

  /** The bytes of a recording or a still, from its node. */
  async fetchRecording({ url, path }: Recording): Promise<Blob> {
    if (!url) throw SignalError.unreachable(path);
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) }).catch((error: unknown) => {
      throw SignalError.unreachable(`${path}: ${error}`);
    });
    if (!response.ok) throw await refusal(response, path);
    return response.blob();
  }

  /** Says what the call was like; the last word counts. */
  async rate(call: string, rating: Rating): Promise<void> {
    await this.#send('PUT', `/v1/calls/${call}/rating`, { json: rating });
  }

  /** Keeps the agent's note; the last one counts. */
  async note(call: string, text: string): Promise<void> {
    await this.#send('PUT', `/v1/calls/${call}/note`, { json: { text } });
  }

  /** Puts a picture beside the call, for an `image` command. */
  upload(call: string, picture: Blob): Promise<Upload> {
    return this.#json('POST', `/v1/calls/${call}/images`, { blob: picture });
  }

  /** A picture that was put there. */
  async image(path: string): Promise<Blob> {
    return (await this.#send('GET', path)).blob();
  }

  /** What is going on at a desk and in the fleet. */
  board(desk: string): Promise<Board> {
    return this.#json('GET', `/v1/board?desk=${encodeURIComponent(desk)}`);
  }

  /** `wss://HOST/PATH`, and what is offered as subprotocols. */
  socket(path: string): { url: string; protocols: string[] } {
    const url = new URL(path, `${this.base}/`);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return { url: url.href, protocols: ['counterpart.v1', `token.${this.#token}`] };
  }

  /** Why a socket was not opened, which a browser does not tell: by what this path answers to a plain request. */
  async whyRefused(path: string): Promise<SignalError | 'unknown' | 'unreachable'> {
    try {
      await this.#send('GET', path);
    } catch (error) {
      if (!(error instanceof SignalError)) throw error;
      if (error.passes) return 'unreachable';
      return error.code === 'upgrade_required' ? 'unknown' : error;
    }
    return 'unknown';
  }

  async #json<T>(method: string, path: string, body?: Body): Promise<T> {
    const response = await this.#send(method, path, body);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw new SignalError('answer', '服务器应答异常 / The server gave no proper answer', `${method} ${path}: ${error}`);
    }
  }

  async #send(method: string, path: string, body: Body = {}): Promise<Response> {
    const headers = new Headers({ Authorization: `Bearer ${this.#token}` });
    if (body.json !== undefined) headers.set('Content-Type', 'application/json');
    if (body.blob) headers.set('Content-Type', body.blob.type);
    const content = body.blob ?? (body.json === undefined ? null : JSON.stringify(body.json));
    let response: Response;
    try {
      const signal = AbortSignal.timeout(TIMEOUT);
      response = await fetch(this.base + path, { method, headers, body: content, signal, cache: 'no-store' });
    } catch (error) {
      throw SignalError.unreachable(`${method} ${path}: ${error}`);
    }
    if (response.ok) return response;
    throw await refusal(response, `${method} ${path}`);
  }
}

async function refusal(response: Response, what: string): Promise<SignalError> {
  const { status } = response;
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  const more = Number.isFinite(seconds) ? { status, retryAfter: seconds * 1000 } : { status };
  const body: unknown = await response.json().catch(() => undefined);
  if (isRefusal(body)) return SignalError.refused(body, more);
  return new SignalError('answer', '服务器应答异常 / The server gave no proper answer', `${what}: status ${status}`, more);
}
