// A call: the component, and below it the messages and the buttons.

const { language, text, texts, half } = require('../../../sdk/text/index');
const { promised } = require('../../../sdk/edge');

const ME = 'caller';

Component({
  data: {
    edge: '',
    token: '',
    desk: '',
    lang: '',
    t: {},
    placeholder: '',
    phase: 'new',
    over: '',
    messages: [],
    words: '',
    problem: '',
    muted: false,
  },

  methods: {
    onLoad({ desk }) {
      const lang = language();
      this.setData({ desk, lang, t: texts(lang, 'button.'), placeholder: text(lang, 'message.placeholder') });
    },

    async onReady() {
      try {
        this._edge = await getApp().session.ready();
      } catch (error) {
        this._over(half(this.data.lang, error.message));
        return;
      }
      this.setData({ edge: this._edge.base, token: this._edge.token }, () => this._component().start());
    },

    onPhase({ detail }) {
      if (detail.phase === 'talking') this._answered = true;
      this._id = detail.call;
      this.setData({ phase: detail.phase });
      if (detail.phase !== 'over') return;
      if (this._answered) wx.redirectTo({ url: `/app/pages/rating/rating?call=${detail.call}&why=${detail.reason}` });
      else this._over(detail.text);
    },

    async onEntry({ detail }) {
      const { seq, kind, from } = detail;
      const mine = from === ME;
      if (kind === 'text') this._add({ seq, mine, text: detail.text });
      if (kind === 'image') {
        const file = await this._edge.imageFile(detail.image.url).catch(() => '');
        this._add({ seq, mine, file, text: detail.image.url });
      }
    },

    onRefused({ detail }) {
      const { lang } = this.data;
      this.setData({ problem: text(lang, 'message.refused', { message: half(lang, detail.message) }) });
    },

    onWords({ detail }) {
      this.setData({ words: detail.value });
    },

    onSend() {
      const words = this.data.words.trim();
      if (!words) return;
      this._component().say(words);
      this.setData({ words: '', problem: '' });
    },

    async onPicture() {
      try {
        const { tempFiles } = await promised(wx.chooseMedia)({ count: 1, mediaType: ['image'], sizeType: ['compressed'] });
        await this._component().show(tempFiles[0].tempFilePath);
      } catch (error) {
        // Who changes his mind has done nothing wrong.
        if (!/cancel/.test(error.message)) this.onRefused({ detail: error });
      }
    },

    onImage({ currentTarget }) {
      wx.previewImage({ urls: [currentTarget.dataset.file] });
    },

    onMute() {
      this.setData({ muted: !this.data.muted });
      this._component().mute(this.data.muted);
    },

    onSwitch() {
      this._component().switchCamera();
    },

    onHangUp() {
      this._component().hangUp();
    },

    onBack() {
      wx.navigateBack();
    },

    _add(message) {
      const messages = this.data.messages.concat(message).sort((a, b) => a.seq - b.seq);
      this.setData({ messages });
    },

    _over(words) {
      this.setData({ phase: 'over', over: words });
    },

    _component() {
      return this.selectComponent('#call');
    },
  },
});
