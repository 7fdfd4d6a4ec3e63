import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rate } from '../../src/media/publish/rate';

test('it follows down at once and up after a pause', () => {
  const rate = new Rate(600_000, 32_000);
  assert.equal(rate.set(2_000_000, 0), undefined, 'no more than the ceiling');
  assert.equal(rate.set(332_000, 0), 300_000);
  assert.equal(rate.set(232_000, 100), undefined, 'too soon');
  assert.equal(rate.look(700), 200_000, 'the same word, later');
  assert.equal(rate.set(632_000, 1_400), undefined, 'too soon to go up');
  assert.equal(rate.look(2_200), 600_000);
  assert.equal(rate.set(0, 4_000), 80_000, 'no less than the floor');
});

test('small changes are none, and another connection begins anew', () => {
  const rate = new Rate(600_000, 0);
  assert.equal(rate.set(580_000, 0), undefined);
  assert.equal(rate.set(100_000, 0), 100_000);
  rate.restart();
  assert.deepEqual([rate.pictures, rate.limit], [600_000, undefined]);
});

test('a ceiling below the floor holds', () => {
  assert.equal(new Rate(50_000, 0).set(1, 0), undefined);
});
