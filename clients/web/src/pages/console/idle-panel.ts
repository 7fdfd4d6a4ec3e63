// While there is no call: what the agent waits for, and a look at his own picture.

import type { AgentRoom } from '../../call/agent-room';
import { button } from '../../ui/button';
import { DeviceCheck } from '../../ui/devices';
import { el, fill, setText } from '../../ui/el';
import { icon } from '../../ui/icon';
import type { RoomCard } from './room-card';

export class IdlePanel {
  readonly node: HTMLElement;
  readonly #room: AgentRoom;
  readonly #title = el('h2');
  readonly #detail = el('p', { class: 'soft' });
  readonly #open: HTMLButtonElement;
  readonly #test = el('div', { class: 'idle-test' });
  #check: DeviceCheck | undefined;

  constructor(room: AgentRoom, card: RoomCard) {
    this.#room = room;
    this.#open = button({ say: (words) => words.console.openRoom, icon: 'phone', kind: 'primary', press: () => card.open() });
    const test = button({ say: (words) => words.customer.check, icon: 'camera', press: () => this.#toggle() });
    const words = el('div', { class: 'idle-words' }, this.#title, this.#detail, el('div', { class: 'row' }, this.#open, test));
    this.node = el('section', { class: 'card idle' }, el('span', { class: 'idle-icon' }, icon('phone')), words, this.#test);
  }

  /** Looks again at the room. */
  refresh(): void {
    const { room } = this.#room;
    const open = room?.state === 'IDLE' || room?.state === 'BUSY';
    if (room?.phase === 'wrapping') {
      setText(this.#title, (words) => words.console.wrapping);
      setText(this.#detail, (words) => words.console.wrappingDetail);
    } else {
      setText(this.#title, (words) => (open ? words.console.idleOpen : words.console.idleClosed));
      setText(this.#detail, (words) => (open ? words.console.idleOpenDetail : words.console.idleClosedDetail));
    }
    this.#open.hidden = room?.state !== 'CLOSE';
    // A camera is held for the call alone.
    if (room?.phase === 'offered' || room?.phase === 'talking') this.#end();
  }

  #toggle(): void {
    if (this.#check) return this.#end();
    this.#check = new DeviceCheck();
    fill(this.#test, this.#check.node);
    void this.#check.open();
  }

  #end(): void {
    this.#check?.close();
    this.#check = undefined;
    fill(this.#test);
  }
}
