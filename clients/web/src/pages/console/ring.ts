// How an offer is heard and seen from another window.

import { after } from '../../signal/clock';
import { type Say, said } from '../../ui/language';

let context: AudioContext | undefined;

/** Lets the page sound later; to be called in a click. */
export function wake(): void {
  context ??= new AudioContext();
  void context.resume();
}

/** Two tones, as a telephone's bell has them. */
function bell(): void {
  if (context?.state !== 'running') return;
  for (const [start, frequency] of [[0, 659], [0.18, 784], [0.5, 659], [0.68, 784]] as const) tone(context, context.currentTime + start, frequency);
}

function tone(audio: AudioContext, at: number, frequency: number): void {
  const oscillator = new OscillatorNode(audio, { frequency, type: 'triangle' });
  const gain = new GainNode(audio, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.22, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.32);
}

/** Rings until what comes back is called; the window's title changes meanwhile. */
export function ring(title: Say): () => void {
  const before = document.title;
  let rings = true;
  let count = 0;
  const next = (): void => {
    if (!rings) return;
    if (count % 3 === 0) bell();
    document.title = count % 2 === 0 ? `☎ ${said(title)}` : before;
    count += 1;
    after(800, next);
  };
  next();
  return () => {
    rings = false;
    document.title = before;
  };
}
