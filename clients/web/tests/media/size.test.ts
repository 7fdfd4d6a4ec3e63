import assert from 'node:assert/strict';
import { test } from 'node:test';
import { even } from '../../src/media/publish/size';

test('sizes are even and keep their proportion below the limit', () => {
  assert.deepEqual(even(640, 360, 1280 * 720), { width: 640, height: 360 });
  assert.deepEqual(even(641, 361, 1280 * 720), { width: 640, height: 360 });
  assert.deepEqual(even(1920, 1080, 1280 * 720), { width: 1280, height: 720 });
  assert.deepEqual(even(1, 1, 100), { width: 2, height: 2 });
});
