// Where an agent sits.

import type { DeskSettings } from '../../signal/desk';
import type { Edge } from '../../signal/edge';

export interface Place {
  desk: string;
  room: string;
  agent: string;
}

/** The desk's settings, read again from time to time, for they count at once. */
export class Settings {
  /** Told when they were read. */
  onChange: () => void = () => {};
  #now: DeskSettings | undefined;

  constructor(edge: Edge, desk: string) {
    const read = async () => {
      this.#now = await edge.settings(desk).catch(() => this.#now);
      this.onChange();
    };
    void read();
    setInterval(() => void read(), 60_000);
  }

  /** Nothing, until they were read. */
  get now(): DeskSettings | undefined {
    return this.#now;
  }
}
