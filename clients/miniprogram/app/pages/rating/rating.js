// After an answered call: how was it?

const { language, text, texts, half, endText } = require('../../../sdk/text/index');

Component({
  data: { t: {}, over: '', submit: '', back: '', stars: [], chosen: 0, comment: '', done: false, problem: '' },

  methods: {
    onLoad({ call, why }) {
      const lang = language();
      this._call = call;
      const words = { over: endText(lang, why), submit: text(lang, 'button.rate'), back: text(lang, 'button.back') };
      this.setData({ t: texts(lang, 'rating.'), stars: stars(0), ...words });
    },

    onStar({ currentTarget }) {
      const chosen = Number(currentTarget.dataset.number);
      this.setData({ chosen, stars: stars(chosen) });
    },

    onComment({ detail }) {
      this.setData({ comment: detail.value });
    },

    async onSubmit() {
      try {
        const edge = await getApp().session.ready();
        await edge.rate(this._call, this.data.chosen, this.data.comment.trim());
        this.setData({ done: true, problem: '' });
      } catch (error) {
        this.setData({ problem: half(language(), error.message) });
      }
    },

    onBack() {
      wx.reLaunch({ url: '/app/pages/desks/desks' });
    },
  },
});

function stars(chosen) {
  return [1, 2, 3, 4, 5].map((number) => ({ number, lit: number <= chosen }));
}
