// Stars: to give, and to look at.

import { el } from './el';
import { icon } from './icon';

/** One to five stars to choose; a group of radio buttons, so that keys and screen readers know it. */
export function starChoice(chosen: (stars: number) => void): HTMLElement {
  const stars = [1, 2, 3, 4, 5].map((n) => {
    const input = el('input', { name: (words) => words.customer.star(n), attrs: { type: 'radio', name: 'stars', value: n } });
    input.addEventListener('change', () => chosen(n));
    return el('label', { class: 'star' }, input, icon('star'));
  });
  return el('fieldset', { class: 'stars' }, el('legend', { text: (words) => words.customer.rate }), ...stars);
}

/** Stars that were given. */
export function starsGiven(stars: number): HTMLElement {
  const marks = '★'.repeat(stars) + '☆'.repeat(Math.max(0, 5 - stars));
  return el('span', { class: 'stars-given', label: (words) => words.customer.star(stars), attrs: { role: 'img' } }, marks);
}
