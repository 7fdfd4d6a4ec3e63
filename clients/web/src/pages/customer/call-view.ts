// The call: waiting, then both pictures, and the messages beside them.

import type { CustomerCall } from '../../call/customer-call';
import type { LocalMedia } from '../../media/local';
import { attempt } from '../../ui/problem';
import { iconButton } from '../../ui/button';
import { Conversation } from '../../ui/conversation';
import { el, mark, setLabel, setText, show } from '../../ui/el';
import { deviceButtons, Stage } from '../../ui/stage';
import { everySecond, span } from '../../ui/time';
import { toast } from '../../ui/toast';
import { Statement } from '../../ui/statement';
import { Consent } from './consent';
import { noticesOf } from './notices';
import { type App, nameOf, type Titled } from './view';
import { Waiting } from './waiting';

export class CallView {
  readonly node: HTMLElement;
  readonly #call: CustomerCall;
  readonly #local: LocalMedia | undefined;
  readonly #stage: Stage;
  readonly #talk: Conversation;
  readonly #waiting: Waiting;
  readonly #consent: Consent;
  readonly #statement: Statement;
  readonly #title: HTMLElement;
  readonly #length = el('span', { class: 'soft number' });
  readonly #badge = el('span', { class: 'badge', attrs: { 'aria-hidden': 'true' } });
  readonly #stop: () => void;

  constructor(app: App, call: CustomerCall, local: LocalMedia | undefined, desk: Titled) {
    this.#call = call;
    this.#local = local;
    this.#stage = new Stage(call, local);
    this.#talk = new Conversation(call, 'customer');
    this.#waiting = new Waiting(call);
    this.#consent = new Consent(call);
    this.#statement = new Statement(call);
    this.#title = el('h2', { class: 'call-title', text: nameOf(desk) });
    const head = el('div', { class: 'call-head' }, this.#title, this.#length);
    const left = el('div', { class: 'call-main' }, head, this.#consent.node, this.#stage.node, this.#statement.node, this.#controls());
    this.node = el('section', { class: 'call-view' }, left, this.#talk.node);
    this.#stop = everySecond(() => this.#tick());
    call.on('change', () => this.#refresh(desk));
    call.on('unable', () => toast((words) => words.media.unable, 'bad'));
    call.on('over', (error) => {
      // A call of before a reload that is not this one's, or is forgotten.
      const nothing = call.entries.length === 0 && (error?.code === 'forbidden' || error?.code === 'not_found');
      this.#over(nothing ? () => app.desks() : () => app.over(call, desk, error));
    });
    this.#watchWidth();
    void this.#stayAwake();
    this.#refresh(desk);
    call.open();
  }

  #controls(): HTMLElement {
    const end = iconButton({ say: (words) => words.customer.hangUp, icon: 'end', kind: 'danger', class: 'round large', press: () => attempt(() => this.#call.hangUp()) });
    const chat = iconButton({ say: (words) => words.customer.chat, icon: 'chat', class: 'round chat-button', press: () => this.#toggle() });
    chat.append(this.#badge);
    show(this.#badge, false);
    this.#talk.onUnread = (count) => {
      setText(this.#badge, String(count));
      show(this.#badge, count > 0);
      setLabel(chat, (words) => (count ? words.customer.unread(count) : words.customer.chat));
    };
    const devices = this.#local ? deviceButtons(this.#local, () => this.#stage.refresh(), { flip: true }) : [];
    return el('div', { class: 'controls' }, ...devices, chat, end);
  }

  /** On a narrow page the messages lie over the picture, when they are asked for. */
  #toggle(): void {
    const open = this.node.classList.toggle('chatting');
    this.#talk.looked = open;
  }

  #watchWidth(): void {
    const wide = matchMedia('(min-width: 860px)');
    const look = () => (this.#talk.looked = wide.matches || this.node.classList.contains('chatting'));
    wide.addEventListener('change', look);
    look();
  }

  /** A telephone that sleeps ends the wait. */
  async #stayAwake(): Promise<void> {
    const lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
    this.#call.on('over', () => void lock?.release());
  }

  #refresh(desk: Titled): void {
    const { state } = this.#call;
    const talking = state.phase === 'talking';
    mark(this.node, 'talking', talking);
    this.#stage.refresh();
    if (talking || this.#call.isOver) this.#stage.overlay();
    else this.#stage.overlay(this.#waiting.node);
    this.#waiting.refresh();
    this.#consent.refresh();
    this.#statement.refresh();
    const { agent } = state;
    setText(this.#title, agent ? (words) => words.customer.answered(agent) : nameOf(desk));
    this.#stage.notices(noticesOf(this.#call));
  }

  #tick(): void {
    const { answeredAt } = this.#call.state;
    setText(this.#length, answeredAt ? span(this.#call.now() - answeredAt) : '');
    this.#waiting.refresh();
  }

  #over(then: () => void): void {
    this.#stop();
    this.#local?.close();
    then();
  }
}
