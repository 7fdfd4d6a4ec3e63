// The phone's radio: every connection of the phone goes through it, and it can be cut.
import { createServer, connect } from 'node:net';

export class Radio {
  /** `onConnected()` is called when a connection to its goal is there. */
  constructor(onConnected = () => {}) {
    this.onConnected = onConnected;
    this.ways = new Map();
    this.sockets = new Set();
    this.isCut = false;
    /** Whether the newest connection was ended by the other side. */
    this.endedByServer = false;
  }

  /** The same URL, through the radio. */
  async through(url) {
    const [, scheme, host, port, rest] = url.match(/^(\w+):\/\/([^/:]+):(\d+)(.*)$/);
    const goal = `${host}:${port}`;
    if (!this.ways.has(goal)) this.ways.set(goal, await this.#way(host, Number(port)));
    return `${scheme}://127.0.0.1:${this.ways.get(goal).port}${rest}`;
  }

  /** Ends all connections; new ones are refused. */
  cut() {
    this.isCut = true;
    for (const { server } of this.ways.values()) server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  async mend() {
    this.isCut = false;
    await Promise.all([...this.ways.values()].map(({ server, port }) => listen(server, port)));
  }

  async #way(host, port) {
    const server = createServer((phone) => this.#carry(phone, connect(port, host)));
    const way = { server, port: await listen(server, 0) };
    if (this.isCut) server.close();
    return way;
  }

  #carry(phone, goal) {
    this.endedByServer = false;
    let connected = false;
    let first;
    const ends = (who) => {
      if (first) return;
      first = who;
      this.endedByServer = who === goal && connected && !this.isCut;
    };
    for (const socket of [phone, goal]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('end', () => ends(socket));
      socket.on('error', () => ends(socket));
      socket.on('close', () => {
        this.sockets.delete(socket);
        ends(socket);
        phone.destroy();
        goal.destroy();
      });
    }
    goal.on('connect', () => {
      connected = true;
      this.onConnected();
    });
    phone.pipe(goal);
    goal.pipe(phone);
  }
}

function listen(server, port) {
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done(server.address().port)));
}
