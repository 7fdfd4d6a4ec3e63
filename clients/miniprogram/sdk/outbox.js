// Commands that are not acknowledged yet.

/** What was said and not yet answered, oldest first. After a redial all of it is said again with the same ids. */
class Outbox {
  constructor() {
    this.waiting = [];
  }

  keep(command) {
    this.waiting.push(command);
  }

  /** The edge has answered this one: gives the command; nothing when it had been answered before. */
  settle(id) {
    const at = this.waiting.findIndex((command) => command.id === id);
    return at < 0 ? undefined : this.waiting.splice(at, 1)[0];
  }

  get all() {
    return this.waiting.slice();
  }
}

module.exports = { Outbox };
