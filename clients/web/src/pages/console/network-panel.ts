// How the network is, in words, figures and a plot of the last minutes.

import type { AgentCall } from '../../call/agent-call';
import type { PlayStats, PublishStats } from '../../media/types';
import type { Quality } from '../../signal/says';
import { el, setText } from '../../ui/el';
import { Plot, Series } from '../../ui/plot';

/** Two minutes of seconds. */
const ROOM = 120;

export class NetworkPanel {
  readonly node: HTMLElement;
  readonly #call: AgentCall;
  readonly #own = el('span', { class: 'pill' });
  readonly #theirs = el('span', { class: 'pill' });
  readonly #up = el('span', { class: 'number' });
  readonly #down = el('span', { class: 'number' });
  readonly #round = el('span', { class: 'number' });
  readonly #loss = el('span', { class: 'number' });
  readonly #rates = { up: new Series(ROOM), down: new Series(ROOM), plot: new Plot(['a', 'b'], 200) };
  readonly #delays = { round: new Series(ROOM), loss: new Series(ROOM), plot: new Plot(['a', 'b'], 50) };
  #published: PublishStats | undefined;

  constructor(call: AgentCall) {
    this.#call = call;
    const side = (name: 'ownSide' | 'otherSide', word: HTMLElement) =>
      el('div', { class: 'net-side' }, el('span', { class: 'soft', text: (words) => words.console[name] }), word);
    const figure = (name: 'up' | 'down' | 'delay' | 'loss', value: HTMLElement, key: string) =>
      el('span', { class: `figure ${key}` }, el('span', { class: 'soft', text: (words) => words.console[name] }), value);
    const rates = el('div', { class: 'net-plot' }, el('div', { class: 'figures' }, figure('up', this.#up, 'a'), figure('down', this.#down, 'b')), this.#rates.plot.node);
    const delays = el('div', { class: 'net-plot' }, el('div', { class: 'figures' }, figure('delay', this.#round, 'a'), figure('loss', this.#loss, 'b')), this.#delays.plot.node);
    this.node = el('section', { class: 'card network', name: (words) => words.console.network },
      el('div', { class: 'net-sides' }, side('ownSide', this.#own), side('otherSide', this.#theirs)), el('div', { class: 'net-plots' }, rates, delays));
    call.on('published', (stats) => (this.#published = stats));
    call.on('played', (stats) => this.#second(stats));
    call.on('change', () => this.#words());
    call.on('quality', () => this.#words());
    this.#words();
    for (const value of [this.#up, this.#down, this.#round, this.#loss]) setText(value, '–');
  }

  #words(): void {
    const { state, quality } = this.#call;
    grade(this.#own, quality);
    grade(this.#theirs, state.caller.quality);
  }

  #second(played: PlayStats): void {
    const up = this.#published?.kbps;
    const round = this.#published?.rttMs ?? played.rttMs;
    this.#rates.up.push(up);
    this.#rates.down.push(played.kbps);
    this.#delays.round.push(round);
    this.#delays.loss.push(played.lostPercent);
    this.#rates.plot.draw([this.#rates.up, this.#rates.down]);
    this.#delays.plot.draw([this.#delays.round, this.#delays.loss]);
    setText(this.#up, up === undefined ? '–' : `${Math.round(up)} kbit/s`);
    setText(this.#down, `${Math.round(played.kbps)} kbit/s`);
    setText(this.#round, round === undefined ? '–' : `${Math.round(round)} ms`);
    setText(this.#loss, `${played.lostPercent.toFixed(1)} %`);
  }
}

function grade(pill: HTMLElement, quality: Quality): void {
  pill.className = `pill ${{ good: 'good', poor: 'warn', bad: 'bad' }[quality]}`;
  setText(pill, (words) => words.common.quality[quality]);
}
