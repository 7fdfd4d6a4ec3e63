// The own camera, microphone and screen.

import type { LocalOptions } from './types';

/** Open devices. Switching and sharing swap tracks inside `preview`, so that what shows it follows by itself. */
export class LocalMedia {
  readonly preview = new MediaStream();
  muted = false;
  cameraOff = false;

  private constructor() {}

  /** Asks for the devices; throws a {@link MediaError}. */
  static open(options: LocalOptions = {}): Promise<LocalMedia> {
    return Promise.reject(new Error(`not open: ${JSON.stringify(options)}`));
  }
  get sharing(): boolean { return false; }
  /** Loudness of the microphone, 0 to 1. */
  level(): number { return 0; }
  /** All cameras and microphones. */
  devices(): Promise<MediaDeviceInfo[]> { return Promise.resolve([]); }
  switchCamera(id: string): Promise<void> { return Promise.reject(new Error(id)); }
  switchMicrophone(id: string): Promise<void> { return Promise.reject(new Error(id)); }
  /** Shows the screen in place of the camera, or the camera again. */
  shareScreen(on: boolean): Promise<void> { return Promise.reject(new Error(String(on))); }
  close(): void {}
}
