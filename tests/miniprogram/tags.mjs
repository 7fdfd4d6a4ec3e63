// The two tags as components, and their contexts.
import { Pusher } from './pusher.mjs';
import { Player } from './player.mjs';

/** The properties of each tag, as WeChat documents them; what stands in WXML and is none of these has no effect there. */
const PUSHER = {
  url: String, mode: String, autopush: Boolean, aspect: String, muted: Boolean, enableCamera: Boolean, enableMic: Boolean,
  minBitrate: Number, maxBitrate: Number, audioQuality: String, audioVolumeType: String, devicePosition: String,
  localMirror: String, backgroundMute: Boolean, enableAgc: Boolean, enableAns: Boolean,
};
const PLAYER = {
  src: String, mode: String, autoplay: Boolean, muted: Boolean, minCache: Number, maxCache: Number, objectFit: String,
  soundMode: String, backgroundMute: Boolean, autoPauseIfNavigate: Boolean, autoPauseIfOpenNative: Boolean,
};

export class Tags {
  constructor({ simulate, say, camera, folder, refused }) {
    Object.assign(this, { say, camera, folder, refused, pusher: null, player: null });
    const { register } = this.#registrar(simulate);
    register('live-pusher', PUSHER, (component) => this.#pusherOn(component), () => this.#leave('pusher'));
    register('live-player', PLAYER, (component) => this.#playerOn(component), () => this.#leave('player'));
  }

  /** Where the tags' programs connect through. */
  get radios() {
    return [this.pusher, this.player].filter(Boolean).map(({ actor }) => actor.radio);
  }

  /** What `wx` gives for `<live-pusher>`. */
  pusherContext() {
    return {
      start: (options) => this.#start(this.pusher, 'push', 'url', options),
      stop: (options) => stop(this.pusher, options),
      switchCamera: () => this.say('pusher switches the camera'),
    };
  }

  /** What `wx` gives for `<live-player>`. */
  playerContext() {
    return {
      play: (options) => this.#start(this.player, 'play', 'src', options),
      stop: (options) => stop(this.player, options),
    };
  }

  /** The whole app goes to the background: WeChat suspends both tags. */
  suspend() {
    for (const tag of [this.pusher, this.player]) tag?.actor.stop();
    this.pusher?.actor.raise(5000, 'in the background');
  }

  #registrar(simulate) {
    const register = (id, properties, on, off) =>
      simulate.load({
        id,
        tagName: `wx-${id}`,
        template: '<slot/>',
        properties,
        lifetimes: { attached() { on(this); }, detached: off },
      });
    return { register };
  }

  #pusherOn(component) {
    const { camera, refused } = this;
    const say = (text) => this.say(`pusher ${text}`);
    const raise = this.#raise(component, 'pusher');
    const fail = (errCode, errMsg) => component.triggerEvent('error', { errCode, errMsg });
    this.pusher = { component, actor: new Pusher({ raise, fail, camera, refused, say }) };
  }

  #playerOn(component) {
    const { folder } = this;
    const say = (text) => this.say(`player ${text}`);
    this.player = { component, actor: new Player({ raise: this.#raise(component, 'player'), folder, say }) };
    if (component.data.autoplay && component.data.src) this.#start(this.player, 'play', 'src');
  }

  #raise(component, who) {
    return (code, message) => {
      this.say(`${who} ${code} ${message}`);
      component.triggerEvent('statechange', { code, message });
    };
  }

  #start(tag, what, property, options) {
    if (!tag) return;
    const url = tag.component.data[property];
    this.say(`${what} ${url}`);
    tag.actor.start(url);
    options?.complete?.();
  }

  #leave(which) {
    this[which]?.actor.stop();
    this[which] = null;
  }
}

function stop(tag, options) {
  Promise.resolve(tag?.actor.stop()).then(() => options?.complete?.());
}
