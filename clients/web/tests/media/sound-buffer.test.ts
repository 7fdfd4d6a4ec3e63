import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoundBuffer } from '../../src/media/play/sound-buffer';

const RATE = 48_000;
const PACKET = 960;

/** A tone of 500 Hz from this instant on, in milliseconds. */
function tone(time: number): Float32Array {
  return Float32Array.from({ length: PACKET }, (_, i) => Math.sin(2 * Math.PI * 500 * (time / 1000 + i / RATE)) * 0.5);
}

/**
 * Plays packets that arrive when they do, in steps of the output's blocks, of which it takes so many at once, by a clock that is so much ahead of theirs; what was
 * given, sample by sample.
 */
function run(buffer: SoundBuffer, arrivals: { time: number; at: number }[], end: number, { burst = 1, clock = 0 } = {}): Float32Array {
  const out = new Float32Array(Math.floor((end / 1000) * RATE / 128) * 128);
  const coming = [...arrivals].sort((a, b) => a.at - b.at);
  for (let block = 0; block < out.length; block += 128) {
    const now = (Math.floor(block / (128 * burst)) * 128 * burst / RATE) * 1000;
    while (coming[0] && coming[0].at <= now) {
      const { time } = coming.shift() ?? { time: 0 };
      buffer.push(time, tone(time), RATE, clock + now);
    }
    buffer.pull(out.subarray(block, block + 128), clock + now);
  }
  return out;
}

const even = (count: number, delay = 30) => Array.from({ length: count }, (_, i) => ({ time: i * 20, at: i * 20 + delay }));
const steps = (out: Float32Array) => out.reduce((most, sample, i) => Math.max(most, Math.abs(sample - (out[i - 1] ?? sample))), 0);
/** Milliseconds, ten at a time, in which less than half of the tone is there. */
const weak = (out: Float32Array) => {
  const parts = Array.from({ length: out.length / 480 }, (_, i) => out.subarray(i * 480, (i + 1) * 480));
  return 10 * parts.filter((part) => Math.hypot(...part) < 0.25 * Math.sqrt(240)).length;
};
const silent = (out: Float32Array) => out.filter((sample) => Math.abs(sample) < 1e-6).length / RATE * 1000;

test('even sound comes out whole, soon, and where its clock says', () => {
  const buffer = new SoundBuffer(RATE);
  const out = run(buffer, even(100), 2_000);
  assert.ok(silent(out) < 100, `${silent(out)} ms of silence`);
  assert.ok(steps(out) < 0.05, `a step of ${steps(out)}`);
  const position = buffer.position ?? 0;
  assert.ok(Math.abs(2_000 - position - 30 - buffer.level) < 25, `${position} and ${buffer.level} wait`);
  assert.ok(buffer.level < 60, `${buffer.level} ms wait`);
});

test('a lost packet is a short fade and no click, and nothing moves', () => {
  const arrivals = even(100).filter(({ time }) => time !== 1_000);
  const out = run(new SoundBuffer(RATE), arrivals, 2_000);
  assert.ok(steps(out) < 0.15, `a step of ${steps(out)}`);
  assert.ok(silent(out) < 110, `${silent(out)} ms of silence`);
});

test('uneven arrivals make more wait, and it is let go again', () => {
  const buffer = new SoundBuffer(RATE);
  const uneven = Array.from({ length: 300 }, (_, i) => ({ time: i * 20, at: i * 20 + 30 + (i < 150 && i % 7 === 0 ? 90 : 0) }));
  run(buffer, uneven.slice(0, 150), 3_000);
  const raised = buffer.target;
  assert.ok(raised >= 80, `${raised} ms are meant to wait`);
  const late = Array.from({ length: 600 }, (_, i) => ({ time: 3_000 + i * 20, at: i * 20 }));
  const out = run(buffer, late, 12_000);
  assert.ok(buffer.target < raised - 30, `${buffer.target} ms are meant to wait`);
  assert.ok(steps(out) < 0.15, `a step of ${steps(out)}`);
});

test('what came in one burst is caught up with, faster but without a jump', () => {
  const buffer = new SoundBuffer(RATE);
  const burst = even(400).map(({ time, at }) => ({ time, at: at > 1_000 && at < 1_300 ? 1_300 : at }));
  const out = run(buffer, burst, 8_000);
  assert.ok(buffer.level < buffer.target + 25, `${buffer.level} ms wait, ${buffer.target} are meant to`);
  assert.ok(steps(out.subarray(RATE * 2)) < 0.08, 'no jump afterwards');
});

