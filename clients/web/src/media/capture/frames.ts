// The frames of a track.

import { MediaError } from '../types';

/** Frames as they come; what nobody reads in time is dropped. */
export function framesOf(track: MediaStreamTrack): ReadableStream<VideoFrame> | ReadableStream<AudioData> {
  if (!('MediaStreamTrackProcessor' in globalThis)) {
    const device = track.kind === 'video' ? 'camera' : 'microphone';
    throw new MediaError('unsupported', device, 'this browser has no MediaStreamTrackProcessor');
  }
  return track.kind === 'video'
    ? new MediaStreamTrackProcessor({ track: track as MediaStreamVideoTrack, maxBufferSize: 2 }).readable
    : new MediaStreamTrackProcessor({ track: track as MediaStreamAudioTrack, maxBufferSize: 50 }).readable;
}
