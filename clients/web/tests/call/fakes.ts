// Media of a test's own.

import { Emitter } from '../../src/media/emitter';
import type { MediaUrls, PlayerEvents, PlayerState, PublisherEvents, PublisherState, PublishStats } from '../../src/media/types';

/** Publishes nothing, and says what it is told to. */
export class FakePublisher extends Emitter<PublisherEvents> {
  readonly urls: string[] = [];
  publish(urls: MediaUrls): Promise<void> {
    this.urls.push(urls.webtransport);
    return Promise.resolve();
  }
  stop(): void {}
  tell(stats: PublishStats): void {
    this.emit('stats', stats);
  }
  is(state: PublisherState['state'], code: 'lost' | 'unsupported' = 'lost'): void {
    this.emit('state', { state, reason: { code, detail: 'd' } });
  }
}

/** Plays nothing. */
export class FakePlayer extends Emitter<PlayerEvents> {
  readonly urls: string[] = [];
  play(urls: MediaUrls): Promise<void> {
    this.urls.push(urls.webtransport);
    return Promise.resolve();
  }
  stop(): void {
    this.urls.push('stop');
  }
  is(state: PlayerState['state']): void {
    this.emit('state', { state });
  }
}

/** URLs that are told apart by their name and their node. */
export function urls(name: string, node = 'n1'): MediaUrls {
  return {
    act: 'play', stream: 'c1.callee', node, expires_at: Date.now() + 60_000, rtmp: '', quic: '', webtransport: name, one_time: true,
  };
}
