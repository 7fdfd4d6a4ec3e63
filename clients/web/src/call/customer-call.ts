// A customer's call at a desk.

import type { Store } from '../signal/outbox';
import type { Rating } from '../signal/archive';
import type { Edge } from '../signal/edge';
import type { Entry } from '../signal/says';
import type { LocalMedia } from '../media/local';
import { PartyCall, type PartyCallParts } from './party-call';

/** Where this tab notes which call it is in. */
const KEY = 'counterpart.call';

/** What a customer wants. */
export interface DeskCallWish {
  desk: string;
  record?: boolean;
  /** What the agent must be able to do. */
  skills?: string[];
}

/** What it takes to call. */
export interface CustomerCallParts {
  edge: Edge;
  /** Camera and microphone; absent: he sees and hears, and writes. */
  local?: LocalMedia;
  /** `sessionStorage`, so that a reload loses nothing. */
  store?: Store;
}

/** The call that a tab was in before it was reloaded. */
export interface KnownCall {
  call: string;
  desk: string;
}

/**
 * Publishes one's own stream, asks when the node has it, waits in line, and plays who answers. A lost connection, a lost
 * node and a reload of the page are got over.
 */
export class CustomerCall extends PartyCall {
  readonly desk: string;
  readonly #store: Store | undefined;
  readonly #publishes: boolean;
  #requested = false;

  /** Of a call that is there already; `create` makes one, `resumed` finds that of before a reload. */
  constructor(known: KnownCall, parts: CustomerCallParts & Partial<PartyCallParts>) {
    super('caller', { ...parts, call: known.call });
    this.desk = known.desk;
    this.#store = parts.store;
    this.#publishes = parts.local !== undefined || parts.publisher !== undefined;
    this.on('unable', () => this.#request());
  }

  /** Makes a call at a desk. `open` it when the listeners are there. */
  static async create(wish: DeskCallWish, parts: CustomerCallParts): Promise<CustomerCall> {
    const { desk, ...rest } = wish;
    const { call } = await parts.edge.createDeskCall(desk, rest);
    parts.store?.setItem(KEY, JSON.stringify({ call, desk }));
    return new CustomerCall({ call, desk }, parts);
  }

  /** The call that this tab is in, if it is in one. */
  static known(store: Store): KnownCall | undefined {
    try {
      const value = JSON.parse(store.getItem(KEY) ?? 'null') as Partial<KnownCall> | null;
      return typeof value?.call === 'string' && typeof value.desk === 'string' ? (value as KnownCall) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Agrees to be recorded, or does not. */
  consent(given: boolean): Promise<void> {
    return this.say({ type: 'consent', given });
  }

  /** Says what it was like; the last word counts. */
  rate(rating: Rating): Promise<void> {
    return this.edge.rate(this.call, rating);
  }

  protected override proceed(): void {
    this.link.begin();
    if (!this.#publishes) this.#request();
  }

  protected override follow(entry: Entry): void {
    if (entry.kind === 'stream.begin' && entry.party === this.me) this.#request();
  }

  protected override finish(error?: Parameters<PartyCall['finish']>[0]): void {
    // Opened elsewhere, it goes on there; this tab is out of it all the same.
    this.#store?.removeItem(KEY);
    super.finish(error);
  }

  #request(): void {
    if (this.#requested || this.state.phase !== 'new') return;
    this.#requested = true;
    this.say({ type: 'request' }).catch(() => {
      this.#requested = false;
    });
  }
}
