import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wait } from '../../src/signal/backoff';

test('it grows to a bound', () => {
  assert.equal(wait(0, 1), 0);
  assert.equal(wait(1, 1), 100);
  assert.equal(wait(2, 1), 200);
  assert.equal(wait(2, 0), 100);
  assert.equal(wait(1e9, 1), 3000);
  assert.equal(wait(3, 7), 400);
});
