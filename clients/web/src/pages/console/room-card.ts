// The room: what it is, since when, and the one click that changes it.

import type { AgentRoom } from '../../call/agent-room';
import type { Room } from '../../signal/desk';
import { LocalMedia } from '../../media/local';
import { button } from '../../ui/button';
import { el, fill, setText } from '../../ui/el';
import type { Say } from '../../ui/language';
import { attempt, problem } from '../../ui/problem';
import { everySecond, span } from '../../ui/time';
import { toast } from '../../ui/toast';
import type { Settings } from './place';
import { wake } from './ring';

export class RoomCard {
  readonly node: HTMLElement;
  readonly #room: AgentRoom;
  readonly #settings: Settings;
  readonly #state = el('strong', { class: 'room-state' });
  readonly #since = el('span', { class: 'soft number' });
  readonly #reason = el('p', { class: 'soft' });
  readonly #actions = el('div', { class: 'room-actions' });
  readonly #open = button({ say: (words) => words.console.openRoom, icon: 'phone', kind: 'primary', press: () => this.open() });
  readonly #endWrap = button({ say: (words) => words.console.endWrap, icon: 'check', kind: 'primary', press: () => this.open() });
  readonly #close = button({ say: (words) => words.console.closeRoom, press: () => attempt(() => this.#room.close()) });
  readonly #closeAfter = button({ say: (words) => words.console.closeAfter, press: () => attempt(() => this.#room.close()) });

  constructor(room: AgentRoom, settings: Settings) {
    this.#room = room;
    this.#settings = settings;
    const state = el('div', { class: 'room-line', attrs: { role: 'status', 'aria-live': 'polite' } }, el('i', { class: 'dot' }), this.#state);
    this.node = el('section', { class: 'card room-card', name: (words) => words.console.room },
      el('div', { class: 'room-head' }, state, this.#since), this.#reason, this.#actions);
    room.on('change', () => this.#refresh());
    everySecond(() => this.#tick());
    this.#refresh();
  }

  /** Takes calls; asks for the devices once, so that no call waits for that. */
  async open(): Promise<void> {
    wake();
    const opened = await attempt(() => this.#room.open());
    if (!opened || this.#room.room?.phase === 'wrapping') return;
    await LocalMedia.open().then((local) => local.close(), (error) => toast(problem(error), 'bad'));
  }

  #refresh(): void {
    const { room, connection } = this.#room;
    this.node.dataset['state'] = connection === 'open' ? (room?.phase ?? room?.state ?? '') : 'lost';
    setText(this.#state, connection === 'open' && room ? stateOf(room) : (words) => (room ? words.common.offline : words.common.connecting));
    setText(this.#reason, reasonOf(room));
    fill(this.#actions, ...this.#buttons(room));
    this.#tick();
  }

  #buttons(room: Room | undefined): HTMLElement[] {
    if (!room) return [];
    if (room.state === 'CLOSE') return [this.#open];
    if (room.state === 'IDLE') return [this.#close];
    if (room.phase === 'wrapping') return [this.#endWrap, this.#close];
    return room.phase === 'talking' ? [this.#closeAfter] : [];
  }

  #tick(): void {
    const { room } = this.#room;
    if (!room) return;
    const passed = this.#room.now() - room.since;
    const wrap = this.#settings.now?.wrap_up_s;
    if (room.phase === 'wrapping' && wrap) setText(this.#since, (words) => words.console.remaining(span(wrap * 1000 - passed)));
    else setText(this.#since, (words) => words.console.since(span(passed)));
  }
}

function stateOf(room: Room): Say {
  const { phase } = room;
  return (words) => (phase ? words.console[phase] : words.console.state[room.state]);
}

function reasonOf(room: Room | undefined): Say {
  const reason = room?.reason;
  return reason === 'missed' || reason === 'absent' ? (words) => words.console[reason] : '';
}
