// A page that publishes and plays as it is told, from outside, through `window.media`.

import { LocalMedia, Player, Publisher, type MediaUrls } from '../../../clients/web/src/media';
import { heard, listenToOutputs } from './ear';
import { Eye, type Seen } from './eye';
import { beeps, markedStream } from './source';
import { Peer } from './webrtc';

/** Bits per second of the pictures, whoever carries them. */
const BITRATE = 900_000;

let local: LocalMedia | undefined;
let publisher: Publisher | undefined;
let player: Player | undefined;
let peer: Peer | undefined;
let eye: Eye | undefined;
const said: Record<string, unknown> = {};

function opened(): LocalMedia {
  if (!local) throw new Error('nothing is open');
  return local;
}

function show(element: HTMLElement): void {
  eye?.stop();
  document.body.replaceChildren(element);
  eye = new Eye(() => (element instanceof HTMLVideoElement ? element : element.querySelector('canvas,video')));
}

const media = {
  /** Opens the camera and the microphone; `marked` ones can be measured. */
  async open(marked: boolean, fps = 30): Promise<void> {
    if (marked) navigator.mediaDevices.getUserMedia = () => markedStream(fps);
    local = await LocalMedia.open({ fps });
  },
  async publish(urls: MediaUrls): Promise<void> {
    if (!publisher) {
      publisher = new Publisher(opened(), { bitrate: BITRATE });
      publisher.on('stats', (stats) => (said.publish = stats));
    }
    await publisher.publish(urls);
  },
  async play(urls: MediaUrls, carrier?: 'http-flv'): Promise<void> {
    if (!player) {
      player = new Player(carrier ? { carrier } : {});
      player.on('stats', (stats) => (said.play = stats));
      player.on('blocked', (blocked) => (said.blocked = blocked));
      show(player.element);
    }
    await player.play(urls);
  },
  stop(): void {
    publisher?.stop();
    player?.stop();
    peer?.close();
    publisher = player = peer = undefined;
  },
  state: () => ({ publisher: publisher?.state, player: player?.state, carrier: player?.carrier }),
  said: () => said,
  /** What was seen, said and heard since the last time. */
  seen: (): Seen | undefined => eye?.take(),
  spoken: (): number[] => beeps.splice(0),
  heard: (): number[] => heard.splice(0),
  offer: (): Promise<string> => (peer = new Peer()).offer(opened().preview, BITRATE),
  answer(sdp: string): Promise<string> {
    peer = new Peer();
    show(peer.video);
    return peer.answer(sdp);
  },
  accept: (sdp: string): Promise<void> | undefined => peer?.take(sdp),
  webrtc: (): Promise<unknown> | undefined => peer?.stats(),
  /** Lets nothing else run on the page for so long, in milliseconds. */
  busy(ms: number): void {
    const request = new XMLHttpRequest();
    request.open('GET', `/late/${ms}`, false);
    request.send();
  },
  mute: (muted: boolean): void => void (opened().muted = muted),
  cameraOff: (off: boolean): void => void (opened().cameraOff = off),
  share: (on: boolean): Promise<void> => opened().shareScreen(on),
  level: (): number => opened().level(),
  devices: async () => (await opened().devices()).map(({ kind, deviceId }) => ({ kind, deviceId })),
  switchCamera: (id: string): Promise<void> => opened().switchCamera(id),
  snapshot: async (): Promise<number | undefined> => (await player?.snapshot())?.size,
};
listenToOutputs();
Object.assign(window, { media });
