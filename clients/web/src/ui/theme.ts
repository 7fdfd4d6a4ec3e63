// Light or dark: the system's, unless told.

import { iconButton } from './button';
import { setIcon } from './icon';
import { setLabel } from './el';

const KEY = 'counterpart.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function chosen(): 'light' | 'dark' | undefined {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** What shows now. */
export function theme(): 'light' | 'dark' {
  return chosen() ?? (dark.matches ? 'dark' : 'light');
}

/** Follows what was chosen before. */
export function applyTheme(): void {
  const choice = chosen();
  if (choice) document.documentElement.dataset['theme'] = choice;
}

/** A button that changes it. */
export function themeButton(): HTMLButtonElement {
  const node = iconButton({ say: '', icon: 'moon', kind: 'quiet', press: flip });
  const picture = node.querySelector('svg') as SVGSVGElement;
  const show = () => {
    const now = theme();
    setIcon(picture, now === 'dark' ? 'sun' : 'moon');
    setLabel(node, (words) => (now === 'dark' ? words.common.light : words.common.dark));
  };
  function flip(): void {
    const next = theme() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // It holds until the page is left.
    }
    show();
  }
  dark.addEventListener('change', show);
  show();
  return node;
}
