// The desks, by name; a tap calls one.

const { language, text, texts, half } = require('../../../sdk/text/index');

Component({
  data: { t: {}, call: '', desks: [], loaded: false, problem: '' },

  methods: {
    onLoad() {
      const lang = language();
      this.setData({ t: texts(lang, 'desks.'), call: text(lang, 'button.call') });
    },

    onShow() {
      return this._load();
    },

    async onPullDownRefresh() {
      await this._load();
      wx.stopPullDownRefresh();
    },

    onCall({ currentTarget }) {
      wx.navigateTo({ url: `/app/pages/call/call?desk=${currentTarget.dataset.desk}` });
    },

    async _load() {
      const lang = language();
      try {
        const edge = await getApp().session.ready();
        const desks = (await edge.desks()).map((desk) => ({ ...desk, name: nameOf(desk, lang) }));
        this.setData({ desks, loaded: true, problem: '' });
      } catch (error) {
        this.setData({ problem: half(lang, error.message) });
      }
    },
  },
});

/** A desk's title in this language; its id where it has none. */
function nameOf({ desk, title }, lang) {
  return title ? title[lang] : desk;
}
