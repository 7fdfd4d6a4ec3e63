// Publishes local media to a node.

import { Emitter } from './emitter';
import type { LocalMedia } from './local';
import type { MediaUrls, PublisherEvents, PublisherOptions } from './types';

/** One party's stream on its way to a node. */
export class Publisher extends Emitter<PublisherEvents> {
  constructor(readonly local: LocalMedia, readonly options: PublisherOptions = {}) { super(); }

  /** Connects; resolves when the node takes the stream, throws a {@link CarryError} when it does not. */
  publish(urls: MediaUrls): Promise<void> { return Promise.reject(new Error(urls.stream)); }
  /** Says goodbye. */
  stop(): void { this.emit('state', { state: 'idle' }); }
}
