import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureClock, SoundLine } from '../../src/media/publish/clock';

test('two tracks whose timestamps begin elsewhere end on one clock', () => {
  const pictures = new CaptureClock();
  const sound = new CaptureClock();
  // Both captured at 1000, 1020, …; pictures come up to 7 ms later, sound when its 10 ms are over.
  for (let i = 0; i <= 50; i++) {
    pictures.arrive(i * 20, 0, 1_000 + i * 20 + ((i * 3) % 8));
    sound.arrive(5_000_000 + i * 20, 10, 1_010 + i * 20);
  }
  assert.equal(pictures.instant(1_000), 2_000);
  assert.equal(sound.instant(5_001_000), 2_000);
});

test('a few wrong timestamps change nothing', () => {
  const clock = new CaptureClock();
  for (let i = 0; i < 100; i++) clock.arrive(i < 5 ? 900 + i * 20 : i * 20, 0, 500 + i * 20);
  assert.equal(clock.instant(2_000), 2_500);
});

test('a clock that drifts is followed', () => {
  const clock = new CaptureClock();
  // The track's clock is one in a thousand slow.
  for (let now = 0; now <= 60_000; now += 20) clock.arrive(now * 0.999, 0, now);
  const off = Math.abs((clock.instant(60_000 * 0.999) ?? 0) - 60_000);
  assert.ok(off <= 2, `${off} ms off`);
});

test('another track begins anew', () => {
  const clock = new CaptureClock();
  assert.equal(clock.instant(1), undefined);
  clock.arrive(0, 0, 500);
  clock.restart();
  assert.equal(clock.instant(0), undefined);
  clock.arrive(90_000, 0, 600);
  assert.equal(clock.instant(90_000), 600);
});

test('packets of sound follow each other evenly, and a pause is a step', () => {
  const line = new SoundLine();
  const times = [0, 23, 39, 62, 78].map((instant) => line.time(instant, 20));
  for (const [i, time] of times.entries()) assert.ok(Math.abs(time - i * 20) < 1, `${time}`);
  assert.equal(line.time(500, 20), 500);
});
