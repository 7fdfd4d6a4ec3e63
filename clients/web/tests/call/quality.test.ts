import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOLD, QualityMeter } from '../../src/call/quality';
import type { PlayStats, PublishStats } from '../../src/media/types';

function published(at: number, more: Partial<PublishStats> = {}): PublishStats {
  return { at, kbps: 600, fps: 30, width: 640, height: 360, queueMs: 20, droppedPictures: 0, ...more };
}

function played(at: number, more: Partial<PlayStats> = {}): PlayStats {
  return { at, kbps: 600, fps: 30, width: 640, height: 360, jitterMs: 5, bufferMs: 60, lostPercent: 0, freezes: 0, frozenMs: 0, ...more };
}

test('worse is told after two seconds, better after five, and what flickers never', () => {
  const meter = new QualityMeter();
  const told: [number, string][] = [];
  const second = (n: number, queueMs: number) => {
    const quality = meter.published(published(n * 1000, { queueMs }));
    if (quality) told.push([n, quality]);
  };
  const queues = [20, 900, 20, 900, 20, 900, 900, 900, 20, 900, 20, 20, 20, 20, 20, 20];
  queues.forEach((queue, n) => second(n, queue));
  assert.deepEqual(told, [[6, 'poor'], [10 + HOLD.better - 1, 'good']]);
});

test('bad at once is bad, and a step on the way is the better of the two', () => {
  const meter = new QualityMeter();
  assert.equal(meter.published(published(0, { limitKbps: 100 })), undefined);
  assert.equal(meter.published(published(1000, { limitKbps: 100 })), 'bad');
  const mixed = new QualityMeter();
  mixed.published(published(0, { limitKbps: 100 }));
  assert.equal(mixed.published(published(1000, { limitKbps: 300 })), 'poor');
});

test('loss on the way here counts, what the other side sends badly does not', () => {
  const meter = new QualityMeter();
  for (let n = 0; n < 10; n++) assert.equal(meter.played(played(n * 1000, { freezes: n, frozenMs: n * 900, fps: 1 })), undefined);
  meter.played(played(10_000, { lostPercent: 20 }));
  assert.equal(meter.played(played(11_000, { lostPercent: 20 })), 'bad');
});

test('two sources in one second count as one, and stale ones not at all', () => {
  const meter = new QualityMeter();
  meter.published(published(0, { queueMs: 2000 }));
  assert.equal(meter.played(played(100, {})), undefined);
  assert.equal(meter.quality, 'good');
  for (let n = 4; n < 8; n++) assert.equal(meter.played(played(n * 1000)), undefined);
});

test('pictures left out are counted by the second, over connections', () => {
  const meter = new QualityMeter();
  meter.published(published(0, { droppedPictures: 100 }));
  meter.published(published(1000, { droppedPictures: 120 }));
  assert.equal(meter.published(published(2000, { droppedPictures: 140 })), 'bad');
  const again = new QualityMeter();
  again.published(published(0, { droppedPictures: 100 }));
  again.published(published(1000, { droppedPictures: 0 }));
  assert.equal(again.published(published(2000, { droppedPictures: 0 })), undefined);
});
