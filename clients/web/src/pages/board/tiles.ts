// The figures that one looks at first.

import type { DeskBoard, Today } from '../../signal/desk';
import { el } from '../../ui/el';
import type { Say } from '../../ui/language';
import { span } from '../../ui/time';

export function tiles(boards: DeskBoard[], now: number): HTMLElement[] {
  const rooms = boards.flatMap((board) => board.rooms);
  const line = boards.flatMap((board) => board.line);
  const days = boards.map((board) => board.today);
  const sum = (name: 'offered' | 'answered' | 'missed' | 'abandoned') => days.reduce((total, day) => total + day[name], 0);
  const idle = rooms.filter(({ state }) => state === 'IDLE').length;
  const talking = rooms.filter(({ phase }) => phase === 'talking').length;
  const longest = line.length ? now - Math.min(...line.map(({ since }) => since)) : undefined;
  return [
    tile((words) => words.board.waiting, String(line.length), '', line.length ? 'warn' : ''),
    tile((words) => words.board.longest, longest === undefined ? '–' : span(longest), '', longest && longest > 120_000 ? 'bad' : ''),
    tile((words) => words.board.idle, String(idle), (words) => words.board.ofRooms(rooms.length), idle ? 'good' : ''),
    tile((words) => words.board.talking, String(talking), (words) => words.board.ofRooms(rooms.length)),
    tile((words) => words.board.answered, String(sum('answered')), (words) => words.board.offeredToday(sum('offered'))),
    tile((words) => words.board.missed, String(sum('missed'))),
    tile((words) => words.board.abandoned, String(sum('abandoned'))),
    tile((words) => words.board.meanWait, seconds(mean(days, 'mean_wait_s'))),
    tile((words) => words.board.meanTalk, seconds(mean(days, 'mean_talk_s'))),
  ];
}

/** Over several desks, by how many calls each of them answered. */
function mean(days: Today[], name: 'mean_wait_s' | 'mean_talk_s'): number | undefined {
  const known = days.filter((day) => day[name] !== undefined && day.answered > 0);
  const calls = known.reduce((sum, day) => sum + day.answered, 0);
  return calls ? known.reduce((sum, day) => sum + (day[name] ?? 0) * day.answered, 0) / calls : days.find((day) => day[name] !== undefined)?.[name];
}

function seconds(value: number | undefined): string {
  return value === undefined ? '–' : span(value * 1000);
}

function tile(name: Say, value: string, more: Say = '', kind = ''): HTMLElement {
  return el('div', { class: `tile card ${kind}` },
    el('span', { class: 'tile-name', text: name }), el('strong', { class: 'number', text: value }), el('span', { class: 'tile-more', text: more }));
}
