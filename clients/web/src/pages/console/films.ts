// The recordings of a finished call: played, and jumped through by what was said and read.

import type { FinishedCall, Recording } from '../../signal/archive';
import type { Edge } from '../../signal/edge';
import type { Entry } from '../../signal/says';
import { button } from '../../ui/button';
import { deletions } from '../../ui/deletion';
import { el, fill, show } from '../../ui/el';
import { problem } from '../../ui/problem';
import { span } from '../../ui/time';

/** What belongs to both parties comes first. */
const byWhom = (a: Recording, b: Recording): number => Number(a.party !== undefined) - Number(b.party !== undefined);

export class Films {
  readonly node = el('section', { class: 'films', name: (words) => words.console.recordings });
  readonly #edge: Edge;
  readonly #call: FinishedCall;
  readonly #chapters = el('ol', { class: 'chapters', name: (words) => words.console.chapters });
  #films: { file: Recording; video: HTMLVideoElement }[] = [];

  constructor(edge: Edge, call: FinishedCall) {
    this.#edge = edge;
    this.#call = call;
    show(this.#chapters, false);
  }

  /** Asks for the recordings, and again when somebody wants so. */
  async show(): Promise<void> {
    const title = el('h3', { text: (words) => words.console.recordings });
    const soft = (node: HTMLElement) => fill(this.node, title, node);
    try {
      // Still pictures stand in the log.
      const recordings = await this.#edge.recordings(this.#call.call);
      const files = recordings.filter(({ path, url }) => path.endsWith('.mp4') && url);
      const gone = deletions(recordings).map((text) => el('p', { class: 'soft', text }));
      this.#films = files.sort(byWhom).map((file) => ({ file, video: film(file) }));
      const again = button({ say: (words) => words.console.refresh, icon: 'retry', press: () => this.show() });
      if (files.length) fill(this.node, title, this.#chapters, ...this.#films.map(figure), ...gone, again);
      else if (gone.length) fill(this.node, title, ...gone);
      else if (this.#call.recorded) fill(this.node, title, el('p', { class: 'soft', text: (words) => words.console.recordingsLater }), again);
      else soft(el('p', { class: 'soft', text: (words) => words.console.noRecordings }));
    } catch (error) {
      soft(el('p', { class: 'soft', text: problem(error) }));
    }
  }

  /** One for each statement that was read. */
  chapters(entries: readonly Entry[]): void {
    const items = entries.flatMap((entry) => (entry.kind === 'prompt.begin' ? [this.#chapter(entry.at, `${entry.number}. ${entry.text}`)] : []));
    fill(this.#chapters, ...items);
    show(this.#chapters, items.length > 0);
  }

  /** Plays from this instant, in UNIX milliseconds: the first film that shows it. */
  jump(at: number): void {
    for (const { file, video } of this.#films) {
      const into = at - (file.started_at ?? Infinity);
      if (into < 0 || into > file.duration_ms) continue;
      for (const other of this.#films) other.video.pause();
      video.currentTime = into / 1000;
      video.scrollIntoView({ block: 'nearest' });
      void video.play().catch(() => undefined);
      return;
    }
  }

  #chapter(at: number, text: string): HTMLElement {
    return el('li', {}, button({ say: () => text, kind: 'quiet', class: 'small', press: () => this.jump(at) }));
  }
}

function film(file: Recording): HTMLVideoElement {
  return el('video', { attrs: { src: file.url, controls: true, preload: 'metadata', playsinline: true } });
}

function figure({ file, video }: { file: Recording; video: HTMLVideoElement }): HTMLElement {
  const caption = el('figcaption', { class: 'soft', text: (words) => `${words.log[file.party ?? 'both']} · ${span(file.duration_ms)}` });
  return el('figure', {}, video, caption);
}
