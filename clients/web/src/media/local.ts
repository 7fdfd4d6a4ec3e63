// The own camera, microphone and screen.

import { Loudness } from './capture/loudness';
import { mediaError, openDisplay, openDevices } from './capture/open';
import { framesOf } from './capture/frames';
import type { LocalOptions } from './types';

/** Takes the frames of a track, now and whenever it is another one. */
export type Feed = (kind: 'video' | 'audio', readable: ReadableStream<VideoFrame> | ReadableStream<AudioData>, fps: number) => void;

/** Open devices. Switching and sharing swap tracks inside `preview`, so that what shows it follows by itself. */
export class LocalMedia {
  readonly preview = new MediaStream();
  readonly #loudness = new Loudness();
  readonly #feeds = new Set<Feed>();
  #camera: MediaStreamTrack | undefined;
  #screen: MediaStreamTrack | undefined;
  #muted = false;
  #cameraOff = false;

  private constructor(readonly options: Required<LocalOptions>) {}

  /** Asks for the devices; throws a {@link MediaError}. */
  static async open(options: LocalOptions = {}): Promise<LocalMedia> {
    const { camera = true, microphone = true, width = 640, height = 360, fps = 30 } = options;
    const local = new LocalMedia({ camera, microphone, width, height, fps });
    const stream = await openDevices(local.options);
    for (const track of stream.getTracks()) local.#use(track);
    return local;
  }

  /** Whether the other side hears silence. */
  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    for (const track of this.preview.getAudioTracks()) track.enabled = !muted;
  }

  /** Whether the other side sees black; a shared screen goes on. */
  get cameraOff(): boolean {
    return this.#cameraOff;
  }

  set cameraOff(off: boolean) {
    this.#cameraOff = off;
    if (this.#camera) this.#camera.enabled = !off;
  }

  /** Whether the screen is shown in place of the camera. */
  get sharing(): boolean {
    return this.#screen !== undefined;
  }

  /** Loudness of the microphone, 0 to 1. */
  level(): number {
    return this.#muted ? 0 : this.#loudness.read();
  }

  /** All cameras and microphones. */
  async devices(): Promise<MediaDeviceInfo[]> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === 'videoinput' || kind === 'audioinput');
  }

  /** Takes pictures of another camera; throws a {@link MediaError}, and the old one goes on. */
  async switchCamera(id: string): Promise<void> {
    const stream = await openDevices({ ...this.options, camera: id, microphone: false });
    for (const track of stream.getTracks()) this.#use(track);
  }

  /** Takes sound of another microphone; throws a {@link MediaError}, and the old one goes on. */
  async switchMicrophone(id: string): Promise<void> {
    const stream = await openDevices({ ...this.options, microphone: id, camera: false });
    for (const track of stream.getTracks()) this.#use(track);
  }

  /** Shows the screen in place of the camera, or the camera again; throws a {@link MediaError}. */
  async shareScreen(on: boolean): Promise<void> {
    if (!on) return this.#endShare();
    if (this.#screen) return;
    const screen = await openDisplay(this.options.fps);
    this.#screen = screen;
    screen.addEventListener('ended', () => this.#endShare());
    this.#show(screen);
  }

  /** Hands the frames of all tracks over, those of later tracks too, until the function that is returned is called. */
  feed(feed: Feed): () => void {
    this.#feeds.add(feed);
    for (const track of this.preview.getTracks()) this.#hand(feed, track);
    return () => void this.#feeds.delete(feed);
  }

  /** Gives camera, microphone and screen back. */
  close(): void {
    this.#feeds.clear();
    for (const track of [...this.preview.getTracks(), this.#camera, this.#screen]) track?.stop();
    for (const track of this.preview.getTracks()) this.preview.removeTrack(track);
    this.#loudness.close();
  }

  #use(track: MediaStreamTrack): void {
    if (track.kind === 'audio') {
      track.enabled = !this.#muted;
      this.#loudness.listen(track);
      return this.#swap(track);
    }
    this.#camera?.stop();
    this.#camera = track;
    track.enabled = !this.#cameraOff;
    if (!this.#screen) this.#show(track);
  }

  #endShare(): void {
    this.#screen?.stop();
    this.#screen = undefined;
    if (this.#camera) this.#show(this.#camera);
  }

  #show(track: MediaStreamTrack): void {
    this.#swap(track);
  }

  /** Puts a track in the place of the one of its kind. */
  #swap(track: MediaStreamTrack): void {
    for (const old of this.preview.getTracks()) {
      if (old.kind !== track.kind || old === track) continue;
      this.preview.removeTrack(old);
      // The camera waits while the screen is shown.
      if (old !== this.#camera) old.stop();
    }
    this.preview.addTrack(track);
    for (const feed of this.#feeds) this.#hand(feed, track);
  }

  #hand(feed: Feed, track: MediaStreamTrack): void {
    try {
      feed(track.kind as 'video' | 'audio', framesOf(track), this.options.fps);
    } catch (error) {
      throw mediaError(error, track.kind === 'video' ? 'camera' : 'microphone');
    }
  }
}
