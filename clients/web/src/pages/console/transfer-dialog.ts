// Handing the customer on: to which desk, to which room.

import type { AgentCall } from '../../call/agent-call';
import type { BoardRoom, ListedDesk } from '../../signal/desk';
import { button } from '../../ui/button';
import { el, show } from '../../ui/el';
import { current, type Say } from '../../ui/language';
import { attempt } from '../../ui/problem';
import type { Place } from './place';

/** Asks where to; the dialog ends when the customer is there, or the agent thinks better of it. */
export async function transferDialog(call: AgentCall, place: Place, rooms: readonly BoardRoom[]): Promise<void> {
  const desks = await call.edge.desks().catch((): ListedDesk[] => []);
  const desk = el('select', {}, option('', (words) => words.console.sameDesk));
  for (const one of desks) {
    if (one.desk !== place.desk) desk.append(option(one.desk, () => one.title?.[current()] ?? one.desk, !one.open));
  }
  const room = el('select', {}, option('', (words) => words.console.anyRoom));
  for (const one of rooms) {
    if (one.room !== place.room) room.append(option(one.room, (words) => `${one.room} · ${words.console.state[one.state]}`, one.state === 'CLOSE'));
  }
  const roomField = field((words) => words.console.transferRoom, room);
  // Only the rooms of one's own desk are known here.
  desk.addEventListener('change', () => show(roomField, desk.value === ''));
  const dialog = el('dialog', { name: (words) => words.console.transferTitle });
  const go = async (): Promise<void> => {
    const goal = { ...(desk.value && { desk: desk.value }), ...(!desk.value && room.value && { room: room.value }) };
    if (await attempt(() => call.transfer(goal))) dialog.close();
  };
  const buttons = el('div', { class: 'row' },
    button({ say: (words) => words.common.cancel, press: () => dialog.close() }),
    button({ say: (words) => words.console.transferDo, icon: 'transfer', kind: 'primary', press: go }));
  const form = el('form', { on: { submit: (event) => event.preventDefault() } }, field((words) => words.console.transferDesk, desk), roomField, buttons);
  dialog.append(el('h2', { text: (words) => words.console.transferTitle }), form);
  dialog.addEventListener('close', () => dialog.remove());
  call.on('over', () => dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}

function option(value: string, text: Say, disabled = false): HTMLOptionElement {
  return el('option', { text, attrs: { value, disabled } });
}

function field(say: Say, select: HTMLSelectElement): HTMLElement {
  return el('label', { class: 'field' }, el('span', { text: say }), select);
}
