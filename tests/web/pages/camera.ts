// A camera and a microphone that can be told apart: pictures with the mark of their instant, and a tone.

import { drawMark } from '../media/mark';

const WIDTH = 640;
const HEIGHT = 360;
const FPS = 30;

/** A stream as a camera and a microphone would give it, whose tone has this frequency. */
export async function camera(hz: number): Promise<MediaStream> {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  const [track] = canvas.captureStream(0).getVideoTracks() as CanvasCaptureMediaStreamTrack[];
  if (!track) throw new Error('the canvas gives no track');
  let count = 0;
  const shoot = (): void => {
    draw(context, count++, hz);
    drawMark(context, performance.timeOrigin + performance.now());
    track.requestFrame();
    if (track.readyState === 'live') setTimeout(shoot, 1000 / FPS);
  };
  shoot();
  return new MediaStream([track, await tone(hz)]);
}

/** A room with somebody in it who moves a little; each person has a colour. */
function draw(context: CanvasRenderingContext2D, count: number, hue: number): void {
  const sway = Math.sin(count / 20) * 8;
  const wall = context.createLinearGradient(0, 0, 0, HEIGHT);
  wall.addColorStop(0, `hsl(${hue % 360} 22% 72%)`);
  wall.addColorStop(1, `hsl(${hue % 360} 18% 48%)`);
  context.fillStyle = wall;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = `hsl(${(hue + 140) % 360} 30% 36%)`;
  context.beginPath();
  context.ellipse(320 + sway, 372, 150, 120, 0, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = '#d9b090';
  context.beginPath();
  context.ellipse(320 + sway * 1.5, 190, 62, 78, 0, 0, 2 * Math.PI);
  context.fill();
}

async function tone(frequency: number): Promise<MediaStreamTrack> {
  const context = new AudioContext({ sampleRate: 48_000 });
  await context.resume();
  const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  const oscillator = new OscillatorNode(context, { frequency });
  oscillator.connect(new GainNode(context, { gain: 0.3 })).connect(out);
  oscillator.start();
  const [track] = out.stream.getAudioTracks();
  if (!track) throw new Error('the microphone gives no track');
  return track;
}
