// A camera and a microphone that can be measured: pictures with the mark, and a beep at the start of each second.

import { drawMark } from './mark';

const WIDTH = 640;
const HEIGHT = 360;
const BEEP_HZ = 1_000;
const BEEP_S = 0.1;

/** The UNIX clock with fractions of a millisecond. */
export const wallTime = (): number => performance.timeOrigin + performance.now();

/** A stream as a camera and a microphone would give it. */
export async function markedStream(fps: number): Promise<MediaStream> {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  const [track] = canvas.captureStream(0).getVideoTracks() as CanvasCaptureMediaStreamTrack[];
  if (!track) throw new Error('the canvas gives no track');
  let due = performance.now();
  let count = 0;
  const shoot = () => {
    drawScene(context, count++);
    drawMark(context, wallTime());
    track.requestFrame();
    due = Math.max(due + 1000 / fps, performance.now());
    if (track.readyState === 'live') setTimeout(shoot, due - performance.now());
  };
  shoot();
  return new MediaStream([track, await beeps()]);
}

/** Something that moves, so that pictures cost what pictures of people do. */
function drawScene(context: CanvasRenderingContext2D, count: number): void {
  context.fillStyle = '#456';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  for (let i = 0; i < 24; i++) {
    context.fillStyle = `hsl(${(i * 37 + count) % 360} 50% 50%)`;
    context.fillRect(((i * 61 + count * (1 + (i % 4))) % (WIDTH + 60)) - 60, 60 + ((i * 47) % (HEIGHT - 110)), 60, 46);
  }
}

/** A beep in the first tenth of each second of the UNIX clock. */
async function beeps(): Promise<MediaStreamTrack> {
  const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' });
  await context.resume();
  const gain = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { frequency: BEEP_HZ });
  const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  tone.connect(gain).connect(out);
  tone.start();
  const plan = () => {
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
    const instant = performance.timeOrigin + performanceTime;
    for (let second = Math.ceil((instant + 100) / 1000); second < (instant + 2_200) / 1000; second++) {
      const at = contextTime + (second * 1000 - instant) / 1000;
      if (second <= planned) continue;
      planned = second;
      gain.gain.setValueAtTime(0.5, at);
      gain.gain.setValueAtTime(0, at + BEEP_S);
    }
  };
  let planned = 0;
  plan();
  setInterval(plan, 500);
  const [track] = out.stream.getAudioTracks();
  if (!track) throw new Error('the microphone gives no track');
  return track;
}
