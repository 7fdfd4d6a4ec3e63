// What pages and media agree on. The JSON of MediaUrls is that of shared/src/api/media.rs.

/** The URLs of one stream, as the edge gives them. */
export interface MediaUrls {
  act: 'publish' | 'play';
  stream: string;
  node: string;
  /** Until when a connection may begin, in UNIX milliseconds. */
  expires_at: number;
  rtmp: string;
  /** Only to play. */
  flv?: string;
  quic: string;
  webtransport: string;
  /** Whether the certificate serves one connection only. */
  one_time: boolean;
}

/** Why a connection is not there, for programs and for people. */
export interface Reason {
  code: ReasonCode;
  /** One English sentence with the offending value. */
  detail: string;
}

/**
 * `unsupported`: the browser lacks what it takes; `url`: the URL cannot be read; `connect`: no connection came about;
 * `timeout`: the node did not answer in time; `refused`: the node said no; `closed`: the node ended the stream;
 * `lost`: the connection broke; `protocol`: the node sent what cannot be read; `codec`: an encoder or decoder failed;
 * `stopped`: this side stopped it.
 */
export type ReasonCode =
  | 'unsupported' | 'url' | 'connect' | 'timeout' | 'refused' | 'closed' | 'lost' | 'protocol' | 'codec' | 'stopped';

/** Thrown by `publish` and `play` when they come to nothing; the state says the same. */
export class CarryError extends Error {
  readonly code: ReasonCode;

  constructor(readonly reason: Reason) {
    super(`${reason.code}: ${reason.detail}`);
    this.name = 'CarryError';
    this.code = reason.code;
  }
}

/** Which device a {@link MediaError} is about. */
export type Device = 'camera' | 'microphone' | 'screen';

/**
 * `denied`: the user or the system forbids it; `missing`: there is no such device; `busy`: another program has it;
 * `unsupported`: the browser cannot do it, or the page is no secure context.
 */
export type MediaErrorCode = 'denied' | 'missing' | 'busy' | 'unsupported';

/** Why there is no camera, microphone or screen. */
export class MediaError extends Error {
  constructor(readonly code: MediaErrorCode, readonly device: Device, detail: string) {
    super(`${device} ${code}: ${detail}`);
    this.name = 'MediaError';
  }
}

/** What is opened. */
export interface LocalOptions {
  /** A device id, or whether to have one at all; true is the default. */
  camera?: string | boolean;
  microphone?: string | boolean;
  width?: number;
  height?: number;
  fps?: number;
}

/** How a publisher encodes. */
export interface PublisherOptions {
  /** Most bits per second of the pictures; 900,000 is the default. */
  bitrate?: number;
  /** Bits per second of the sound; 32,000 is the default. */
  soundBitrate?: number;
}

/** How a player plays. */
export interface PlayerOptions {
  /** 0 to 1. */
  volume?: number;
  /** Plays over HTTP-FLV even where WebTransport works. */
  carrier?: Carrier;
}

/** How a stream travels. */
export type Carrier = 'webtransport' | 'http-flv';

/** `lost` and `refused` have a reason. After `lost` call `publish` again, with fresh URLs; after `refused` it would be in vain. */
export interface PublisherState {
  state: 'idle' | 'connecting' | 'live' | 'lost' | 'refused';
  reason?: Reason;
}

/**
 * `waiting`: connected, but nothing comes. `over`: the node ended the stream for good. `lost` and `refused` have a
 * reason. After `lost` call `play` again, with fresh URLs.
 */
export interface PlayerState {
  state: 'idle' | 'connecting' | 'playing' | 'waiting' | 'lost' | 'over' | 'refused';
  reason?: Reason;
}

/** Once a second while live. */
export interface PublishStats {
  /** UNIX milliseconds. */
  at: number;
  /** Pictures and sound, as handed to the connection. */
  kbps: number;
  /** What the node says gets through; absent while there is no limit. */
  limitKbps?: number;
  /** Pictures sent. */
  fps: number;
  width: number;
  height: number;
  rttMs?: number;
  /** The age of the oldest picture that has not arrived yet. */
  queueMs: number;
  /** Pictures left out since `publish`, so that the queue stays short. */
  droppedPictures: number;
}

/** Once a second while connected. */
export interface PlayStats {
  at: number;
  kbps: number;
  /** Pictures shown. */
  fps: number;
  width: number;
  height: number;
  /** How long the newest picture waited here, from its arrival until it was shown. */
  delayMs?: number;
  rttMs?: number;
  /** How unevenly sound arrives. */
  jitterMs: number;
  /** Sound that waits to be heard. */
  bufferMs: number;
  /** Pictures and sound that never came, of the last second. */
  lostPercent: number;
  /** Pauses of more than a quarter of a second between pictures, since `play`. */
  freezes: number;
  frozenMs: number;
  /** How much later than its picture sound is heard; negative: earlier. */
  soundAfterPictureMs?: number;
}

/** What a publisher says. */
export type PublisherEvents = { state: PublisherState; stats: PublishStats };

/** What a player says. `blocked` is about the browser's autoplay rules: true until `resume` in a user's click. */
export type PlayerEvents = { state: PlayerState; stats: PlayStats; carrier: Carrier; blocked: boolean };
