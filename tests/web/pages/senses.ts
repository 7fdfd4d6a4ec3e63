// Runs in every page of a story before its own scripts: gives it a camera and a microphone that can be measured, and senses
// for what it shows and sounds.

import { Eye } from '../media/eye';
import { camera } from './camera';

/** The loudest frequency, and how loud it is in decibels. */
interface Tone {
  hz: number;
  db: number;
}

const violations: string[] = [];
const notices: string[] = [];
const ears: AnalyserNode[] = [];
const eyes = new Map<string, Eye>();

/** Where pages show the other side. */
const OTHER = '.remote canvas, .remote video, .watch-picture canvas, .watch-picture video, #other canvas, #other video';

document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => violations.push(`${violatedDirective} ${blockedURI}`));

new MutationObserver((changes) => {
  const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
  const texts = added.filter((node): node is HTMLElement => node instanceof HTMLElement && node.matches('.notice'));
  notices.push(...texts.map((node) => node.textContent ?? ''));
}).observe(document, { subtree: true, childList: true });

declare const TONE: number;

if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () => camera(TONE);

// Whatever is sent to the loudspeaker is heard here, too.
const connect = AudioNode.prototype.connect as (this: AudioNode, ...to: unknown[]) => AudioNode;
AudioNode.prototype.connect = function (this: AudioNode, ...to: unknown[]) {
  if (to[0] instanceof AudioDestinationNode) {
    const ear = new AnalyserNode(this.context, { fftSize: 4096, smoothingTimeConstant: 0 });
    connect.call(this, ear);
    ears.push(ear);
  }
  return connect.apply(this, to);
} as typeof AudioNode.prototype.connect;

const senses = {
  /** How many marked pictures of the other side were seen since the last time, the middle of their delays, and the longest pause. */
  seen(where = OTHER): { pictures: number; delay: number; pause: number } {
    const eye = eyes.get(where) ?? new Eye(() => document.querySelector<HTMLCanvasElement | HTMLVideoElement>(where));
    eyes.set(where, eye);
    const { delays, pauseMs } = eye.take();
    delays.sort((a, b) => a - b);
    return { pictures: delays.length, delay: delays[Math.floor(delays.length / 2)] ?? NaN, pause: pauseMs };
  },
  /** The loudest tone of all. */
  heard(): Tone {
    return senses.tones().sort((a, b) => b.db - a.db)[0] ?? { hz: 0, db: -Infinity };
  },
  /** The loudest tone of each output that is open. */
  tones(): Tone[] {
    return ears.filter(({ context }) => context.state === 'running').map(loudest);
  },
  /** What was said over the pictures since the last time, however shortly. */
  noticed(): string[] {
    return notices.splice(0);
  },
  /** What the page's policy has stopped. */
  violations: () => violations,
};
Object.assign(window, { senses });

function loudest(ear: AnalyserNode): Tone {
  const levels = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(levels);
  const at = levels.indexOf(Math.max(...levels));
  return { hz: (at * ear.context.sampleRate) / ear.fftSize, db: levels[at] ?? -Infinity };
}