test('after a long pause it is at live at once', () => {
  const buffer = new SoundBuffer(RATE);
  const arrivals = [...even(50), ...even(200).map(({ time }) => ({ time: time + 10_000, at: time + 3_000 }))];
  run(buffer, arrivals, 6_900);
  assert.ok(buffer.level < 100, `${buffer.level} ms wait`);
  assert.ok((buffer.position ?? 0) > 13_700);
});

test('sound that waits for its pictures does', () => {
  const buffer = new SoundBuffer(RATE);
  run(buffer, even(50), 1_000);
  const alone = buffer.target;
  assert.ok(alone >= 20, `${alone} ms`);
  buffer.wait = 100;
  assert.equal(buffer.target, alone + 100);
  run(buffer, Array.from({ length: 400 }, (_, i) => ({ time: 1_000 + i * 20, at: i * 20 })), 8_000);
  assert.ok(Math.abs(buffer.level - buffer.target) < 30, `${buffer.level} of ${buffer.target}`);
});

test('sound of another rate is played at its own', () => {
  const buffer = new SoundBuffer(RATE);
  for (let i = 0; i < 10; i++) buffer.push(i * 20, new Float32Array(441 * 2).fill(0.1), 44_100, 0);
  buffer.pull(new Float32Array(128), 100);
  const begin = buffer.position ?? 0;
  buffer.pull(new Float32Array(RATE / 100), 110);
  assert.ok(Math.abs((buffer.position ?? 0) - begin - 10) < 1, `from ${begin} to ${buffer.position}`);
});

test('one bad second makes little wait afterwards, and what it kept is caught up with between words', () => {
  const buffer = new SoundBuffer(RATE);
  // Three words in four packets, then a pause; all of the fifth second comes up to half a second late, in a burst.
  const spoken = (time: number) => (time % 240 < 180 ? tone(time) : new Float32Array(PACKET));
  const late = (time: number) => (time >= 4_000 && time < 4_500 ? 4_500 - time : 0);
  const coming = Array.from({ length: 400 }, (_, i) => ({ time: i * 20, at: i * 20 + 30 + late(i * 20) }));
  const behind: number[] = [];
  for (let now = 0, next = 0; now < 7_000; now += 128 / 48) {
    for (let packet = coming[next]; packet && packet.at <= now; packet = coming[++next]) buffer.push(packet.time, spoken(packet.time), RATE, now);
    buffer.pull(new Float32Array(128), now);
    if (now > 6_500) behind.push(now - (buffer.position ?? 0));
  }
  assert.ok(buffer.target < 150, `${buffer.target} ms are meant to wait`);
  assert.ok(Math.max(...behind) < 200, `${Math.max(...behind)} ms late`);
});

test('when sound ends there is silence', () => {
  const out = run(new SoundBuffer(RATE), even(50), 3_000);
  assert.ok(out.subarray(1.2 * RATE).every((sample) => Math.abs(sample) < 1e-6));
});

test('it begins as soon as is meant, whatever the clocks say', () => {
  const buffer = new SoundBuffer(RATE);
  const out = run(buffer, even(50), 1_000, { clock: 1.7e12 });
  assert.ok(silent(out) < 90, `${silent(out)} ms of silence`);
  assert.ok(steps(out) < 0.05, `a step of ${steps(out)}`);
});

test('a road that becomes much longer is taken for what it is', () => {
  const arrivals = even(500).map(({ time, at }) => ({ time, at: time < 4_000 ? at : at + 700 }));
  const out = run(new SoundBuffer(RATE), arrivals, 10_000).subarray(6 * RATE);
  assert.ok(silent(out) < 100, `${silent(out)} ms of silence`);
  assert.ok(steps(out) < 0.08, `a step of ${steps(out)}`);
});

test('an output that takes its blocks in bursts is waited for', () => {
  const out = run(new SoundBuffer(RATE), even(400), 8_000, { burst: 30 }).subarray(2 * RATE);
  assert.ok(weak(out) < 50, `${weak(out)} ms are weak`);
});
