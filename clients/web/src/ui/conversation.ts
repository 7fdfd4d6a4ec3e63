// What is said beside the pictures: the log, and a place to write.

import type { PartyCall } from '../call/party-call';
import { SignalError } from '../signal/error';
import { button, iconButton } from './button';
import { el, mark, show } from './el';
import type { Audience } from './entry-line';
import { ACCEPT, fitting } from './picture';
import { problem } from './problem';
import { toast } from './toast';
import { Transcript, waitingItem } from './transcript';

/** What the edge takes, in bytes of UTF-8. */
const LONGEST = 4096;

/** The place to write grows with its text, so many pixels at most. */
const TALLEST = 140;

/** Control characters that no client shows; the edge refuses them. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

interface Failed {
  text: string;
  error: SignalError;
}

/** The conversation of one call. */
export class Conversation {
  readonly node: HTMLElement;
  /** Told of each message of the other side that comes while nobody looks. */
  onUnread: (count: number) => void = () => {};
  readonly #call: PartyCall;
  readonly #transcript: Transcript;
  readonly #write = el('textarea', {
    class: 'write', name: (words) => words.log.write, placeholder: (words) => words.log.write, attrs: { rows: 1, enterkeyhint: 'send' },
  });
  readonly #composer: HTMLFormElement;
  #failed: Failed[] = [];
  #unread = 0;
  #looked = true;

  constructor(call: PartyCall, audience: Audience) {
    this.#call = call;
    this.#transcript = new Transcript({ edge: call.edge, call: call.call, me: call.me, audience });
    this.#composer = this.#makeComposer();
    this.node = el('section', { class: 'conversation', name: (words) => words.log.name }, this.#transcript.node, this.#composer);
    for (const entry of call.entries) this.#transcript.add(entry);
    call.on('entry', ({ entry, fresh }) => {
      this.#transcript.add(entry);
      if (fresh && 'from' in entry && entry.from === call.peer) this.#came();
    });
    call.on('change', () => this.#refresh());
    call.on('refused', ({ command, error }) => command.type === 'text' && this.#fail(command.text, error));
    this.#refresh();
  }

  /** Whether somebody looks at it. */
  set looked(looked: boolean) {
    this.#looked = looked;
    if (!looked) return;
    this.#unread = 0;
    this.onUnread(0);
    this.#transcript.toEnd();
  }

  /** Puts words where they can be changed before they are sent. */
  suggest(text: string): void {
    this.#write.value = this.#write.value ? `${this.#write.value} ${text}` : text;
    this.#grow();
    this.#write.focus();
  }

  #came(): void {
    if (this.#looked) return;
    this.#unread += 1;
    this.onUnread(this.#unread);
  }

  #makeComposer(): HTMLFormElement {
    const file = el('input', { class: 'file', name: (words) => words.log.picture, attrs: { type: 'file', accept: ACCEPT, tabindex: -1 } });
    const picture = iconButton({ say: (words) => words.log.picture, icon: 'picture', kind: 'quiet', press: () => file.click() });
    const send = iconButton({ say: (words) => words.log.send, icon: 'send', kind: 'primary', press: () => this.#send() });
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      file.value = '';
      if (chosen) void this.#picture(chosen);
    });
    this.#write.addEventListener('input', () => this.#grow());
    this.#write.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.#write.addEventListener('paste', (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
      if (pasted) void this.#picture(pasted);
    });
    return el('form', { class: 'composer', on: { submit: (event) => event.preventDefault() } }, file, picture, this.#write, send);
  }

  #grow(): void {
    this.#write.style.setProperty('height', 'auto');
    // Its border is part of its height, and not of what scrolls.
    this.#write.style.setProperty('height', `${Math.min(this.#write.scrollHeight + 2, TALLEST)}px`);
    mark(this.#write, 'tall', this.#write.scrollHeight > TALLEST);
  }

  #send(): void {
    const text = this.#write.value.replace(CONTROL, '').trim();
    if (!text) return;
    if (new TextEncoder().encode(text).length > LONGEST) return toast((words) => words.log.tooLong, 'bad');
    this.#write.value = '';
    this.#grow();
    this.#say(text);
    this.#transcript.toEnd();
  }

  #say(text: string): void {
    this.#call.text(text).catch((error: SignalError) => this.#fail(text, error));
  }

  #fail(text: string, error: SignalError): void {
    // Closed with the page, it is kept and said by the next one.
    if (error.code === 'closed') return;
    this.#failed.push({ text, error });
    this.#refresh();
  }

  async #picture(file: File): Promise<void> {
    const picture = await fitting(file);
    if (!picture) return toast((words) => words.log.onlyPictures, 'bad');
    await this.#call.picture(picture).catch((error) => toast(problem(error), 'bad'));
  }

  #refresh(): void {
    const { phase } = this.#call.state;
    show(this.#composer, !this.#call.isOver && phase !== 'new');
    const pending = this.#call.pending.filter((command) => command.type === 'text' || command.type === 'image');
    const items = pending.map((command) => {
      const content = command.type === 'text' ? words(command.text) : words(command.image.type);
      return waitingItem(content, el('span', { text: (say) => say.log.sending }));
    });
    this.#transcript.waiting([...items, ...this.#failed.map((failed) => this.#failedItem(failed))]);
  }

  #failedItem(failed: Failed): HTMLLIElement {
    const again = button({
      say: (words) => words.common.retry, icon: 'retry', kind: 'quiet',
      press: () => {
        this.#failed = this.#failed.filter((other) => other !== failed);
        this.#say(failed.text);
      },
    });
    const why = el('span', { class: 'bad', text: (say) => say.log.failed, attrs: { title: failed.error.detail } });
    return waitingItem(words(failed.text), el('span', {}, why, !this.#call.isOver && again));
  }
}

function words(text: string): HTMLElement {
  return el('p', { class: 'words', text, attrs: { dir: 'auto' } });
}
