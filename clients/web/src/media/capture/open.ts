// Asks the browser for devices.

import { MediaError, type Device, type LocalOptions, type MediaErrorCode } from '../types';

/** Opens camera and microphone; throws a {@link MediaError}. */
export async function openDevices(options: Required<LocalOptions>): Promise<MediaStream> {
  const { camera, microphone, width, height, fps } = options;
  const chosen = (wish: string | boolean) => (typeof wish === 'string' ? { deviceId: { exact: wish } } : {});
  const video = camera !== false && {
    ...chosen(camera), width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: fps },
    ...(camera === true ? { facingMode: { ideal: 'user' } } : {}),
  };
  const audio = microphone !== false && {
    ...chosen(microphone), echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 },
  };
  const device: Device = video ? 'camera' : 'microphone';
  if (!video && !audio) return new MediaStream();
  // Absent where the page is no secure context.
  if (!navigator.mediaDevices) throw new MediaError('unsupported', device, 'no secure context');
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio });
  } catch (error) {
    throw mediaError(error, await absent(video !== false, audio !== false) ?? device);
  }
}

/** Asks for the screen; throws a {@link MediaError}. */
export async function openDisplay(fps: number): Promise<MediaStreamTrack> {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: Math.min(fps, 15) } }, audio: false });
    const [track] = stream.getVideoTracks();
    if (!track) throw new MediaError('missing', 'screen', 'nothing was chosen');
    track.contentHint = 'detail';
    return track;
  } catch (error) {
    throw mediaError(error, 'screen');
  }
}

const CODES: Record<string, MediaErrorCode> = {
  NotAllowedError: 'denied', SecurityError: 'denied', PermissionDeniedError: 'denied',
  NotFoundError: 'missing', OverconstrainedError: 'missing', DevicesNotFoundError: 'missing',
  NotReadableError: 'busy', AbortError: 'busy', TrackStartError: 'busy',
};

/** What a browser's error means. */
export function mediaError(error: unknown, device: Device): MediaError {
  if (error instanceof MediaError) return error;
  const { name = 'Error', message = '' } = error instanceof Error ? error : {};
  return new MediaError(CODES[name] ?? 'unsupported', device, message || name);
}

/** Which of the two that were asked for together does not exist. */
async function absent(video: boolean, audio: boolean): Promise<Device | undefined> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  const lacks = (kind: MediaDeviceKind) => !devices.some((device) => device.kind === kind);
  if (video && lacks('videoinput')) return 'camera';
  return audio && lacks('audioinput') ? 'microphone' : undefined;
}
