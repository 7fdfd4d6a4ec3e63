// Between a Player, its worker and its worklet.

import type { PlayerState, PlayStats } from '../types';

/** From the page to the worker. The port is transferred. */
export type ToPlay =
  | { type: 'sound'; port: MessagePort }
  /** Whether sound is heard, and how long it takes from the worklet to the ear, in milliseconds. */
  | { type: 'audible'; audible: boolean; latency: number }
  | { type: 'play'; url: string }
  /** The last picture stands in the page. */
  | { type: 'shown' }
  | { type: 'stop' };

/** From the worker to the page. A picture is transferred; the next one comes when it is shown. */
export type FromPlay =
  | { type: 'picture'; frame: VideoFrame }
  | ({ type: 'state' } & PlayerState)
  | ({ type: 'stats' } & PlayStats);

/** From the worker to the worklet: samples of one channel, and how much later pictures are than sound. */
export type ToSound =
  /** `at` is when it came, in UNIX milliseconds. */
  | { type: 'block'; time: number; at: number; rate: number; samples: Float32Array<ArrayBuffer> }
  | { type: 'wait'; ms: number }
  | { type: 'reset' };

/** From the worklet to the worker, some 25 times a second. */
export interface FromSound {
  /** What is handed to the output at `at` (UNIX milliseconds), on the stream's time line; absent while nothing plays. */
  time?: number;
  at: number;
  /** Milliseconds that wait, and that are meant to wait. */
  level: number;
  target: number;
  jitter: number;
}
