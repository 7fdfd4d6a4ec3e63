// The media nodes and how busy they are.

import type { BoardNode } from '../../signal/desk';
import { el } from '../../ui/el';
import { size } from '../../ui/time';

export function nodesTable(nodes: BoardNode[]): HTMLElement {
  if (!nodes.length) return el('p', { class: 'soft', text: (words) => words.board.nodesNone });
  const names = ['node', 'link', 'streams', 'readers', 'recording'] as const;
  const head = [
    ...names.map((name) => el('th', { text: (words) => words.board[name], attrs: { scope: 'col' } })),
    el('th', { text: 'CPU', attrs: { scope: 'col' } }),
    ...(['memory', 'keys', 'version'] as const).map((name) => el('th', { text: (words) => words.board[name], attrs: { scope: 'col' } })),
  ];
  return el('table', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...nodes.map(row)));
}

function row(node: BoardNode): HTMLTableRowElement {
  const { load } = node;
  const link = el('span', { class: node.connected ? 'pill good' : 'pill bad', text: (words) => (node.connected ? words.board.up : words.board.down) });
  const cells = [
    el('td', {}, el('bdi', { text: node.node })), el('td', {}, link), el('td', {}, bar(load.streams, node.capacity, `${load.streams} / ${node.capacity}`)),
    el('td', { text: String(load.readers) }), el('td', { text: String(load.recording) }),
    el('td', {}, bar(load.cpu_percent, 100, `${load.cpu_percent.toFixed(0)} %`)), el('td', { text: size(load.memory_bytes) }),
    el('td', { text: String(load.keys) }), el('td', { class: 'soft', text: node.version }),
  ];
  return el('tr', {}, ...cells);
}

function bar(value: number, most: number, text: string): HTMLElement {
  const share = most > 0 ? Math.min(1, value / most) : 0;
  const fill = el('i');
  fill.style.setProperty('width', `${(share * 100).toFixed(1)}%`);
  const kind = share > 0.9 ? 'bad' : share > 0.7 ? 'warn' : '';
  return el('span', { class: 'load' }, el('span', { class: `load-bar ${kind}`, attrs: { 'aria-hidden': 'true' } }, fill), el('span', { text }));
}
