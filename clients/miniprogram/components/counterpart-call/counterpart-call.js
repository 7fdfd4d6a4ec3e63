// <counterpart-call>: a video call to a desk, in the middle of a page.
//
// Set `edge` (the address), `token` and `desk`; then call `start()`. The component shows both pictures, the place in line,
// what is wrong with the network, and the way to the settings where camera or microphone were refused.
//
// Methods: start(), say(text), show(filePath), consent(given), hangUp(), mute(on), switchCamera()
// Where the desk records with consent the component asks by itself; statements that the agent reads are shown.
// Events, with `detail`:
//   phase {phase, reason?, text}   preparing, waiting, talking, over; `text` is for the user
//   step {number, name}            one of the seven steps
//   position {position, wait_s?}
//   entry {seq, at, kind, …}       every entry of the call's log: texts, pictures and what else happened
//   stored {id, seq?}              a text or picture of ours is on disk
//   refused {id?, code, message}   the call, or a text or picture of ours, was refused
//   network {who, info}            the tags' netstatus: `who` is `pusher` or `player`

const { Edge, CustomerCall } = require('../../sdk/index');
const { promised } = require('../../sdk/edge');
const { permit, refusals } = require('../../sdk/permission');
const evidence = require('../../sdk/evidence');
const otherNetwork = require('../../sdk/other_network');
const { language, text, texts, endText, waitText } = require('../../sdk/text/index');
const tags = require('./tags');

