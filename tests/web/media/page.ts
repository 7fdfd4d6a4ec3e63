// A page that publishes and plays as it is told, from outside, through `window.media`.

import { LocalMedia, Player, Publisher, type MediaUrls } from '../../../clients/web/src/media';
import { Eye, type Seen } from './eye';
import { markedStream } from './source';

let local: LocalMedia | undefined;
let publisher: Publisher | undefined;
let player: Player | undefined;
let eye: Eye | undefined;
const said: Record<string, unknown> = {};

const media = {
  /** Opens the camera and the microphone; `marked` ones can be measured. */
  async open(marked: boolean, fps = 30): Promise<void> {
    if (marked) navigator.mediaDevices.getUserMedia = () => markedStream(fps);
    local = await LocalMedia.open({ fps });
  },
  async publish(urls: MediaUrls): Promise<void> {
    if (!local) throw new Error('nothing is open');
    publisher ??= new Publisher(local);
    publisher.on('stats', (stats) => (said.publish = stats));
    await publisher.publish(urls);
  },
  async play(urls: MediaUrls, carrier?: 'http-flv'): Promise<void> {
    if (!player) {
      player = new Player(carrier ? { carrier } : {});
      player.on('stats', (stats) => (said.play = stats));
      player.on('blocked', (blocked) => (said.blocked = blocked));
      document.body.append(player.element);
      const { element } = player;
      eye = new Eye(() => element.querySelector('canvas,video'));
    }
    await player.play(urls);
  },
  state: () => ({ publisher: publisher?.state, player: player?.state, carrier: player?.carrier, local: local && { sharing: local.sharing } }),
  said: () => said,
  seen: (): Seen | undefined => eye?.take(),
  async act(name: string, value?: unknown): Promise<unknown> {
    switch (name) {
      case 'mute': return void (local && (local.muted = Boolean(value)));
      case 'cameraOff': return void (local && (local.cameraOff = Boolean(value)));
      case 'share': return local?.shareScreen(Boolean(value));
      case 'level': return local?.level();
      case 'devices': return (await local?.devices())?.map(({ kind, deviceId, label }) => ({ kind, deviceId, label }));
      case 'switchCamera': return local?.switchCamera(String(value));
      case 'snapshot': return (await player?.snapshot())?.size;
      case 'stopPublisher': return publisher?.stop();
      case 'stopPlayer': return player?.stop();
      case 'resume': return player?.resume();
      default: throw new Error(`no act ${name}`);
    }
  },
};
Object.assign(window, { media });
