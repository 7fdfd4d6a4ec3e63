// Between a Publisher and its worker.

import type { PublisherState, PublishStats } from '../types';

/** From the page. Readables are transferred. */
export type ToPublish =
  | { type: 'settings'; bitrate: number; soundBitrate: number }
  | { type: 'video'; readable: ReadableStream<VideoFrame>; fps: number }
  | { type: 'audio'; readable: ReadableStream<AudioData> }
  | { type: 'connect'; url: string }
  | { type: 'stop' };

/** To the page. */
export type FromPublish =
  | ({ type: 'state' } & PublisherState)
  | ({ type: 'stats' } & PublishStats);
