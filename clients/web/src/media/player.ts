// Plays a stream of a node.

import { Emitter } from './emitter';
import type { MediaUrls, PlayerEvents, PlayerOptions } from './types';

/** The other party's stream, in `element`. */
export class Player extends Emitter<PlayerEvents> {
  /** Fills the box that it is put into; the picture keeps its proportions. */
  readonly element: HTMLElement = document.createElement('div');

  constructor(readonly options: PlayerOptions = {}) { super(); }

  /** Connects; resolves when the node lets the play begin, throws a {@link CarryError} when it does not. */
  play(urls: MediaUrls): Promise<void> { return Promise.reject(new Error(urls.stream)); }
  /** 0 to 1. */
  setVolume(volume: number): void { void volume; }
  /** Lets sound begin, in a user's click, after `blocked`. */
  resume(): Promise<void> { return Promise.resolve(); }
  /** The picture that is shown, as PNG. */
  snapshot(): Promise<Blob> { return Promise.reject(new Error('no picture')); }
  stop(): void { this.emit('state', { state: 'idle' }); }
}
