import assert from 'node:assert/strict';
import { test } from 'node:test';
import { even, Sizing } from '../../src/media/publish/size';

const TAKEN = { width: 640, height: 360 };

/** Looks twice a second, from one second on to another: the height, and one of how many is encoded. */
function held(sizing: Sizing, bitrate: number, from: number, to: number): [number, number] {
  let step = sizing.look(bitrate, TAKEN, 30, from * 1_000);
  for (let now = from * 1_000; now <= to * 1_000; now += 500) step = sizing.look(bitrate, TAKEN, 30, now);
  return [step.height, step.every];
}

test('sizes are even and keep their proportion below the limit', () => {
  assert.deepEqual(even(640, 360, 1280 * 720), { width: 640, height: 360 });
  assert.deepEqual(even(641, 361, 1280 * 720), { width: 640, height: 360 });
  assert.deepEqual(even(1920, 1080, 1280 * 720), { width: 1280, height: 720 });
  assert.deepEqual(even(1, 1, 100), { width: 2, height: 2 });
});

test('little makes pictures smaller at once', () => {
  const expected: [number, [number, number]][] = [
    [900_000, [360, 1]], [80_000, [360, 1]], [60_000, [270, 1]], [40_000, [180, 1]], [20_000, [180, 2]], [0, [180, 2]],
  ];
  for (const [bitrate, step] of expected) assert.deepEqual(held(new Sizing(), bitrate, 0, 0), step, `${bitrate}`);
});

test('more makes them larger once it has held', () => {
  const sizing = new Sizing();
  held(sizing, 50_000, 0, 0);
  assert.deepEqual(held(sizing, 70_000, 1, 60), [180, 1], 'not roomy');
  assert.deepEqual(held(sizing, 200_000, 61, 64), [180, 1], 'too soon');
  assert.deepEqual(held(sizing, 80_000, 65, 65), [180, 1], 'not held');
  assert.deepEqual(held(sizing, 200_000, 66, 69), [180, 1], 'from there');
  assert.deepEqual(held(sizing, 200_000, 70, 70), [360, 1], 'all at once');
  assert.deepEqual(held(sizing, 110_000, 71, 80), [360, 1], 'still enough');
});

test('who was too bold waits longer', () => {
  const sizing = new Sizing();
  held(sizing, 50_000, 0, 0);
  assert.deepEqual(held(sizing, 200_000, 1, 5), [360, 1]);
  assert.deepEqual(held(sizing, 50_000, 10, 10), [180, 1], 'too bold');
  assert.deepEqual(held(sizing, 200_000, 11, 18), [180, 1], 'not in 4 s');
  assert.deepEqual(held(sizing, 200_000, 19, 19), [360, 1], 'in 8 s');
  assert.deepEqual(held(sizing, 50_000, 40, 40), [180, 1], '21 s later');
  assert.deepEqual(held(sizing, 200_000, 41, 45), [360, 1], '4 s again');
  let at = 45;
  for (const wait of [8, 16, 32, 64, 64]) {
    held(sizing, 50_000, at, at);
    at += wait;
    assert.deepEqual(held(sizing, 200_000, at - wait, at - 1), [180, 1]);
    assert.deepEqual(held(sizing, 200_000, at, at), [360, 1], `${wait} s`);
  }
  at += 20;
  held(sizing, 50_000, at, at);
  assert.deepEqual(held(sizing, 200_000, at + 1, at + 32), [180, 1], 'half of it, for it lasted 20 s');
  assert.deepEqual(held(sizing, 200_000, at + 33, at + 33), [360, 1]);
});

