// The language of the page: remembered, else the browser's; what shows a text follows when it is switched.

import { en } from '../text/en';
import { type Words, zh } from '../text/zh';

export type { Words } from '../text/zh';

/** A text as it is, or in whichever language is on. */
export type Say = string | ((words: Words) => string);

export type Language = 'zh' | 'en';

const KEY = 'counterpart.language';

function first(): Language {
  const kept = remembered();
  if (kept === 'zh' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** Storage may be forbidden; then nothing is remembered. */
function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

let language: Language = first();
const shown = new Set<WeakRef<Node>>();
const texts = new WeakMap<Node, Map<string, () => void>>();
const followers = new Set<() => void>();

/** The language that is on. */
export function current(): Language {
  return language;
}

/** The words of the language that is on. */
export function words(): Words {
  return language === 'zh' ? zh : en;
}

/** A text in the language that is on. */
export function said(say: Say): string {
  return typeof say === 'string' ? say : say(words());
}

/** Shows a text by `show` now, and again whenever the language is switched; `slot` names what is shown, for the next time. */
export function follow(node: Node, slot: string, say: Say, show: (text: string) => void): void {
  const slots = texts.get(node) ?? new Map<string, () => void>();
  if (!texts.has(node)) {
    texts.set(node, slots);
    shown.add(new WeakRef(node));
  }
  const now = () => show(said(say));
  slots.set(slot, now);
  now();
}

/** Calls `then` whenever the language is switched. */
export function onSwitch(then: () => void): () => void {
  followers.add(then);
  return () => followers.delete(then);
}

/** Switches, and remembers. */
export function speak(next: Language): void {
  language = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // It holds until the page is left.
  }
  mark();
  for (const reference of shown) {
    const node = reference.deref();
    if (!node) shown.delete(reference);
    else for (const now of texts.get(node)?.values() ?? []) now();
  }
  for (const then of followers) then();
}

/** Tells browsers and screen readers which language it is. */
export function mark(): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
