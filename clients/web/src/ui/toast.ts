// Short news, in a corner, read aloud by screen readers.

import { el } from './el';
import { icon } from './icon';
import type { Say } from './language';

const LASTS = 6_000;

const region = el('div', { class: 'toasts', attrs: { role: 'status', 'aria-live': 'polite' } });

/** The place of the news; a page puts it into its body once. */
export function toasts(): HTMLElement {
  return region;
}

/** Tells something for a few seconds. */
export function toast(say: Say, kind: 'info' | 'bad' = 'info'): void {
  const node = el('div', { class: `toast ${kind}` }, icon(kind === 'bad' ? 'warning' : 'check'), el('span', { text: say }));
  region.append(node);
  while (region.childElementCount > 4) region.firstElementChild?.remove();
  setTimeout(() => node.remove(), LASTS);
}
