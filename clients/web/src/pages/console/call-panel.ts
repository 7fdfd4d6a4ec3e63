// An agent's call: both pictures, what he can do, how the network is, and the messages.

import type { AgentCall } from '../../call/agent-call';
import type { DeskSettings } from '../../signal/desk';
import type { LocalMedia } from '../../media/local';
import { iconButton } from '../../ui/button';
import { Conversation } from '../../ui/conversation';
import { el, fill, setText, show } from '../../ui/el';
import { attempt } from '../../ui/problem';
import { deviceButtons, type Notice, Stage } from '../../ui/stage';
import { everySecond, span } from '../../ui/time';
import { toast } from '../../ui/toast';
import type { LineCard } from './line-card';
import { EvidencePanel } from './evidence-panel';
import { NetworkPanel } from './network-panel';
import { NoteEditor } from './note-editor';
import type { Place } from './place';
import { transferDialog } from './transfer-dialog';

export class CallPanel {
  readonly node: HTMLElement;
  /** Told when the call is over for this agent. */
  onOver: () => void = () => {};
  readonly #call: AgentCall;
  readonly #local: LocalMedia | undefined;
  readonly #stage: Stage;
  readonly #talk: Conversation;
  readonly #note: NoteEditor;
  readonly #evidence: EvidencePanel;
  readonly #title = el('h2', { class: 'call-title' });
  readonly #length = el('span', { class: 'soft number' });
  readonly #controls: HTMLElement;
  readonly #replies = el('div', { class: 'replies', name: (words) => words.console.quick, attrs: { role: 'group' } });
  readonly #stop: () => void;
  #customer: string | undefined;

  constructor(call: AgentCall, local: LocalMedia | undefined, place: Place, line: LineCard) {
    this.#call = call;
    this.#local = local;
    this.#stage = new Stage(call, local);
    this.#talk = new Conversation(call, 'agent');
    this.#note = new NoteEditor((text) => call.note(text));
    this.#evidence = new EvidencePanel(call);
    this.#controls = this.#makeControls(place, line);
    const head = el('div', { class: 'call-head' }, this.#title, this.#length);
    const below = el('div', { class: 'below' }, new NetworkPanel(call).node, this.#note.node);
    const left = el('div', { class: 'call-main' }, head, this.#stage.node, this.#controls, this.#evidence.node, below);
    this.node = el('section', { class: 'call-panel' }, left, el('div', { class: 'call-side' }, this.#talk.node, this.#replies));
    this.#stop = everySecond(() => this.#tick());
    call.on('change', () => this.#refresh());
    call.on('unable', () => toast((words) => words.media.unable, 'bad'));
    call.on('over', (error) => {
      this.#local?.close();
      if (error?.code === 'transferred') toast((words) => words.console.transferred);
      this.#refresh();
      this.onOver();
    });
    this.#refresh();
    call.open();
    void this.#name();
  }

  get isOver(): boolean {
    return this.#call.isOver;
  }

  /** What the desk allows, and what can be said with one click. */
  settings(settings: DeskSettings | undefined): void {
    this.#evidence.settings(settings);
    this.#quickReplies(settings?.quick_replies ?? []);
  }

  #quickReplies(list: string[]): void {
    const buttons = list.map((text) => {
      const node = el('button', { class: 'button small', attrs: { type: 'button', title: text } }, el('bdi', { text }));
      node.addEventListener('click', () => this.#talk.suggest(text));
      return node;
    });
    fill(this.#replies, ...buttons);
    show(this.#replies, list.length > 0);
  }

  /** Another one comes, or none: nothing of this one is left running. */
  leave(): void {
    this.#stop();
    void this.#note.save();
    this.#local?.close();
    this.#call.close();
  }

  /** Who called; the log does not say. */
  async #name(): Promise<void> {
    const view = await this.#call.edge.call(this.#call.call, Number.MAX_SAFE_INTEGER).catch(() => undefined);
    this.#customer = view?.caller;
    this.#refresh();
  }

  #makeControls(place: Place, line: LineCard): HTMLElement {
    const call = this.#call;
    const still = iconButton({
      say: (words) => words.console.still, icon: 'still', class: 'round',
      press: async () => {
        if (await attempt(() => call.still('caller'))) toast((words) => words.console.stillAsked);
      },
    });
    const transfer = iconButton({
      say: (words) => words.console.transfer, icon: 'transfer', class: 'round', press: () => transferDialog(call, place, line.rooms),
    });
    const end = iconButton({ say: (words) => words.console.hangUp, icon: 'end', kind: 'danger', class: 'round large', press: () => attempt(() => call.hangUp()) });
    const devices = this.#local ? deviceButtons(this.#local, () => this.#stage.refresh(), { screen: true }) : [];
    return el('div', { class: 'controls' }, ...devices, still, transfer, end);
  }

  #refresh(): void {
    const call = this.#call;
    const who = this.#customer;
    if (call.isOver) setText(this.#title, (words) => words.common.ended[call.state.end?.reason ?? 'hang_up']);
    else setText(this.#title, who ? (words) => words.console.withCustomer(who) : '');
    show(this.#controls, !call.isOver);
    show(this.#stage.node, !call.isOver);
    this.#evidence.refresh();
    this.node.classList.toggle('over', call.isOver);
    this.#stage.refresh();
    this.#stage.notices(noticesOf(call));
  }

  #tick(): void {
    const { answeredAt, end } = this.#call.state;
    if (answeredAt) setText(this.#length, span((end?.at ?? this.#call.now()) - answeredAt));
  }
}

function noticesOf(call: AgentCall): Notice[] {
  const { state, connection, publishing, quality } = call;
  const them = state.caller;
  const list: Notice[] = [];
  if (connection === 'lost' || publishing.state === 'lost') list.push({ say: (words) => words.customer.lost, icon: 'retry', kind: 'bad' });
  if (them.away) list.push({ say: (words) => words.customer.away, icon: 'warning', kind: 'bad' });
  else if (them.stalled) list.push({ say: (words) => words.customer.stalled, icon: 'warning', kind: 'bad' });
  else if (them.quality !== 'good') list.push({ say: (words) => words.customer[them.quality === 'bad' ? 'bad' : 'poor'], icon: 'warning' });
  if (quality !== 'good') list.push({ say: (words) => words.customer[quality === 'bad' ? 'ownBad' : 'ownPoor'], icon: 'warning' });
  if (them.recorded || state.callee.recorded) list.push({ say: (words) => words.customer.recording, icon: 'record', kind: 'recording' });
  return list;
}
