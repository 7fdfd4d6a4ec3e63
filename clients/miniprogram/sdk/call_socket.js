// A party's socket of a call.

const { KeptSocket } = require('./socket');
const { LogCursor } = require('./log');
const { Outbox } = require('./outbox');
const { clientId } = require('./id');

/** What answers a command, whose id it then carries. */
const ANSWERS = ['ack', 'urls', 'error'];

/**
 * Gives each entry of the call's log once and in order, and sends each command until it is answered, over as many
 * connections as that takes. `handlers`: `message(message)`, `answer(command, message)` for `ack`, `urls` and `error`,
 * `open()`, `lost(reason)`, `bye(reason)`, `refused(error)`; after the last two nothing more comes.
 */
class CallSocket {
  constructor({ edge, call, handlers, after = 0, random }) {
    this.handlers = handlers;
    this.log = new LogCursor(after);
    this.outbox = new Outbox();
    this.greeted = false;
    this.socket = new KeptSocket({
      url: edge.socketUrl(call),
      token: edge.token,
      api: edge.api,
      random,
      whyNot: () => edge.call(call, this.log.last).then(() => undefined, (error) => (error.final ? error : undefined)),
      handlers: {
        open: () => handlers.open(),
        said: (text) => this._said(text),
        lost: (reason) => this._lost(reason),
        refused: (error) => handlers.refused(error),
      },
    });
  }

  dial() {
    this.socket.dial();
  }

  wake() {
    this.socket.wake();
  }

  /** Sends a command until it is answered; gives its id. */
  send(command) {
    const kept = { ...command, id: clientId() };
    this.outbox.keep(kept);
    if (this.greeted) this._say(kept);
    return kept.id;
  }

  close() {
    this.socket.close();
  }

  _lost(reason) {
    this.greeted = false;
    this.handlers.lost(reason);
  }

  _said(text) {
    const message = JSON.parse(text);
    if (message.type === 'bye') {
      this.close();
      this.handlers.bye(message.reason);
      return;
    }
    if (ANSWERS.includes(message.type) && message.id !== undefined) {
      this._answered(message);
      return;
    }
    if (message.type === 'hello') this._hello(message);
    if (message.type === 'entry' && !this._isNext(message)) return;
    this.handlers.message(message);
  }

  /** An answer that was heard before says nothing new. */
  _answered(message) {
    const command = this.outbox.settle(message.id);
    if (command) this.handlers.answer(command, message);
  }

  _hello({ seq }) {
    this._resume(this.log.hello(seq));
    this.greeted = true;
    this.outbox.all.forEach((command) => this._say(command));
  }

  _isNext({ seq }) {
    const fate = this.log.entry(seq);
    if (fate === 'ask') this._resume(this.log.last);
    return fate === 'next';
  }

  _resume(after) {
    if (after !== undefined) this._say({ type: 'resume', after });
  }

  _say(command) {
    this.socket.say(JSON.stringify(command));
  }
}

module.exports = { CallSocket };
