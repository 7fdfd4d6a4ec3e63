// One input being dealt with: a state that may be changed, and what has come out so far.

/** How long after the last bad sign the network counts as good again, in milliseconds. */
const NETWORK_RECOVERS = 10000;

class Turn {
  constructor(state, at) {
    this.state = {
      ...state,
      push: { ...state.push },
      play: { ...state.play },
      notices: state.notices.slice(),
      steps: state.steps.slice(),
    };
    this.at = at;
    this.outputs = [];
  }

  put(output) {
    this.outputs.push(output);
  }

  timer(name, ms) {
    this.put({ do: 'timer', name, ms });
  }

  cancel(name) {
    this.put({ do: 'cancel', name });
  }

  send(command) {
    this.put({ do: 'send', command });
  }

  /** Tells of one of the seven steps, the first time that it is reached. */
  step(number, name) {
    if (this.state.steps.includes(number)) return;
    this.state.steps.push(number);
    this.put({ do: 'step', number, name });
  }

  phase(phase, reason) {
    if (this.state.phase === phase) return;
    this.state.phase = phase;
    this.put(reason ? { do: 'phase', phase, reason } : { do: 'phase', phase });
  }

  note(name) {
    if (this.state.notices.includes(name)) return;
    this.state.notices.push(name);
    this._tell();
  }

  clear(...names) {
    const left = this.state.notices.filter((name) => !names.includes(name));
    if (left.length === this.state.notices.length) return;
    this.state.notices = left;
    this._tell();
  }

  _tell() {
    this.put({ do: 'notices', notices: this.state.notices.slice() });
  }

  /** Whether media runs, or should. */
  get active() {
    const { phase, away, leaving } = this.state;
    return phase !== 'new' && phase !== 'over' && !away && !leaving;
  }

  /** The URL of these that speaks RTMP, within TLS where that is wanted and to be had. */
  rtmp(urls) {
    return (this.state.secure && urls.rtmps) || urls.rtmp;
  }

  /** Asks for fresh URLs; one question under way serves both tags. */
  askUrls() {
    if (this.state.asking) return;
    this.state.asking = true;
    this.send({ type: 'urls' });
  }

  /** The network is so at present; it is told to the other side when that has changed. */
  network(quality) {
    if (quality !== 'good') this.timer('network', NETWORK_RECOVERS);
    if (this.state.network === quality || !this.active) return;
    this.state.network = quality;
    this.send({ type: 'network', quality });
  }
}

module.exports = { Turn };
