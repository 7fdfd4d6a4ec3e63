// Commands and their answers, over as many connections as that takes.

import { clientId } from './client-id';
import { SignalError } from './error';
import { Outbox, type Sent, type Store } from './outbox';
import type { Refused } from './says';

/** What answers a command. */
export type Answer = { id: string; seq?: number };

interface Waiter {
  resolve(answer: Answer): void;
  reject(error: SignalError): void;
}

/** The commands of one socket: each is sent until it is answered, with the same id, and carried out once. */
export class Commands<C extends { type: string }> {
  readonly #outbox: Outbox<C & Sent>;
  readonly #waiters = new Map<string, Waiter>();
  readonly #say: (command: C & Sent) => void;
  #greeted = false;
  #over: SignalError | undefined;

  constructor(say: (command: C & Sent) => void, key: string, store?: Store, outlives?: (command: C & Sent) => boolean) {
    this.#say = say;
    this.#outbox = new Outbox(key, store, outlives);
  }

  /** What is not answered yet, oldest first. */
  get pending(): readonly (C & Sent)[] {
    return this.#outbox.all;
  }

  /** Sends it; the answer, or the refusal as a {@link SignalError}. */
  ask(command: C, id = clientId()): Promise<Answer> {
    if (this.#over) return Promise.reject(this.#over);
    const sent = { ...command, id };
    this.#outbox.keep(sent);
    if (this.#greeted) this.#say(sent);
    return new Promise((resolve, reject) => this.#waiters.set(id, { resolve, reject }));
  }

  /** The edge has greeted: says all that waits. */
  greeted(): void {
    this.#greeted = true;
    for (const command of this.#outbox.all) this.#say(command);
  }

  /** The connection is gone. */
  lost(): void {
    this.#greeted = false;
  }

  /** The edge has answered. */
  answered(answer: Answer): void {
    this.#outbox.settle(answer.id);
    this.#take(answer.id)?.resolve(answer);
  }

  /** The edge has refused; what it was, where nobody waits for that. */
  refused(refusal: Refused): (C & Sent) | undefined {
    if (refusal.id === undefined) return undefined;
    const command = this.#outbox.settle(refusal.id);
    const waiter = this.#take(refusal.id);
    waiter?.reject(SignalError.refused(refusal));
    return waiter ? undefined : command;
  }

  /** There will be no more answers. */
  end(error: SignalError): void {
    this.#over = error;
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }

  /** Forgets what waits, for good. */
  forget(): void {
    this.#outbox.clear();
  }

  #take(id: string): Waiter | undefined {
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    return waiter;
  }
}
