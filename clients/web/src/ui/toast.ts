// Short news, in a corner, read aloud by screen readers.

import { el } from './el';
import { icon } from './icon';
import type { Say } from './language';

const LASTS = 6_000;

/** A region that has come to another place is known to screen readers after this, in milliseconds; news before that is not read aloud. */
const SETTLES = 100;

const region = el('div', { class: 'toasts', attrs: { role: 'status', 'aria-live': 'polite' } });

/** The place of the news; a page puts it into its body once. */
export function toasts(): HTMLElement {
  return region;
}

/** Tells something for a few seconds. */
export function toast(say: Say, kind: 'info' | 'bad' = 'info'): void {
  const node = el('div', { class: `toast ${kind}` }, icon(kind === 'bad' ? 'warning' : 'check'), el('span', { text: say }));
  if (settle()) setTimeout(() => add(node), SETTLES);
  else add(node);
}

function add(node: HTMLElement): void {
  region.append(node);
  while (region.childElementCount > 4) region.firstElementChild?.remove();
  setTimeout(() => node.remove(), LASTS);
}

/** Puts the region where it is seen and heard: outside of an open modal dialog all is covered and inert. Whether it was elsewhere. */
function settle(): boolean {
  // Each comes to the end of the body when it is opened.
  const dialog = [...document.querySelectorAll<HTMLDialogElement>('dialog:modal')].at(-1);
  const home = dialog ?? document.body;
  if (region.parentElement === home) return false;
  home.append(region);
  dialog?.addEventListener('close', settle, { once: true });
  return true;
}
