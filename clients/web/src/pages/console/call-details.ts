// One finished call: its log, its note, its recordings.

import type { FinishedCall, Recording } from '../../signal/archive';
import type { Edge } from '../../signal/edge';
import { button, iconButton } from '../../ui/button';
import { el, fill } from '../../ui/el';
import { problem } from '../../ui/problem';
import { starsGiven } from '../../ui/stars';
import { clock, span } from '../../ui/time';
import { Transcript } from '../../ui/transcript';
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
  const films = el('section', { class: 'films', name: (words) => words.console.recordings });
  dialog.append(head, facts, ratingOf(call), el('div', { class: 'details-columns' }, log, el('div', { class: 'details-side' }, films, note.node)));
  dialog.addEventListener('close', () => {
    dialog.remove();
    void note.save().then(changed);
  });
  document.body.append(dialog);
  dialog.showModal();
  void showLog(edge, call, log);
  void showFilms(edge, call, films);
}

function ratingOf({ rating }: FinishedCall): HTMLElement {
  const words = rating?.comment && el('blockquote', { text: rating.comment, name: (say) => say.console.comment, attrs: { dir: 'auto' } });
  return el('div', { class: 'details-rating' }, rating && starsGiven(rating.stars), words);
}

async function showLog(edge: Edge, call: FinishedCall, place: HTMLElement): Promise<void> {
  const transcript = new Transcript({ edge, call: call.call, me: 'callee', audience: 'agent' });
  fill(place, el('h3', { text: (words) => words.console.logTab }), transcript.node);
  try {
    const { entries } = await edge.call(call.call);
    for (const entry of entries) transcript.add(entry);
  } catch (error) {
    fill(place, el('p', { class: 'soft', text: problem(error) }));
  }
}

async function showFilms(edge: Edge, call: FinishedCall, place: HTMLElement): Promise<void> {
  const title = el('h3', { text: (words) => words.console.recordings });
  try {
    // Still pictures stand in the log.
    const films = (await edge.recordings(call.call)).filter(({ path }) => path.endsWith('.mp4'));
    const again = button({ say: (words) => words.console.refresh, icon: 'retry', press: () => showFilms(edge, call, place) });
    if (films.some(({ url }) => url)) fill(place, title, ...films.map(film));
    else if (call.recorded) fill(place, title, el('p', { class: 'soft', text: (words) => words.console.recordingsLater }), again);
    else fill(place, title, el('p', { class: 'soft', text: (words) => words.console.noRecordings }));
  } catch (error) {
    fill(place, title, el('p', { class: 'soft', text: problem(error) }));
  }
}

function film(file: Recording): HTMLElement {
  const video = el('video', { attrs: { src: file.url, controls: true, preload: 'metadata', playsinline: true } });
  return el('figure', {}, video, el('figcaption', { class: 'soft', text: (words) => `${words.log[file.party ?? 'both']} · ${span(file.duration_ms)}` }));
}
