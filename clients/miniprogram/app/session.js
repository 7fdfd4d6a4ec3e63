// Who uses the app: logged in once, and again before the token ends.

const { Edge } = require('../sdk/index');
const config = require('./config');

/** A token that ends within this many milliseconds is too old for a call. */
const MARGIN = 30 * 60 * 1000;

class Session {
  constructor() {
    this.edge = new Edge({ base: config.edge });
    this.expiresAt = 0;
  }

  /** The edge, with a token that is good for a call. */
  async ready() {
    if (Date.now() > this.expiresAt - MARGIN) {
      const login = await this.edge.login();
      this.expiresAt = login.expires_at;
    }
    return this.edge;
  }
}

module.exports = { Session };
