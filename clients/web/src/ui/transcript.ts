// A call's log as a conversation.

import type { Edge } from '../signal/edge';
import type { Entry, Party } from '../signal/says';
import { el } from './el';
import { type Audience, entryLine } from './entry-line';
import { follow } from './language';
import { pictureOf, stillOf } from './picture';
import { exactClock } from './time';

/** Within so many pixels of its end a list follows what comes. */
const NEAR = 80;

export interface TranscriptProps {
  edge: Edge;
  call: string;
  /** Whose words stand on the right. */
  me: Party | undefined;
  audience: Audience;
  /** Where each entry's time can be pressed: it was, at this instant. */
  pick?: (at: number) => void;
}

/** Shows entries, the newest last. */
export class Transcript {
  readonly node = el('div', { class: 'transcript', name: (words) => words.log.name, attrs: { role: 'log', tabindex: 0 } });
  readonly #props: TranscriptProps;
  readonly #list = el('ol', { class: 'entries' });
  readonly #after = el('ol', { class: 'entries waiting' });
  readonly #nothing = el('p', { class: 'nothing', text: (words) => words.log.empty });

  constructor(props: TranscriptProps) {
    this.#props = props;
    this.node.append(this.#nothing, this.#list, this.#after);
  }

  /** Adds an entry; whether it shows anything. */
  add(entry: Entry): boolean {
    const item = this.#item(entry);
    if (!item) return false;
    this.#keepingEnd(() => this.#list.append(item));
    this.#nothing.hidden = true;
    return true;
  }

  /** What is not in the log yet. */
  waiting(items: HTMLLIElement[]): void {
    this.#keepingEnd(() => this.#after.replaceChildren(...items));
    if (items.length) this.#nothing.hidden = true;
  }

  /** Goes to the end. */
  toEnd(): void {
    this.node.scrollTop = this.node.scrollHeight;
  }

  #keepingEnd(change: () => void): void {
    const { scrollHeight, scrollTop, clientHeight } = this.node;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    change();
    if (near) this.toEnd();
  }

  #item(entry: Entry): HTMLLIElement | undefined {
    if (entry.kind === 'text') return this.#bubble(entry.from, entry.at, el('p', { class: 'words', text: entry.text, attrs: { dir: 'auto' } }));
    if (entry.kind === 'image') return this.#bubble(entry.from, entry.at, pictureOf(this.#props.edge, entry.image));
    const line = entryLine(entry, this.#props.me, this.#props.audience);
    if (line === undefined) return undefined;
    const item = el('li', { class: 'event' }, el('span', { text: line }), this.#time(entry.at));
    if (entry.kind === 'still') item.append(stillOf(this.#props.edge, this.#props.call, entry.file.path, entry));
    return item;
  }

  #bubble(from: Party, at: number, content: HTMLElement): HTMLLIElement {
    const own = from === this.#props.me;
    const who = el('span', { class: 'who', text: (words) => (own ? words.common.you : words.log[from]) });
    return el('li', { class: own ? 'bubble own' : 'bubble' }, el('div', { class: 'head' }, who, this.#time(at)), content);
  }

  #time(at: number): HTMLElement {
    const { pick } = this.#props;
    if (!pick) return time(at);
    return el('button', { class: 'jump', attrs: { type: 'button' }, label: (words) => words.console.playFrom(exactClock(at)), on: { click: () => pick(at) } }, time(at));
  }
}

/** A text that is on its way, or did not get there. */
export function waitingItem(content: HTMLElement, state: HTMLElement): HTMLLIElement {
  return el('li', { class: 'bubble own pending' }, content, el('div', { class: 'fate' }, state));
}

function time(at: number): HTMLTimeElement {
  const node = el('time', { attrs: { datetime: new Date(at).toISOString() } });
  follow(node, 'text', () => exactClock(at), (text) => (node.textContent = text));
  return node;
}
