// The rooms, those that are open first.

import type { BoardRoom } from '../../signal/desk';
import { el } from '../../ui/el';
import { span } from '../../ui/time';
import type { Boards } from './board';

const ORDER = { BUSY: 0, IDLE: 1, CLOSE: 2 };

export function roomCards(boards: Boards, now: number, several: boolean): HTMLElement[] {
  const rooms = boards.flatMap(([desk, board]) => board.rooms.map((room) => ({ desk, room })));
  rooms.sort((a, b) => ORDER[a.room.state] - ORDER[b.room.state] || a.room.room.localeCompare(b.room.room));
  if (!rooms.length) return [el('p', { class: 'soft', text: (words) => words.board.roomsNone })];
  return rooms.map(({ desk, room }) => card(room, now, several ? desk : undefined));
}

function card(room: BoardRoom, now: number, desk: string | undefined): HTMLElement {
  const { phase } = room;
  const state = el('span', { class: 'room-word', text: (words) => (phase ? words.console[phase] : words.console.state[room.state]) });
  const away = !room.present && room.state !== 'CLOSE';
  return el('div', { class: `room ${phase ?? room.state}` },
    el('div', { class: 'room-row' }, el('strong', {}, el('bdi', { text: room.room })), state),
    el('div', { class: 'room-row soft' }, el('bdi', { class: 'cut', text: desk ? `${room.agent} · ${desk}` : room.agent }), el('span', { class: 'number', text: span(now - room.since) })),
    away && el('span', { class: 'pill bad', text: (words) => words.board.absent }),
    room.skills?.length ? el('span', { class: 'soft skills', text: room.skills.join(', ') }) : null);
}
