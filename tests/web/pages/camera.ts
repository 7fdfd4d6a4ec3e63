// A camera and a microphone that can be told apart: pictures with the mark of their instant, and a tone.

import { drawMark } from '../media/mark';

const WIDTH = 640;
const HEIGHT = 360;
const FPS = 30;

/** Samples per second, and in a block of 10 ms. */
const RATE = 48_000;
const BLOCK = 480;

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
  return new MediaStream([track, tone(hz)]);
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

/** A microphone that needs no click of a user, which an `AudioContext` does. */
function tone(frequency: number): MediaStreamTrack {
  const track = new MediaStreamTrackGenerator({ kind: 'audio' });
  const writer = track.writable.getWriter();
  let sample = 0;
  const begin = performance.now();
  const sing = (): void => {
    if (track.readyState !== 'live') return;
    for (; sample < ((performance.now() - begin) / 1000) * RATE; sample += BLOCK) void writer.write(block(frequency, sample)).catch(() => undefined);
    setTimeout(sing, 10);
  };
  sing();
  return track;
}

function block(frequency: number, sample: number): AudioData {
  const data = Float32Array.from({ length: BLOCK }, (_, n) => 0.3 * Math.sin((2 * Math.PI * frequency * (sample + n)) / RATE));
  return new AudioData({
    format: 'f32-planar', sampleRate: RATE, numberOfFrames: BLOCK, numberOfChannels: 1, timestamp: (sample / RATE) * 1e6, data,
  });
}
