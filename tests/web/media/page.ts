// A page that publishes and plays as it is told, from outside, through `window.media`.

import { LocalMedia, Player, Publisher, type MediaUrls } from '../../../clients/web/src/media';
import { heard, listenToOutputs, notes } from './ear';
import { Eye, type Seen } from './eye';
import { beeps, drawScene, markedStream, shots, wallTime } from './source';
import { Easel, handOver } from './still';
import { Published } from './published';
import { Peer, type Codec } from './webrtc';

/** Bits per second of the pictures, whoever carries them. */
const BITRATE = 900_000;

let local: LocalMedia | undefined;
let publisher: Publisher | undefined;
let player: Player | undefined;
let peer: Peer | undefined;
let eye: Eye | undefined;
let published = new Published();
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
  /** Opens the camera and the microphone; `marked` ones can be measured, by a beep every `period` milliseconds. */
  async open(marked: boolean, fps = 30, period = 1000): Promise<void> {
    if (marked) navigator.mediaDevices.getUserMedia = () => markedStream(fps, period);
    local = await LocalMedia.open({ fps });
  },
  async publish(urls: MediaUrls): Promise<void> {
    if (!publisher) {
      published = new Published();
      publisher = new Publisher(opened(), { bitrate: BITRATE });
      publisher.on('stats', (stats) => {
        said.publish = stats;
        published.take(stats);
      });
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
  /** UNIX milliseconds. */
  now: wallTime,
  /** What was seen, said and heard since the last time. */
  seen: (): Seen | undefined => eye?.take(),
  /** Has what stands in the page be kept every so many milliseconds. */
  keep: (period: number): void => eye?.keep(period),
  /** What was kept: the times of each picture, see `Kept`, and the file that they are in. */
  async kept(): Promise<[[number, number, number][], string]> {
    const { times, lumas } = eye?.kept() ?? { times: [], lumas: [] };
    return [times, await handOver(lumas)];
  },
  /** What the camera has taken since the last time. */
  shots: (): [number, number][] => shots.splice(0),
  /** The file of these pictures as the camera drew them. */
  drawn(numbers: number[]): Promise<string> {
    const easel = new Easel();
    return handOver(numbers.map((number) => {
      drawScene(easel.context, number);
      return easel.luma();
    }));
  },
  spoken: (): number[] => beeps.splice(0),
  heard: (): number[] => heard.splice(0),
  notes: (): [number, number][] => notes.splice(0),
  /** Bytes of media that were published so far. */
  published: (): number | Promise<number> => peer?.published() ?? published.bytes(wallTime()),
  /** Begins a call as plain WebRTC that sends; one that is to be answered with pictures and sound receives too. */
  offer(codec: Codec = 'H.264', both = false): Promise<string> {
    peer = new Peer();
    if (both) show(peer.video);
    return peer.offer(opened().preview, BITRATE, codec);
  },
  answer(sdp: string, both = false): Promise<string> {
    peer = new Peer();
    show(peer.video);
    return peer.answer(sdp, both ? { stream: opened().preview, bitrate: BITRATE } : undefined);
  },
  accept: (sdp: string): Promise<void> | undefined => peer?.take(sdp),
  webrtc: (): Promise<unknown> | undefined => peer?.stats(),
  webrtcSound: (): Promise<unknown> | undefined => peer?.sound(),
  /** Lets nothing else run on the page for so long, in milliseconds; from when until when, in UNIX milliseconds. */
  busy(ms: number): [number, number] {
    const begin = wallTime();
    const request = new XMLHttpRequest();
    request.open('GET', `/late/${ms}`, false);
    request.send();
    return [begin, wallTime()];
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
