// Drives the machine as a test reads best: what happened, and what came out.

const { initial, step } = require('../sdk/machine/index');

class Driver {
  constructor(options) {
    this.state = initial(options);
    this.at = 1000;
  }

  /** One input; gives what came out of it. */
  on(name, more = {}) {
    const { state, outputs } = step(this.state, { on: name, at: this.at, ...more });
    this.state = state;
    return outputs;
  }

  hear(message) {
    return this.on('message', { message });
  }

  entry(kind, more = {}) {
    return this.hear({ type: 'entry', seq: 1, at: 1, kind, ...more });
  }

  pusher(code) {
    return this.on('pusher', { code });
  }

  player(code) {
    return this.on('player', { code });
  }

  urls(number = 1) {
    return this.hear({ type: 'urls', id: 'i', publish: urls('publish', number), play: urls('self', number) });
  }

  offer(number = 1, node = 'n1') {
    return this.hear({ type: 'play', party: 'callee', urls: urls('play', number, node) });
  }

  /** As far as the line. */
  waiting() {
    this.on('start');
    this.hear({ type: 'hello', call: 'c', party: 'caller', phase: 'new', seq: 0, live: [] });
    this.urls();
    this.pusher(1002);
    this.entry('stream.begin', { party: 'caller', code: 1002 });
    this.entry('call.request', { desk: 'front' });
    return this;
  }

  /** As far as the seventh step. */
  talking() {
    this.waiting();
    this.entry('call.accept', { callee: 'bob', room: 'r1' });
    this.entry('stream.begin', { party: 'callee', code: 1002 });
    this.offer();
    this.player(2003);
    return this;
  }
}

function urls(act, number, node = 'n1') {
  const rtmp = `rtmp://h/live/${act}?grant=${number}`;
  return { act, stream: 's', node, expires_at: 300000, rtmp, flv: `http://h/live/${act}.flv?grant=${number}` };
}

/** What was done, as short words: `push 1` for a push at the first URL. */
function done(outputs) {
  return outputs.filter((output) => output.do !== 'notices').map(short);
}

function short(output) {
  const ways = {
    send: () => `send ${output.command.type}`,
    push: () => `push ${output.url.split('=')[1]}`,
    play: () => `play ${output.url.split('=')[1]}`,
    step: () => `step ${output.number} ${output.name}`,
    phase: () => `phase ${output.phase}`,
    timer: () => `timer ${output.name} ${output.ms}`,
    cancel: () => `cancel ${output.name}`,
    permission: () => `permission ${output.device}`,
  };
  return ways[output.do] ? ways[output.do]() : output.do;
}

/** The same without timers. */
function acts(outputs) {
  return done(outputs).filter((word) => !/^(timer|cancel)/.test(word));
}

module.exports = { Driver, done, acts, urls };
