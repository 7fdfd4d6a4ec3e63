// A socket by wx.connectSocket that is dialled again when it is lost.

const { dialWait } = require('./backoff');

const SUBPROTOCOL = 'counterpart.v1';
const TOKEN_PROTOCOL = 'token.';

/** How often the edge is told that we are there, in milliseconds. */
const PING_EVERY = 15000;

/** How long a socket may be silent, a dial may take, and a phone that woke up waits for a sign, in milliseconds. */
const SILENCE = 2 * PING_EVERY;
const DIAL = 10000;
const SIGN = 3000;

/** After so many dials in a row that failed it is asked over HTTP why. */
const DIALS_BEFORE_ASKING = 2;

/**
 * Holds a connection. `handlers`: `open()`, `said(text)`, `lost(reason)` after each connection or dial, `refused(error)`
 * once when dialling again cannot help. `whyNot()` resolves with an error that is final, or with nothing.
 */
class KeptSocket {
  constructor({ url, token, api = wx, handlers, whyNot, random = Math.random }) {
    Object.assign(this, { url, token, api, handlers, whyNot, random });
    this.task = null;
    this.isOpen = false;
    this.closed = false;
    this.failures = 0;
    this.timers = {};
  }

  dial() {
    if (this.closed || this.task) return;
    this._cancel('redial');
    const protocols = [SUBPROTOCOL, TOKEN_PROTOCOL + this.token];
    const task = this.api.connectSocket({
      url: this.url,
      protocols,
      timeout: DIAL,
      fail: (failure) => this._lose(task, failure.errMsg),
    });
    this.task = task;
    task.onOpen(() => this._opened(task));
    task.onMessage(({ data }) => this._said(task, data));
    task.onClose(({ code, reason }) => this._lose(task, `closed with ${code} ${reason || ''}`.trim()));
    task.onError(({ errMsg }) => this._lose(task, errMsg));
    this._in('silence', DIAL, () => this._lose(task, `no answer in ${DIAL} ms`));
  }

  /** Says this, if there is a connection. */
  say(text) {
    const { task } = this;
    if (this.isOpen) task.send({ data: text, fail: (failure) => this._lose(task, failure.errMsg) });
  }

  /** The phone is awake again: a socket may have died unseen, and one that is not there is dialled at once. */
  wake() {
    if (!this.isOpen) {
      this.failures = 0;
      if (this.timers.redial) this.dial();
      return;
    }
    const { task } = this;
    this.say('ping');
    this._in('silence', SIGN, () => this._lose(task, 'it died while the phone was asleep'));
  }

  /** Closes for good. */
  close() {
    this.closed = true;
    this.isOpen = false;
    Object.keys(this.timers).forEach((name) => this._cancel(name));
    const { task } = this;
    this.task = null;
    if (task) task.close({ code: 1000 });
  }

  _opened(task) {
    if (task !== this.task) return;
    this.isOpen = true;
    this.failures = 0;
    this._heard();
    this._ping();
    this.handlers.open();
  }

  _said(task, data) {
    if (task !== this.task) return;
    this._heard();
    if (data !== 'pong') this.handlers.said(data);
  }

  _heard() {
    const { task } = this;
    this._in('silence', SILENCE, () => this._lose(task, `silent for ${SILENCE} ms`));
  }

  _ping() {
    this.say('ping');
    this._in('ping', PING_EVERY, () => this._ping());
  }

  /** Every end of a connection or of a dial comes by here, some of them twice. */
  _lose(task, reason) {
    if (this.closed || task !== this.task) return;
    const wasOpen = this.isOpen;
    this.task = null;
    this.isOpen = false;
    this._cancel('ping');
    this._cancel('silence');
    if (task) task.close({ code: 1000 });
    this.handlers.lost(reason);
    if (!wasOpen) this.failures += 1;
    if (this.failures >= DIALS_BEFORE_ASKING) this._askWhyNot();
    this._in('redial', dialWait(this.failures, this.random()), () => this.dial());
  }

  async _askWhyNot() {
    const error = await this.whyNot();
    if (!error || this.closed) return;
    this.close();
    this.handlers.refused(error);
  }

  _in(name, ms, what) {
    this._cancel(name);
    this.timers[name] = setTimeout(() => {
      delete this.timers[name];
      what();
    }, ms);
  }

  _cancel(name) {
    clearTimeout(this.timers[name]);
    delete this.timers[name];
  }
}

module.exports = { KeptSocket, PING_EVERY, SILENCE };
