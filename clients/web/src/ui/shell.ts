// What all pages have around them.

import { button } from './button';
import { type Child, el } from './el';
import { current, follow, mark, type Say, speak } from './language';
import { applyTheme, themeButton } from './theme';
import { toasts } from './toast';

export interface Shell {
  main: HTMLElement;
  /** The middle of the bar at the top. */
  bar: HTMLElement;
}

/** Puts a page together: a bar at the top, and what follows. */
export function shell(title: Say, ...tools: Child[]): Shell {
  mark();
  applyTheme();
  follow(document.documentElement, 'title', title, (text) => (document.title = text));
  const bar = el('div', { class: 'bar-middle' });
  const language = button({
    say: (words) => words.common.otherLanguage, icon: 'globe', kind: 'quiet', class: 'language',
    press: () => speak(current() === 'zh' ? 'en' : 'zh'),
  });
  const main = el('main', { attrs: { id: 'main', tabindex: '-1' } });
  const skip = el('a', { class: 'skip', text: (words) => words.common.skip, attrs: { href: '#main' } });
  const brand = el('div', { class: 'brand' }, el('span', { class: 'brand-mark', attrs: { 'aria-hidden': 'true' } }), el('h1', { text: title }));
  document.body.append(skip, el('header', { class: 'bar' }, brand, bar, el('div', { class: 'bar-tools' }, ...tools, language, themeButton())), main, toasts());
  return { main, bar };
}

/** A view that has nothing to show, and says why. */
export function empty(title: Say, detail: Say, ...children: Child[]): HTMLElement {
  return el('div', { class: 'empty' }, el('h2', { text: title }), el('p', { text: detail }), ...children);
}
