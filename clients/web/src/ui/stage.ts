// Both pictures of a call: the other's large, one's own small, and what is to be said about them.

import type { LocalMedia } from '../media/local';
import type { PartyCall } from '../call/party-call';
import { button, iconButton, switchButton } from './button';
import { type Child, el, fill, mark, show } from './el';
import { icon, type IconName } from './icon';
import { type Say, said } from './language';
import { attempt } from './problem';

/** One thing to be said over the picture. */
export interface Notice {
  say: Say;
  icon: IconName;
  kind?: 'bad' | 'recording';
}

/** The stage of one call. */
export class Stage {
  readonly node: HTMLElement;
  readonly #call: PartyCall;
  readonly #local: LocalMedia | undefined;
  readonly #notices = el('ul', { class: 'notices', attrs: { role: 'status', 'aria-live': 'polite' } });
  readonly #hint = el('div', { class: 'stage-hint' }, el('span', { class: 'spinner' }), el('p', { text: (words) => words.media.noPicture }));
  readonly #overlay = el('div', { class: 'stage-overlay' });
  readonly #own = el('video', { class: 'mirrored', name: (words) => words.media.own, attrs: { autoplay: true, playsinline: true } });
  readonly #ownBox: HTMLElement;
  readonly #hear: HTMLButtonElement;
  #said = '';
  #blocked = false;

  constructor(call: PartyCall, local: LocalMedia | undefined) {
    this.#call = call;
    this.#local = local;
    this.#own.muted = true;
    this.#own.srcObject = local?.preview ?? null;
    this.#ownBox = el('div', { class: 'own-picture' }, this.#own, el('span', { class: 'own-off' }, icon('cameraOff')));
    this.#hear = button({ say: (words) => words.media.hear, icon: 'sound', kind: 'primary', class: 'hear', press: () => attempt(() => call.resume()) });
    const remote = el('div', { class: 'remote', name: (words) => words.media.other, attrs: { role: 'group' } }, call.player.element);
    this.node = el('div', { class: 'stage' }, remote, this.#hint, this.#overlay, this.#notices, this.#ownBox, this.#hear);
    show(this.#hear, false);
    show(this.#ownBox, local !== undefined);
    call.on('blocked', (blocked) => {
      this.#blocked = blocked;
      this.refresh();
    });
    this.overlay();
    this.refresh();
  }

  /** Covers the pictures, or does not. */
  overlay(...children: Child[]): void {
    fill(this.#overlay, ...children);
    show(this.#overlay, children.length > 0);
    mark(this.node, 'covered', children.length > 0);
  }

  /** Says these over the picture. */
  notices(list: Notice[]): void {
    const key = JSON.stringify(list.map(({ say, kind }) => [said(say), kind]));
    if (key === this.#said) return;
    this.#said = key;
    const items = list.map(({ say, icon: name, kind }) => el('li', { class: `notice ${kind ?? ''}` }, icon(name), el('span', { text: say })));
    this.#notices.replaceChildren(...items);
  }

  /** Looks again at what the call and the devices are like. */
  refresh(): void {
    const { state, playing, peer, isOver } = this.#call;
    const moving = playing.state === 'playing';
    show(this.#hint, state.phase === 'talking' && !moving && !isOver);
    show(this.#hear, this.#blocked && moving);
    mark(this.node, 'still', !moving);
    mark(this.node, 'stalled', state[peer].stalled);
    if (!this.#local) return;
    mark(this.#own, 'mirrored', !this.#local.sharing);
    mark(this.#ownBox, 'off', this.#local.cameraOff && !this.#local.sharing);
  }
}

/** Buttons for one's own devices. */
export function deviceButtons(local: LocalMedia, changed: () => void, also: { screen?: boolean; flip?: boolean } = {}): HTMLElement[] {
  const microphone = switchButton({
    icons: ['mic', 'micOff'], labels: [(words) => words.media.mute, (words) => words.media.unmute],
    press: () => {
      local.muted = !local.muted;
      microphone.set(local.muted);
    },
  });
  const camera = switchButton({
    icons: ['camera', 'cameraOff'], labels: [(words) => words.media.cameraOff, (words) => words.media.cameraOn],
    press: () => {
      local.cameraOff = !local.cameraOff;
      camera.set(local.cameraOff);
      changed();
    },
  });
  microphone.set(local.muted);
  camera.set(local.cameraOff);
  const nodes: HTMLElement[] = [microphone.node, camera.node];
  if (also.flip) nodes.push(flipButton(local));
  if (also.screen) nodes.push(screenButton(local, changed));
  return nodes;
}

function screenButton(local: LocalMedia, changed: () => void): HTMLElement {
  const screen = switchButton({
    icons: ['screen', 'screen'], labels: [(words) => words.media.share, (words) => words.media.unshare],
    press: () => attempt(() => local.shareScreen(!local.sharing)).then(() => {
      screen.set(local.sharing);
      changed();
    }),
  });
  screen.node.classList.add('sharing');
  return screen.node;
}

/** The next camera; shown where there is more than one. */
function flipButton(local: LocalMedia): HTMLElement {
  const node = iconButton({ say: (words) => words.media.flip, icon: 'flip', class: 'round', press: () => attempt(next) });
  show(node, false);
  const cameras = async () => (await local.devices()).filter(({ kind }) => kind === 'videoinput');
  cameras().then((list) => show(node, list.length > 1), () => undefined);
  async function next(): Promise<void> {
    const list = await cameras();
    const now = local.preview.getVideoTracks()[0]?.getSettings().deviceId;
    const at = list.findIndex(({ deviceId }) => deviceId === now);
    const wanted = list[(at + 1) % list.length];
    if (wanted) await local.switchCamera(wanted.deviceId);
  }
  return node;
}
