// One connection that carries media: a stream for each picture, datagrams for sound.

import { Backlog } from './backlog';

/** What has not arrived after this long is of no use to a conversation, in milliseconds. */
const DEADLINE_MS = 1_000;

/** Datagrams that wait for longer are dropped, in milliseconds. */
const SOUND_AGE_MS = 300;

/** A session's media. */
export class Flow {
  readonly backlog = new Backlog();
  bytes = 0;
  /** Datagrams that have not left yet. */
  waiting = 0;
  /** When a picture was given up here last. */
  failedAt = -Infinity;
  /** What ends those on their way. */
  readonly #pictures = new Map<number, () => void>();
  readonly #datagrams: WritableStreamDefaultWriter<Uint8Array>;

  /** Hears `outlived` when a picture was given up. */
  constructor(readonly transport: WebTransport, readonly outlived: () => void) {
    transport.datagrams.outgoingMaxAge = SOUND_AGE_MS;
    // So a write takes until the datagram has left.
    transport.datagrams.outgoingHighWaterMark = 0;
    this.#datagrams = transport.datagrams.writable.getWriter();
  }

  /** Bytes that a datagram holds. */
  get room(): number {
    return this.transport.datagrams.maxDatagramSize;
  }

  /** Sends a datagram, which may be lost. */
  datagram(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes += bytes.length;
    this.waiting++;
    this.#datagrams.write(bytes).catch(() => undefined).finally(() => this.waiting--);
  }

  /** Sends bytes on a stream of their own, and waits until they have arrived. A picture that has not in time is given up. */
  async stream(bytes: Uint8Array<ArrayBuffer>, picture?: number): Promise<void> {
    this.bytes += bytes.length;
    const entry = this.backlog.add(bytes.length, performance.now());
    let writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const stop = () => {
      stopped = true;
      clearTimeout(timer);
      this.backlog.remove(entry);
      writer?.abort().catch(() => undefined);
    };
    if (picture !== undefined) {
      this.#pictures.set(picture, stop);
      timer = setTimeout(() => {
        this.failedAt = performance.now();
        this.outlived();
        stop();
      }, DEADLINE_MS);
    }
    try {
      writer = (await this.transport.createUnidirectionalStream()).getWriter();
      writer.closed.catch(() => undefined);
      if (stopped) return void writer.abort().catch(() => undefined);
      writer.write(bytes).catch(() => undefined);
      // Resolves when the node has acknowledged all of it.
      await writer.close();
    } catch {
      // Reset, or the session is over, which is heard elsewhere.
    } finally {
      clearTimeout(timer);
      if (picture !== undefined) this.#pictures.delete(picture);
      this.backlog.remove(entry);
    }
  }

  /** Nothing is needed of the pictures before this one. */
  settle(next: number): void {
    for (const [picture, stop] of this.#pictures) if (picture < next) stop();
  }

  close(): void {
    try {
      this.transport.close();
    } catch {
      // It was closed before.
    }
  }
}
