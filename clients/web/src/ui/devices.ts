// Trying camera and microphone: oneself, a level, and which device.

import { LocalMedia } from '../media/local';
import { type LocalOptions, MediaError } from '../media/types';
import { button } from './button';
import { attr, el, fill, mark, show } from './el';
import type { Say } from './language';
import { attempt, problem } from './problem';

const KEY = 'counterpart.devices';

/** Which devices were chosen before. */
export function chosenDevices(): LocalOptions {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as LocalOptions;
  } catch {
    return {};
  }
}

function choose(options: LocalOptions): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...chosenDevices(), ...options }));
  } catch {
    // It holds until the page is left.
  }
}

/** Opens what was chosen before; where that is gone, what there is; where one of the two cannot be had, the other. */
export async function openDevices(): Promise<LocalMedia> {
  const chosen = chosenDevices();
  if (chosen.camera || chosen.microphone) {
    const local = await LocalMedia.open(chosen).catch(() => undefined);
    if (local) return local;
  }
  try {
    return await LocalMedia.open();
  } catch (error) {
    if (!(error instanceof MediaError) || error.code === 'denied' || error.code === 'unsupported') throw error;
    return LocalMedia.open(error.device === 'camera' ? { camera: false } : { microphone: false });
  }
}

/** Shows the devices while they are tried. */
export class DeviceCheck {
  readonly node: HTMLElement;
  local: LocalMedia | undefined;
  /** Told when devices are open, or are not. */
  onChange: () => void = () => {};
  readonly #video = el('video', { class: 'mirrored', name: (words) => words.media.own, attrs: { autoplay: true, playsinline: true } });
  readonly #trouble = el('div', { class: 'trouble', attrs: { role: 'alert' } });
  readonly #bar = el('i');
  readonly #level = el('div', { class: 'level', name: (words) => words.media.level, attrs: { role: 'meter', 'aria-valuemin': 0, 'aria-valuemax': 100 } }, this.#bar);
  readonly #choices = el('div', { class: 'choices' });
  #stopped = false;

  constructor() {
    this.#video.muted = true;
    const picture = el('div', { class: 'preview' }, this.#video, this.#trouble);
    this.node = el('div', { class: 'device-check' }, picture, this.#level, this.#choices);
  }

  /** Asks for the devices. */
  async open(): Promise<void> {
    fill(this.#trouble, el('span', { class: 'spinner' }));
    show(this.#trouble, true);
    try {
      this.local = await openDevices();
    } catch (error) {
      this.#tell(problem(error));
      return this.onChange();
    }
    if (this.#stopped) return this.local.close();
    if (this.local.preview.getVideoTracks().length) show(this.#trouble, false);
    else this.#tell((words) => words.media.camera.missing);
    this.#video.srcObject = this.local.preview;
    requestAnimationFrame(() => this.#measure());
    await this.#list();
    this.onChange();
  }

  #tell(why: Say): void {
    const again = button({
      say: (words) => words.common.retry, icon: 'retry',
      press: () => {
        this.local?.close();
        return this.open();
      },
    });
    fill(this.#trouble, el('p', { text: why }), again);
  }

  /** Gives the open devices away; the check is over. */
  take(): LocalMedia | undefined {
    const { local } = this;
    this.local = undefined;
    this.#stopped = true;
    return local;
  }

  /** Closes what is open. */
  close(): void {
    this.#stopped = true;
    this.local?.close();
    this.local = undefined;
  }

  #measure(): void {
    if (!this.local) return;
    const level = this.local.level();
    this.#bar.style.setProperty('transform', `scaleX(${Math.min(1, level).toFixed(3)})`);
    // Steps of ten: screen readers need not follow every word.
    attr(this.#level, 'aria-valuenow', Math.round(level * 10) * 10);
    mark(this.#level, 'heard', level > 0.02);
    requestAnimationFrame(() => this.#measure());
  }

  async #list(): Promise<void> {
    const { local } = this;
    if (!local) return;
    const devices = await local.devices().catch(() => []);
    const active = local.preview.getTracks().map((track) => track.getSettings().deviceId);
    const select = (kind: MediaDeviceKind, label: 'cameraChoice' | 'microphoneChoice', pick: (id: string) => Promise<void>) => {
      const options = devices.filter((device) => device.kind === kind && device.deviceId);
      const list = options.map((device, at) => {
        const text = device.label || `${at + 1}`;
        return el('option', { text, attrs: { value: device.deviceId, selected: active.includes(device.deviceId) } });
      });
      const node = el('select', { on: { change: () => void attempt(() => pick(node.value)) } }, ...list);
      node.disabled = list.length < 2;
      return el('label', { class: 'field' }, el('span', { text: (words) => words.media[label] }), node);
    };
    fill(
      this.#choices,
      select('videoinput', 'cameraChoice', (camera) => local.switchCamera(camera).then(() => choose({ camera }))),
      select('audioinput', 'microphoneChoice', (microphone) => local.switchMicrophone(microphone).then(() => choose({ microphone }))),
    );
  }
}
