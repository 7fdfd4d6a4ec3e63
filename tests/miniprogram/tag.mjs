// What both tags have in common: a program that runs, and that is started again three times before the tag gives up.
import { Program } from './program.mjs';
import { Radio } from './radio.mjs';

/** So often the tag tries again by itself, and so long it waits before it does, in milliseconds. */
const TRIES = 3;
const BETWEEN = 200;

export class Tag {
  /** `raise(code, message)` is the tag's statechange. `codes`: what it says for `connected`, `again` and `gaveUp`. */
  constructor({ raise, codes, say }) {
    this.raise = raise;
    this.codes = codes;
    this.say = say;
    this.radio = new Radio(() => this.raise(codes.connected, 'connected'));
    this.run = null;
    this.tries = 0;
  }

  /** Starts, unless it runs. */
  start(url) {
    if (this.run) return;
    this.tries = 0;
    this.run = { url };
    this.#begin(this.run);
  }

  /** Stops; resolves when the program is gone. */
  async stop() {
    const { run } = this;
    this.run = null;
    if (!run) return;
    clearTimeout(run.timer);
    if (run.program) await run.program.stop();
  }

  kill() {
    this.run?.program?.kill();
  }

  /** The first time that a program comes so far. */
  first(what) {
    const { reached } = this.run;
    return !reached.has(what) && Boolean(reached.add(what));
  }

  /** It works: the next loss is the first one. */
  works() {
    this.tries = 0;
  }

  async #begin(run) {
    const url = await this.radio.through(run.url);
    if (run !== this.run) return;
    run.reached = new Set();
    run.heard = [];
    const hear = (line) => {
      run.heard.push(line);
      if (run === this.run) this.hear(line);
    };
    run.program = new Program('ffmpeg', this.arguments(url), hear, () => this.#ended(run));
  }

  #ended(run) {
    if (run !== this.run) return;
    if (this.radio.endedByServer) this.closedByServer();
    // Whoever heard that may have stopped the tag.
    if (run !== this.run) return;
    if (this.tries === TRIES) {
      this.say(`gave up: ${run.heard.slice(-3).join(' | ')}`);
      this.run = null;
      this.raise(this.codes.gaveUp, 'gave up');
      return;
    }
    this.tries += 1;
    this.raise(this.codes.again, `try ${this.tries}`);
    if (run === this.run) run.timer = setTimeout(() => this.#begin(run), BETWEEN);
  }
}
