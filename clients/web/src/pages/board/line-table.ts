// Who waits, next first.

import { el } from '../../ui/el';
import { span } from '../../ui/time';
import type { Boards } from './board';

/** So many are shown. */
const MOST = 50;

export function lineTable(boards: Boards, now: number, several: boolean): HTMLElement {
  const line = boards.flatMap(([desk, board]) => board.line.map((one, at) => ({ desk, one, place: at + 1 })));
  if (!line.length) return el('p', { class: 'soft', text: (words) => words.board.lineNone });
  const names = ['place', 'customer', 'waited', 'priority', 'skills'] as const;
  const head = el('tr', {}, ...names.map((name) => el('th', { text: (words) => words.board[name], attrs: { scope: 'col' } })));
  const rows = line.slice(0, MOST).map(({ desk, one, place }) => {
    const { room } = one;
    return el('tr', {},
      el('td', { text: several ? `${desk} ${place}` : String(place) }),
      el('td', {}, el('bdi', { text: one.customer }), room && el('span', { class: 'pill', text: (words) => words.board.handedTo(room) })),
      el('td', { text: span(now - one.since) }),
      el('td', { text: one.priority ? String(one.priority) : '–' }),
      el('td', { text: one.skills?.join(', ') || '–' }));
  });
  const rest = line.length > MOST && el('p', { class: 'soft', text: `+ ${line.length - MOST}` });
  return el('div', {}, el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows)), rest);
}
