// One WebTransport session with its control stream.

import { WireAddress } from '../../../wire/pkg/counterpart_wire';
import { CarryError, type Reason } from '../types';
import type { Address } from './events';

/** How long connecting may take. */
const CONNECT_MS = 8_000;

/** How long a goodbye may take. */
const GOODBYE_MS = 300;

/** A session that stands. */
export interface Session {
  transport: WebTransport;
  control: WritableStreamDefaultWriter<Uint8Array>;
  incoming: ReadableStream<Uint8Array>;
}

/** Reads a media URL; throws a {@link CarryError}. */
export function readAddress(url: string): WireAddress {
  try {
    return new WireAddress(url);
  } catch (error) {
    throw new CarryError({ code: 'url', detail: String(error) });
  }
}

/** Connects; throws a {@link CarryError}. */
export async function connect({ url, sha256 }: Address): Promise<WebTransport> {
  if (!('WebTransport' in globalThis)) throw new CarryError({ code: 'unsupported', detail: 'this browser has no WebTransport' });
  const transport = new WebTransport(url, { serverCertificateHashes: [{ algorithm: 'sha-256', value: sha256 }] });
  // Whoever holds the session hears of its end by its streams.
  transport.closed.catch(() => undefined);
  return attempt(transport, () => within(transport.ready.then(() => transport), CONNECT_MS));
}

/** Connects and opens the control stream; throws a {@link CarryError}. */
export async function openSession(address: WireAddress): Promise<Session> {
  const transport = await connect({ url: address.url(), sha256: address.sha256() as Uint8Array<ArrayBuffer> });
  return attempt(transport, async () => {
    const { readable, writable } = await transport.createBidirectionalStream();
    return { transport, control: writable.getWriter(), incoming: readable };
  });
}

async function attempt<T>(transport: WebTransport, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    transport.close();
    throw error instanceof CarryError ? error : new CarryError({ code: 'connect', detail: text(error) });
  }
}

/** Gives the last words a moment to leave, then closes. */
export async function closeSession({ transport, control }: Session): Promise<void> {
  await within(control.close(), GOODBYE_MS).catch(() => undefined);
  try {
    transport.close();
  } catch {
    // It was closed before.
  }
}

/** What a promise gives, if it does in time. */
export function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late: Reason = { code: 'timeout', detail: `no answer within ${ms} ms` };
    const timer = setTimeout(() => reject(new CarryError(late)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** An error as one sentence. */
export function text(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