Component({
  properties: {
    edge: String,
    token: String,
    desk: String,
    /** A call that was made before, to take it up again. */
    call: String,
    record: Boolean,
    skills: { type: Array, value: [] },
    /** How the agent is played: `rtmp`, or `flv`, which passes more firewalls. */
    carrier: { type: String, value: 'rtmp' },
    /** By RTMPS, where the node has that and WeChat takes it. */
    secure: Boolean,
    /** `zh` or `en`; the phone's own where it is not set. */
    lang: String,
    /** In kbit/s. The most that is sent is `minBitrate` while the other side has a bad network. */
    minBitrate: { type: Number, value: 200 },
    maxBitrate: { type: Number, value: 400 },
    minCache: { type: Number, value: 0.1 },
    maxCache: { type: Number, value: 0.3 },
    /** `speaker` or `ear`. */
    soundMode: { type: String, value: 'speaker' },
  },

  data: {
    phase: 'new',
    phaseText: '',
    place: '',
    wait: '',
    notice: '',
    panel: '',
    denied: false,
    evidence: evidence.nothing(),
    otherNetwork: otherNetwork.unknown(),
    pushUrl: '',
    playUrl: '',
    muted: false,
    devicePosition: 'front',
    t: {},
  },

  lifetimes: {
    attached() {
      const lang = this._lang();
      this.setData({ t: { ...texts(lang, 'permission.'), ...texts(lang, 'evidence.') }, phaseText: text(lang, 'phase.new') });
    },
    detached() {
      this._gone = true;
      this.hangUp();
    },
  },

  pageLifetimes: {
    hide() {
      this._tell({ on: 'hide' });
    },
    show() {
      this._tell({ on: 'show' });
    },
  },

  methods: {
    /** Asks for camera and microphone, makes the call and begins. */
    async start() {
      if (this._call) return;
      const refused = await permit(wx);
      if (refused.length) {
        this._panel(refused[0], true);
        return;
      }
      this._panel(null);
      const { base, token, desk, record, skills } = this._wish();
      this._edge = new Edge({ base, token });
      try {
        const call = this.data.call || (await this._edge.createDeskCall(desk, { record, skills }));
        this._begin(call);
      } catch (error) {
        this._refused(error);
      }
    },

    /** Sends a text; gives its id. */
    say(words) {
      return this._call ? this._call.say(words) : undefined;
    },

    /** Sends a picture of the phone; resolves with its id. */
    async show(filePath) {
      const { data } = await promised((options) => wx.getFileSystemManager().readFile(options))({ filePath });
      const image = await this._edge.uploadImage(this._call.call, data);
      return this._call.show(image);
    },

    /** Agrees to be recorded, or does not; gives its id. */
    consent(given) {
      return this._call ? this._call.consent(given) : undefined;
    },

    onConsent({ currentTarget }) {
      this.consent(currentTarget.dataset.given === 'yes');
    },

    hangUp() {
      if (this._call) this._call.hangUp();
    },

    mute(on) {
      this.setData({ muted: Boolean(on) });
    },

    switchCamera() {
      wx.createLivePusherContext().switchCamera();
    },

    onPusherState({ detail }) {
      this._tell({ on: 'pusher', code: Number(detail.code) });
    },

    onPusherError({ detail }) {
      this._tell({ on: 'pusher.error', code: Number(detail.errCode) });
    },

    onPlayerState({ detail }) {
      this._tell({ on: 'player', code: Number(detail.code) });
    },

    onPusherNetwork({ detail }) {
      this.triggerEvent('network', { who: 'pusher', info: detail.info });
    },

    onPlayerNetwork({ detail }) {
      this.triggerEvent('network', { who: 'player', info: detail.info });
    },

    /** Back from the settings page. */
    async onSettings() {
      const refused = await refusals(wx);
      if (refused.length) this._panel(refused[0], true);
      else this._granted();
    },

    onRetry() {
      this._granted();
    },

    _granted() {
      this._panel(null);
      if (this._call) this._tell({ on: 'granted' });
      else this.start();
    },

    _wish() {
      const { edge: base, token, desk, record, skills } = this.data;
      return { base, token, desk, record, skills };
    },

    _begin(call) {
      if (this._gone) return;
      this._call = new CustomerCall({
        edge: this._edge,
        call,
        carrier: this.data.carrier,
        secure: this.data.secure,
        handlers: {
          push: (url) => tags.push(this, url),
          pushStop: () => tags.pushStop(this),
          play: (url) => tags.play(this, url),
          playStop: () => tags.playStop(this),
          permission: (device) => this._whyNot(device),
          event: (name, detail) => this._event(name, detail),
        },
      });
      this._call.start();
    },

    _tell(input) {
      if (this._call) this._call.tell(input);
    },

    /** The pusher has no camera or no microphone: because the user refused, or because something else holds it. */
    async _whyNot(device) {
      const refused = await refusals(wx);
      this._panel(refused.includes(device) ? device : 'busy', refused.length > 0);
    },

    _panel(why, denied) {
      this.setData({ panel: why ? text(this._lang(), `permission.${why}`) : '', denied: Boolean(denied) });
    },

    _event(name, detail) {
      if (name === 'phase') this._phase(detail);
      else if (name === 'notices') this._notices(detail.notices);
      else {
        if (name === 'entry') this._entry(detail);
        if (name === 'position') this.setData(waitText(this._lang(), detail));
        this.triggerEvent(name, detail);
      }
    },

    _entry(entry) {
      const { evidence: shown, otherNetwork: quality } = this.data;
      this.setData({ evidence: evidence.after(shown, entry), otherNetwork: otherNetwork.after(quality, entry) });
    },

    _phase({ phase, reason }) {
      const lang = this._lang();
      const words = phase === 'over' ? endText(lang, reason) : text(lang, `phase.${phase}`);
      this.setData({ phase, phaseText: words, place: '', wait: '' });
      if (phase === 'over') {
        this._panel(null);
        tags.remove(this);
      }
      this.triggerEvent('phase', { phase, reason, text: words, call: this._call && this._call.call });
    },

    _notices(notices) {
      const newest = notices[notices.length - 1];
      this.setData({ notice: newest ? text(this._lang(), `notice.${newest}`) : '' });
    },

    _refused({ code, message, detail }) {
      this.triggerEvent('refused', { code, message, detail });
      this._phase({ phase: 'over', reason: code });
    },

    _lang() {
      return this.data.lang || language(wx);
    },
  },
});
