// A program that acts a tag, line by line.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Program {
  /** `hear(line)` gets every line of its output and its errors; `ended()` comes once, at its end. */
  constructor(name, args, hear, ended) {
    this.child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of this.child.stdio.slice(1)) createInterface({ input: stream }).on('line', hear);
    this.gone = new Promise((done) => this.child.on('close', done));
    this.gone.then(ended);
  }

  /** Ends it in order; resolves when it is gone. */
  stop() {
    this.child.kill('SIGTERM');
    return this.gone;
  }

  /** Ends it as a crash would. */
  kill() {
    this.child.kill('SIGKILL');
  }
}
