// The agent's note, kept while it is written.

import { el, setText } from '../../ui/el';

/** So long after the last key it is kept, in milliseconds. */
const PAUSE = 800;

export class NoteEditor {
  readonly node: HTMLElement;
  readonly #keep: (text: string) => Promise<void>;
  readonly #text = el('textarea', {
    class: 'note', name: (words) => words.console.note, placeholder: (words) => words.console.notePlaceholder, attrs: { rows: 4, maxlength: 4000 },
  });
  readonly #fate = el('span', { class: 'soft', attrs: { role: 'status' } });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #kept: string;

  constructor(keep: (text: string) => Promise<void>, before = '') {
    this.#keep = keep;
    this.#kept = before;
    this.#text.value = before;
    const head = el('div', { class: 'card-head' }, el('h3', { text: (words) => words.console.note }), this.#fate);
    this.node = el('section', { class: 'card note-card', name: (words) => words.console.note }, head, this.#text);
    this.#text.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.save(), PAUSE);
    });
    this.#text.addEventListener('blur', () => void this.save());
  }

  /** Keeps it now, if it has changed. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    const text = this.#text.value;
    if (text === this.#kept) return;
    setText(this.#fate, (words) => words.console.noteSaving);
    try {
      await this.#keep(text);
      this.#kept = text;
      setText(this.#fate, (words) => words.console.noteSaved);
    } catch {
      setText(this.#fate, (words) => words.console.noteFailed);
    }
  }
}
