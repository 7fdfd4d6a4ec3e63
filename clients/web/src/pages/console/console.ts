// The whole console: room and line on the left, the call or the day's calls beside them.

import { AgentCall } from '../../call/agent-call';
import { AgentRoom } from '../../call/agent-room';
import type { LocalMedia } from '../../media/local';
import { BoardSocket } from '../../signal/board-socket';
import type { Edge } from '../../signal/edge';
import { openDevices } from '../../ui/devices';
import { el, fill, mark, setText, show } from '../../ui/el';
import { current } from '../../ui/language';
import { attempt, problem } from '../../ui/problem';
import { empty } from '../../ui/shell';
import { toast } from '../../ui/toast';
import { CallPanel } from './call-panel';
import { CallsList } from './calls-list';
import { IdlePanel } from './idle-panel';
import { LineCard } from './line-card';
import { OfferPanel } from './offer-panel';
import { type Place, Settings } from './place';
import { RoomCard } from './room-card';

export class Console {
  readonly node = el('div', { class: 'console' });
  readonly #edge: Edge;
  readonly #place: Place;
  readonly #room: AgentRoom;
  readonly #settings: Settings;
  readonly #line: LineCard;
  readonly #calls: CallsList;
  readonly #offer: OfferPanel;
  readonly #idle: IdlePanel;
  readonly #center = el('div', { class: 'center' });
  #panel: CallPanel | undefined;
  #local: Promise<LocalMedia | undefined> | undefined;

  constructor(edge: Edge, place: Place, bar: HTMLElement) {
    this.#edge = edge;
    this.#place = place;
    this.#room = new AgentRoom(edge, place.desk, place.room);
    this.#settings = new Settings(edge, place.desk);
    this.#line = new LineCard(new BoardSocket(edge, place.desk), place.room, () => this.#room.now());
    this.#calls = new CallsList(edge, place.agent);
    this.#offer = new OfferPanel(() => this.#accept(), () => attempt(() => this.#room.reject()));
    const card = new RoomCard(this.#room, this.#settings);
    this.#idle = new IdlePanel(this.#room, card);
    this.node.append(el('aside', { class: 'side' }, card.node, this.#line.node), this.#center, this.#offer.node);
    this.#nameDesk(bar);
    this.#listen();
    this.#show();
  }

  #nameDesk(bar: HTMLElement): void {
    const desk = el('span', { class: 'soft where' });
    bar.append(desk);
    const show = () => setText(desk, () => `${this.#settings.now?.title?.[current()] ?? this.#place.desk} · ${this.#place.room}`);
    this.#settings.onChange = () => {
      show();
      this.#panel?.settings(this.#settings.now);
    };
    show();
  }

  #listen(): void {
    const room = this.#room;
    room.on('offer', (offer) => this.#offer.ring(offer, () => room.now()));
    room.on('gone', ({ reason }) => {
      this.#offer.quiet();
      if (reason !== 'taken') toast((words) => words.console.gone[reason], reason === 'missed' ? 'bad' : 'info');
    });
    room.on('talk', (call) => void this.#talk(call));
    room.on('change', () => this.#show());
    room.on('over', (error) => {
      const replaced = error.code === 'replaced';
      const title = replaced ? (words: { common: { replaced: string } }) => words.common.replaced : problem(error);
      this.node.replaceChildren(empty(title, (words) => (replaced ? words.common.replacedDetail : error.detail)));
      this.#panel?.leave();
    });
    room.connect();
  }

  /** The devices open while the edge puts the call through. */
  #accept(): Promise<boolean> {
    this.#local ??= this.#open();
    return attempt(() => this.#room.accept());
  }

  #open(): Promise<LocalMedia | undefined> {
    return openDevices().catch((error) => {
      toast(problem(error), 'bad');
      return undefined;
    });
  }

  async #talk(call: string): Promise<void> {
    this.#offer.quiet();
    const local = await (this.#local ?? this.#open());
    this.#local = undefined;
    this.#panel?.leave();
    const parts = { edge: this.#edge, call, store: sessionStorage, ...(local && { local }) };
    const panel = new CallPanel(new AgentCall(parts), local, this.#place, this.#line);
    panel.settings(this.#settings.now);
    panel.onOver = () => {
      this.#calls.expect(call);
      this.#show();
    };
    this.#panel = panel;
    this.#show();
  }

  /** The call while there is one and while it is wrapped up, else the day's calls. */
  #show(): void {
    // The end of the call may be told before the room's new state is.
    const phase = this.#room.room?.phase;
    if (this.#panel?.isOver && phase !== 'wrapping' && phase !== 'talking') {
      this.#panel.leave();
      this.#panel = undefined;
    }
    mark(this.node, 'in-call', this.#panel !== undefined);
    if (this.#panel) fill(this.#center, this.#panel.node);
    else fill(this.#center, this.#idle.node, this.#calls.node);
    this.#idle.refresh();
    show(this.#idle.node, this.#panel === undefined);
  }
}
