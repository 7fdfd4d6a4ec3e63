// Both streams of a party, kept up: published and played again, with fresh URLs, whenever they are lost.

import { Emitter } from '../media/emitter';
import type { LocalMedia } from '../media/local';
import type { Player } from '../media/player';
import type { Publisher } from '../media/publisher';
import type { Carrier, MediaUrls, PlayerState, PlayStats, PublisherState, PublishStats, Reason } from '../media/types';
import { type After, after as timer } from '../signal/clock';
import type { PartyUrls, Quality } from '../signal/says';
import { QualityMeter } from './quality';

/** What a link tells. */
export type MediaLinkEvents = {
  publisher: PublisherState;
  player: PlayerState;
  published: PublishStats;
  played: PlayStats;
  carrier: Carrier;
  /** The browser keeps the sound back until a click: call `player.resume()` in it. */
  blocked: boolean;
  /** One's own network has changed. */
  quality: Quality;
  /** One's own stream cannot be published by this browser at all. */
  unable: Reason;
};

/** What a link is made of. */
export interface MediaLinkParts {
  local?: LocalMedia;
  publisher?: Publisher;
  player: Player;
  /** Asks the edge; when the other's stream is live, `told` follows. */
  urls(): Promise<PartyUrls>;
  after?: After;
}

/** Waits before URLs are asked for again, in milliseconds. */
const WAITS = [0, 500, 1_000, 2_000];

/** So long after the end of one's own stream it should have begun again. */
const GRACE = 700;

/** So long a live publisher may be without a `stream.begin`. */
const BEGIN = 6_000;

/** So long a player may wait for a stream that is told to be there. */
const ARRIVE = 2_500;

/** Keeps a party's two streams up until it is stopped. */
export class MediaLink extends Emitter<MediaLinkEvents> {
  readonly #parts: MediaLinkParts;
  readonly #after: After;
  readonly #meter = new QualityMeter();
  #publisher: PublisherState['state'] = 'idle';
  #player: PlayerState['state'] = 'idle';
  #running = false;
  #began = false;
  #attempt = 0;
  #busy = false;
  #playing: MediaUrls | undefined;
  #spare: MediaUrls | undefined;
  #offs: (() => void)[] = [];

  constructor(parts: MediaLinkParts) {
    super();
    this.#parts = parts;
    this.#after = parts.after ?? timer;
    const { publisher, player } = parts;
    this.#offs = [
      player.on('state', (state) => this.#played(state)),
      player.on('stats', (stats) => this.#playStats(stats)),
      player.on('carrier', (carrier) => this.emit('carrier', carrier)),
      player.on('blocked', (blocked) => this.emit('blocked', blocked)),
    ];
    if (publisher) {
      this.#offs.push(publisher.on('state', (state) => this.#published(state)));
      this.#offs.push(publisher.on('stats', (stats) => this.#publishStats(stats)));
    }
  }

  /** Whether one's own stream is live at the node. */
  get began(): boolean {
    return this.#began;
  }

  /** How one's own network is. */
  get quality(): Quality {
    return this.#meter.quality;
  }

  /** Publishes, and from now on whenever that is lost. */
  begin(): void {
    if (this.#running) return;
    this.#running = true;
    this.#renew();
  }

  /** `stream.begin` of one's own stream. */
  ownBegan(): void {
    this.#began = true;
    this.#attempt = 0;
  }

  /** `stream.end` of one's own stream. */
  ownEnded(): void {
    this.#began = false;
    this.#unlessBegun(GRACE);
  }

  /** The other's stream can be played, there. */
  told(urls: MediaUrls): void {
    this.#spare = urls;
    const same = this.#playing?.node === urls.node && this.#playing.stream === urls.stream;
    const at = this.#player;
    if (same && at === 'waiting') this.#later(ARRIVE, () => this.#player === 'waiting' && this.#play());
    else if (!same || (at !== 'playing' && at !== 'connecting')) this.#play();
  }

  /** The other one is gone: what was told of him is of no use. */
  peerGone(): void {
    this.#spare = undefined;
    this.#playing = undefined;
    this.#parts.player.stop();
  }

  /** Ends both. */
  stop(): void {
    this.#running = false;
    for (const off of this.#offs) off();
    this.#offs = [];
    this.#parts.publisher?.stop();
    this.#parts.player.stop();
  }

  get #publishes(): boolean {
    return !this.#parts.publisher || this.#publisher === 'live' || this.#publisher === 'connecting';
  }

  #play(): void {
    const urls = this.#spare;
    this.#spare = undefined;
    if (!urls || urls.expires_at <= Date.now()) return this.#renew();
    this.#playing = urls;
    this.#player = 'connecting';
    this.#parts.player.play(urls).catch(() => this.#played({ state: 'lost' }));
  }

  #played(state: PlayerState): void {
    const again = state.state === 'lost' || state.state === 'refused';
    const news = this.#player !== state.state;
    this.#player = state.state;
    if (state.state === 'playing') this.#attempt = 0;
    this.emit('player', state);
    if (!again || !news || !this.#running) return;
    if (this.#spare) this.#play();
    else this.#renew();
  }

  #published(state: PublisherState): void {
    this.#publisher = state.state;
    this.emit('publisher', state);
    if (state.state === 'live') this.#unlessBegun(BEGIN);
    if (state.state !== 'lost' && state.state !== 'refused') return;
    this.#began = false;
    if (state.reason?.code === 'unsupported') this.emit('unable', state.reason);
    else this.#renew();
  }

  /** A publisher that holds itself for live, of whose stream the edge knows nothing, begins anew. */
  #unlessBegun(ms: number): void {
    this.#later(ms, () => {
      if (this.#began || this.#publisher !== 'live') return;
      this.#publisher = 'lost';
      this.#renew();
    });
  }

  #later(ms: number, then: () => void): void {
    this.#after(ms, () => {
      if (this.#running) then();
    });
  }

  /** Asks for URLs, at once or a little later; the answer brings both streams back. */
  #renew(): void {
    if (this.#busy || !this.#running) return;
    this.#busy = true;
    const ms = WAITS[Math.min(this.#attempt++, WAITS.length - 1)] ?? 0;
    this.#after(ms, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    const urls = this.#running ? await this.#parts.urls().catch(() => undefined) : undefined;
    this.#busy = false;
    if (!this.#running) return;
    if (!urls) return this.#renew();
    if (this.#publishes) return;
    this.#publisher = 'connecting';
    this.#parts.publisher?.publish(urls.publish).catch(() => this.#publisher === 'connecting' && this.#published({ state: 'lost' }));
  }

  #publishStats(stats: PublishStats): void {
    this.emit('published', stats);
    this.#judged(this.#meter.published(stats));
  }

  #playStats(stats: PlayStats): void {
    this.emit('played', stats);
    this.#judged(this.#meter.played(stats));
  }

  #judged(quality: Quality | undefined): void {
    if (quality) this.emit('quality', quality);
  }
}
