// The HTTP interface of the edge, for customers.

const { request } = require('./http');
const { EdgeError } = require('./error');
const { MAX_IMAGE, imageType } = require('./image');

/** An edge at its address, and the token of who talks to it. */
class Edge {
  /**
   * @param {object} options
   * @param {string} options.base `https://edge.example.com`
   * @param {string} [options.token] a customer's token; `login` sets it
   * @param {object} [options.api] `wx`
   */
  constructor({ base, token, api = wx }) {
    this.base = base.replace(/\/+$/, '');
    this.token = token || '';
    this.api = api;
  }

  /** Logs in by `wx.login`; resolves with `{user, token, expires_at}`. */
  async login() {
    const { code } = await promised(this.api.login)({});
    const login = await this._ask('POST', '/v1/login/wechat', { code });
    this.token = login.token;
    return login;
  }

  /** The desks: `[{desk, title?: {zh, en}, open}]`. */
  async desks() {
    return (await this._ask('GET', '/v1/desks')).desks;
  }

  /** Makes a call to whoever is free at a desk; resolves with its id. */
  async createDeskCall(desk, { record, skills } = {}) {
    const wish = { record: Boolean(record), skills: skills || [] };
    return (await this._ask('POST', `/v1/desks/${desk}/calls`, wish)).call;
  }

  /** A call and its log after a sequence number. */
  call(call, after = 0) {
    return this._ask('GET', `/v1/calls/${call}?after=${after}`);
  }

  /** Says how good an answered call was: 1 to 5 stars. */
  rate(call, stars, comment) {
    const rating = comment ? { stars, comment } : { stars };
    return this._ask('PUT', `/v1/calls/${call}/rating`, rating);
  }

  /** Uploads a picture, as an ArrayBuffer; resolves with what the command `image` takes. */
  async uploadImage(call, buffer) {
    const type = imageType(buffer);
    if (!type) throw new EdgeError({ code: 'bad_request', message: '不支持的图片格式 / This is no JPEG, PNG, GIF or WebP' });
    if (buffer.byteLength > MAX_IMAGE) {
      const detail = `${buffer.byteLength} bytes, at most ${MAX_IMAGE}`;
      throw new EdgeError({ code: 'too_large', message: '图片过大 / The picture is too large', detail });
    }
    return request(this.api, this._wish('POST', `/v1/calls/${call}/images`, { body: buffer, type }));
  }

  /** Fetches a picture of a call to a file of the phone; resolves with its path. Other addresses are given as they are. */
  async imageFile(url) {
    if (!url.startsWith('/')) return url;
    const header = { Authorization: `Bearer ${this.token}` };
    const file = await promised(this.api.downloadFile)({ url: this.base + url, header });
    if (file.statusCode !== 200) {
      throw new EdgeError({ code: 'not_found', message: '图片无法打开 / The picture cannot be opened', detail: url }, file.statusCode);
    }
    return file.tempFilePath;
  }

  /** Where a call's socket is dialled. */
  socketUrl(call) {
    return `${this.base.replace(/^http/, 'ws')}/v1/calls/${call}/socket`;
  }

  _ask(method, path, body) {
    return request(this.api, this._wish(method, path, { body }));
  }

  _wish(method, path, more) {
    return { base: this.base, token: this.token, method, path, ...more };
  }
}

/** A function of `wx` that takes `success` and `fail`, as one that gives a promise. */
function promised(ask) {
  return (options) =>
    new Promise((success, fail) => {
      ask({ ...options, success, fail: (failure) => fail(new Error(failure.errMsg)) });
    });
}

module.exports = { Edge, promised };
