// HTTP-FLV, for browsers and networks without WebTransport.

import type { PlayerState, PlayStats, Reason } from '../types';

/** How far behind live playing may be, and what is aimed at, in seconds. */
const BEHIND_MOST = 1.2;
const BEHIND = 0.5;

/** What a fallback tells the player. */
export interface FlvListener {
  state(state: PlayerState): void;
  stats(stats: PlayStats): void;
  blocked(blocked: boolean): void;
}

/** Plays one HTTP-FLV URL in a video element. */
export class FlvPlay {
  #player: { destroy(): void } | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #over = false;
  #kbps = 0;
  #last = { at: 0, frames: 0 };

  constructor(readonly video: HTMLVideoElement, readonly listener: FlvListener) {}

  /** Begins; resolves with the first picture, rejects with a {@link Reason}. */
  async play(url: string): Promise<void> {
    const { default: mpegts } = await import('mpegts.js');
    if (!mpegts.isSupported()) throw unsupported();
    mpegts.LoggingControl.enableAll = false;
    const player = mpegts.createPlayer({ type: 'flv', isLive: true, url, cors: true }, {
      enableWorker: false, enableStashBuffer: false, liveSync: true, liveSyncMaxLatency: BEHIND_MOST, liveSyncTargetLatency: BEHIND,
      autoCleanupSourceBuffer: true,
    });
    this.#player = player;
    const failed = new Promise<never>((_, reject) => {
      player.on(mpegts.Events.ERROR, (type: string, detail: string, info: { code?: number; msg?: string }) => {
        const refused = info?.code !== undefined && info.code >= 400;
        const reason: Reason = { code: refused ? 'refused' : 'lost', detail: `${type}, ${detail}: ${info?.code ?? ''} ${info?.msg ?? ''}` };
        reject(reason);
        this.#end({ state: refused ? 'refused' : 'lost', reason });
      });
      player.on(mpegts.Events.LOADING_COMPLETE, () => this.#end({ state: 'lost', reason: { code: 'closed', detail: 'the node ended the answer' } }));
    });
    failed.catch(() => undefined);
    // Kilobytes per second.
    player.on(mpegts.Events.STATISTICS_INFO, ({ speed = 0 }: { speed?: number }) => void (this.#kbps = Math.round(speed * 8)));
    player.attachMediaElement(this.video);
    player.load();
    this.#watch();
    await Promise.race([this.#first(), failed]);
  }

  /** Lets it be heard, in a user's click. */
  async resume(): Promise<void> {
    this.video.muted = false;
    await this.video.play();
    this.listener.blocked(false);
  }

  stop(): void {
    this.#over = true;
    clearInterval(this.#ticker);
    this.#player?.destroy();
    this.#player = undefined;
  }

  /** Plays, without sound where the browser allows no other. */
  async #first(): Promise<void> {
    const { video } = this;
    await video.play().catch(async (error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') throw error;
      this.listener.blocked(true);
      video.muted = true;
      await video.play();
    });
    this.listener.state({ state: 'playing' });
  }

  #watch(): void {
    this.video.onwaiting = () => this.#tell({ state: 'waiting' });
    this.video.onplaying = () => this.#tell({ state: 'playing' });
    this.#last = { at: performance.now(), frames: 0 };
    this.#ticker = setInterval(() => this.#count(), 1000);
  }

  #count(): void {
    const { video } = this;
    const now = performance.now();
    const frames = video.getVideoPlaybackQuality().totalVideoFrames;
    const { buffered } = video;
    const buffer = buffered.length > 0 ? buffered.end(buffered.length - 1) - video.currentTime : 0;
    this.listener.stats({
      at: Date.now(), kbps: this.#kbps, fps: Math.round(((frames - this.#last.frames) * 1000) / (now - this.#last.at)), width: video.videoWidth,
      height: video.videoHeight, jitterMs: 0, bufferMs: Math.round(buffer * 1000), lostPercent: 0, freezes: 0, frozenMs: 0,
    });
    this.#last = { at: now, frames };
  }

  #tell(state: PlayerState): void {
    if (!this.#over) this.listener.state(state);
  }

  #end(state: PlayerState): void {
    if (this.#over) return;
    this.listener.state(state);
    this.stop();
  }
}

function unsupported(): Reason {
  return { code: 'unsupported', detail: 'this browser has neither WebTransport nor Media Source Extensions' };
}
