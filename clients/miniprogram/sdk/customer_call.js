// A customer's call: the machine, its socket and its timers.

const { CallSocket } = require('./call_socket');
const { initial, step } = require('./machine/index');

/**
 * Runs the machine. `handlers` are what the machine cannot do itself: `push(url)`, `pushStop()`, `play(url)`, `playStop()`,
 * `permission(device)`; and `event(name, detail)`:
 *
 * | name | detail |
 * |---|---|
 * | `phase` | `{phase, reason?}` |
 * | `step` | `{number, name}` |
 * | `notices` | `{notices}` |
 * | `position` | `{position, wait_s?}` |
 * | `entry` | an entry of the call's log |
 * | `stored` | `{id, seq?}`: what was sent under this id is on disk |
 * | `refused` | `{id, type, code, message, detail}`: what was sent under this id was refused |
 */
class CustomerCall {
  constructor({ edge, call, carrier, secure, handlers, now = Date.now }) {
    this.call = call;
    this.handlers = handlers;
    this.now = now;
    this.timers = {};
    this.state = initial({ carrier, secure });
    this.socket = new CallSocket({
      edge,
      call,
      handlers: {
        open: () => {},
        lost: () => this.tell({ on: 'offline' }),
        message: (message) => this._hear(message),
        answer: (command, message) => this._answered(command, message),
        bye: (reason) => this.tell({ on: 'ended', reason }),
        refused: (error) => this.tell({ on: 'ended', reason: error.code }),
      },
    });
  }

  /** Camera and microphone may be used: begins. */
  start() {
    this.socket.dial();
    this.tell({ on: 'start' });
  }

  /** Something happened, as `machine/index.js` lists it. */
  tell(input) {
    const { state, outputs } = step(this.state, { ...input, at: this.now() });
    this.state = state;
    outputs.forEach((output) => this._do(output));
    if (input.on === 'show') this.socket.wake();
    if (state.phase === 'over') this.close();
  }

  /** Sends a text; gives the id under which it is `stored` or `refused`, and stands in its entry. */
  say(text) {
    return this.socket.send({ type: 'text', text });
  }

  /** Sends a picture that was uploaded, or one at an https address; as `say`. */
  show({ url, type, bytes, width, height, sha256 }) {
    return this.socket.send({ type: 'image', image: { url, type, bytes, width, height, sha256 } });
  }

  /** Agrees to be recorded, or does not; as `say`. */
  consent(given) {
    return this.socket.send({ type: 'consent', given });
  }

  hangUp() {
    this.tell({ on: 'hangup' });
  }

  close() {
    this.socket.close();
    Object.keys(this.timers).forEach((name) => this._cancel(name));
  }

  _hear(message) {
    this.tell({ on: 'message', message });
    const { type, ...detail } = message;
    if (type === 'entry' || type === 'position') this.handlers.event(type, detail);
  }

  _answered(command, message) {
    if (message.type === 'urls') this.tell({ on: 'message', message });
    if (message.type === 'error') this.tell({ on: 'refused', command, error: message });
    if (!['text', 'image', 'consent'].includes(command.type)) return;
    const { type, ...answer } = message;
    if (type === 'ack') this.handlers.event('stored', answer);
    else this.handlers.event('refused', { ...answer, type: command.type });
  }

  _do(output) {
    const { do: what, ...detail } = output;
    const { handlers } = this;
    const ways = {
      send: () => this.socket.send(output.command),
      push: () => handlers.push(output.url),
      'push.stop': () => handlers.pushStop(),
      play: () => handlers.play(output.url),
      'play.stop': () => handlers.playStop(),
      permission: () => handlers.permission(output.device),
      timer: () => this._in(output.name, output.ms),
      cancel: () => this._cancel(output.name),
    };
    if (ways[what]) ways[what]();
    else handlers.event(what, detail);
  }

  _in(name, ms) {
    this._cancel(name);
    this.timers[name] = setTimeout(() => {
      delete this.timers[name];
      this.tell({ on: 'timer', name });
    }, ms);
  }

  _cancel(name) {
    clearTimeout(this.timers[name]);
    delete this.timers[name];
  }
}

module.exports = { CustomerCall };
