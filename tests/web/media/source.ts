// A camera and a microphone that can be measured: pictures with the mark, and beeps.

import { drawMark } from './mark';

export const WIDTH = 640;
export const HEIGHT = 360;

/** The UNIX clock with fractions of a millisecond. */
export const wallTime = (): number => performance.timeOrigin + performance.now();

/** Instants at which a beep was made, in UNIX milliseconds. */
export const beeps: number[] = [];

/** When each picture was taken, in UNIX milliseconds, and its number, by which it can be drawn again. */
export const shots: [number, number][] = [];

/** A stream as a camera and a microphone would give it, with a beep every `period` milliseconds. */
export async function markedStream(fps: number, period: number): Promise<MediaStream> {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  const [track] = canvas.captureStream(0).getVideoTracks() as CanvasCaptureMediaStreamTrack[];
  if (!track) throw new Error('the canvas gives no track');
  let due = performance.now();
  let count = 0;
  const shoot = () => {
    drawScene(context, count);
    const instant = wallTime();
    drawMark(context, instant);
    shots.push([instant, count++]);
    track.requestFrame();
    due = Math.max(due + 1000 / fps, performance.now());
    if (track.readyState === 'live') setTimeout(shoot, due - performance.now());
  };
  shoot();
  return new MediaStream([track, await microphone(period)]);
}

/** Something that moves, so that pictures cost what pictures of people do; the mark is not in it. */
export function drawScene(context: CanvasRenderingContext2D, count: number): void {
  context.fillStyle = '#456';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  for (let i = 0; i < 24; i++) {
    context.fillStyle = `hsl(${(i * 37 + count) % 360} 50% 50%)`;
    context.fillRect(((i * 61 + count * (1 + (i % 4))) % (WIDTH + 60)) - 60, 60 + ((i * 47) % (HEIGHT - 110)), 60, 46);
  }
}

async function microphone(period: number): Promise<MediaStreamTrack> {
  const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' });
  await context.resume();
  await context.audioWorklet.addModule('mouth.js');
  const mouth = new AudioWorkletNode(context, 'mouth', { numberOfInputs: 0, outputChannelCount: [1], processorOptions: { period } });
  mouth.port.onmessage = ({ data }: MessageEvent<number>) => void beeps.push(data);
  const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  mouth.connect(out);
  const [track] = out.stream.getAudioTracks();
  if (!track) throw new Error('the microphone gives no track');
  return track;
}
