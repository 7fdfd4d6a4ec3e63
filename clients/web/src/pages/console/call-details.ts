// One finished call: its log, its note, its recordings.

import type { FinishedCall } from '../../signal/archive';
import type { Edge } from '../../signal/edge';
import { iconButton } from '../../ui/button';
import { el, fill } from '../../ui/el';
import { problem } from '../../ui/problem';
import { starsGiven } from '../../ui/stars';
import { clock, span } from '../../ui/time';
import { Transcript } from '../../ui/transcript';
import { Films } from './films';
import { NoteEditor } from './note-editor';

/** Shows it; `changed` when the note is another one. */
export function callDetails(edge: Edge, call: FinishedCall, changed: () => void): void {
  const dialog = el('dialog', { class: 'details', name: (words) => words.console.details });
  const close = iconButton({ say: (words) => words.common.close, icon: 'close', kind: 'quiet', press: () => dialog.close() });
  const length = call.answered_at ? span(call.ended_at - call.answered_at) : '–';
  const facts = el('p', { class: 'soft number', text: (words) => `${clock(call.answered_at ?? call.ended_at)} · ${length} · ${words.common.ended[call.reason]}` });
  const head = el('div', { class: 'card-head' }, el('h2', {}, el('bdi', { text: call.customer })), close);
  const note = new NoteEditor((text) => edge.note(call.call, text), call.note);
  const log = el('section', { class: 'details-log' });
  const films = new Films(edge, call);
  dialog.append(head, facts, ratingOf(call), el('div', { class: 'details-columns' }, log, el('div', { class: 'details-side' }, films.node, note.node)));
  dialog.addEventListener('close', () => {
    dialog.remove();
    void note.save().then(changed);
  });
  document.body.append(dialog);
  dialog.showModal();
  void showLog(edge, call, films, log);
  void films.show();
}

function ratingOf({ rating }: FinishedCall): HTMLElement {
  const words = rating?.comment && el('blockquote', { text: rating.comment, name: (say) => say.console.comment, attrs: { dir: 'auto' } });
  return el('div', { class: 'details-rating' }, rating && starsGiven(rating.stars), words);
}

async function showLog(edge: Edge, call: FinishedCall, films: Films, place: HTMLElement): Promise<void> {
  const transcript = new Transcript({ edge, call: call.call, me: 'callee', audience: 'agent', pick: (at) => films.jump(at) });
  fill(place, el('h3', { text: (words) => words.console.logTab }), transcript.node);
  try {
    const { entries } = await edge.call(call.call);
    for (const entry of entries) transcript.add(entry);
    films.chapters(entries);
  } catch (error) {
    fill(place, el('p', { class: 'soft', text: problem(error) }));
  }
}