test('a keyframe that takes long makes them smaller', () => {
  const sizing = new Sizing();
  held(sizing, 110_000, 0, 0);
  sizing.keyframe(4_000, TAKEN, 110_000);
  assert.deepEqual(held(sizing, 110_000, 1, 1), [360, 1], '291 ms');
  sizing.keyframe(6_000, TAKEN, 110_000);
  assert.deepEqual(held(sizing, 110_000, 2, 2), [270, 1], '436 and 245 ms');
  assert.deepEqual(held(sizing, 200_000, 3, 6), [270, 1], 'too soon');
  assert.deepEqual(held(sizing, 200_000, 7, 7), [360, 1], 'tried');
  sizing.keyframe(8_000, TAKEN, 200_000);
  assert.deepEqual(held(sizing, 200_000, 8, 15), [270, 1], '320 ms');
  assert.deepEqual(held(sizing, 200_000, 16, 16), [360, 1], 'tried again');
});

test('a keyframe makes them no fewer', () => {
  const sizing = new Sizing();
  held(sizing, 80_000, 0, 0);
  sizing.keyframe(60_000, TAKEN, 80_000);
  assert.deepEqual(held(sizing, 80_000, 0, 0), [180, 1], '6 and 1.5 s');
  sizing.keyframe(15_000, { width: 320, height: 180 }, 80_000);
  assert.deepEqual(held(sizing, 80_000, 1, 9), [180, 1], '1.5 s');
  assert.deepEqual(held(sizing, 30_000, 10, 10), [180, 2], 'too little');
});

test('a keyframe of another size says nothing', () => {
  const sizing = new Sizing();
  held(sizing, 80_000, 0, 0);
  sizing.keyframe(60_000, { width: 320, height: 180 }, 80_000);
  assert.deepEqual(held(sizing, 80_000, 1, 1), [360, 1]);
});

// As OpenH264 makes them: of four pictures' bits, whatever their size.
test('keyframes that grow with the bitrate keep no size', () => {
  const sizing = new Sizing();
  const heights = Array.from({ length: 80 }, (_, half) => {
    const bitrate = half < 20 ? 60_000 : 900_000;
    const step = sizing.look(bitrate, TAKEN, 30, half * 500);
    sizing.keyframe((bitrate * 4) / 30 / 8, step, bitrate);
    return step.height;
  });
  assert.equal(heights[19], 270);
  assert.deepEqual(new Set(heights.slice(28)), new Set([360]));
});

test('one smaller size does not follow another at once', () => {
  const sizing = new Sizing();
  assert.deepEqual(held(sizing, 60_000, 0, 0), [270, 1]);
  assert.deepEqual(held(sizing, 40_000, 1, 1), [270, 1], 'too soon');
  assert.deepEqual(held(sizing, 40_000, 2, 2), [180, 1]);
});

test('a size that is refused is no step', () => {
  const sizing = new Sizing();
  assert.equal(sizing.refuse(sizing.look(900_000, TAKEN, 30, 0)), undefined, 'there is nothing larger');
  const small = sizing.look(40_000, TAKEN, 30, 0);
  assert.deepEqual(sizing.refuse(small), { width: 480, height: 270, every: 1 });
  assert.equal(sizing.refuse(small), undefined, 'that is another one');
  assert.deepEqual(held(sizing, 40_000, 1, 9), [270, 2], 'the last resort');
  assert.deepEqual(sizing.refuse(sizing.look(40_000, TAKEN, 30, 10_000)), { ...TAKEN, every: 2 });
});

test('a keyframe of better times says nothing', () => {
  const sizing = new Sizing();
  held(sizing, 900_000, 0, 0);
  sizing.keyframe(20_000, TAKEN, 900_000);
  assert.deepEqual(held(sizing, 250_000, 0, 10), [360, 1]);
});

test('another size of what is taken begins anew', () => {
  const sizing = new Sizing();
  held(sizing, 50_000, 0, 0);
  const steps = [120_000, 80_000, 60_000, 40_000].map((bitrate, at) => sizing.look(bitrate, { width: 1280, height: 720 + (at % 2) * 2 }, 30, at));
  assert.deepEqual(steps.map(({ height }) => height), [540, 360, 270, 180]);
  assert.deepEqual(sizing.look(0, { width: 160, height: 120 }, 15, 9), { width: 160, height: 120, every: 2 });
});
