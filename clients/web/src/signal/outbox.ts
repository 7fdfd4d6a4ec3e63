// Commands that are not acknowledged yet.

/** A command on its way. */
export interface Sent {
  id: string;
  type: string;
}

/** Where what waits outlives a reload; `sessionStorage` is one. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * What was said and not yet acknowledged, oldest first. After a redial all of it is said again, with the same ids, so that
 * it is carried out once; after a reload, what `outlives` says.
 */
export class Outbox<C extends Sent> {
  #waiting: C[] = [];
  readonly #store: Store | undefined;
  readonly #key: string;
  readonly #outlives: (command: C) => boolean;

  constructor(key: string, store?: Store, outlives: (command: C) => boolean = () => true) {
    this.#store = store;
    this.#key = key;
    this.#outlives = outlives;
    this.#waiting = read<C>(store?.getItem(key)).filter(outlives);
  }

  /** Keeps a command until it is settled. */
  keep(command: C): void {
    this.#waiting.push(command);
    this.#write();
  }

  /** The edge has answered this one; what it was, or nothing when that had happened before. */
  settle(id: string): C | undefined {
    const found = this.#waiting.find((command) => command.id === id);
    this.#waiting = this.#waiting.filter((command) => command !== found);
    if (found) this.#write();
    return found;
  }

  /** All that waits. */
  get all(): readonly C[] {
    return this.#waiting;
  }

  /** Forgets everything. */
  clear(): void {
    this.#waiting = [];
    this.#write();
  }

  #write(): void {
    const kept = this.#waiting.filter(this.#outlives);
    if (kept.length === 0) this.#store?.removeItem(this.#key);
    else this.#store?.setItem(this.#key, JSON.stringify(kept));
  }
}

/** What cannot be read was written by another version, and counts as nothing. */
function read<C>(text: string | null | undefined): C[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? (value as C[]) : [];
  } catch {
    return [];
  }
}
