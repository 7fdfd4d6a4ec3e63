import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogCursor } from '../../src/signal/log-cursor';

test('what is missing is asked for once', () => {
  const log = new LogCursor(2);
  assert.equal(log.hello(2), false);
  assert.ok(log.current);
  assert.equal(log.entry(3), 'next');
  assert.equal(log.entry(5), 'ask');
  assert.equal(log.entry(6), 'drop');
  assert.equal(log.entry(4), 'next');
  assert.equal(log.entry(5), 'next');
  assert.equal(log.entry(5), 'drop');
  assert.equal(log.hello(9), true);
  assert.ok(!log.current);
  assert.equal(log.entry(9), 'drop');
});

test('whatever arrives, each entry comes out once and in order', () => {
  for (let seed = 1; seed < 200; seed++) {
    const log = new LogCursor(0);
    let random = seed;
    let expected = 1;
    for (let n = 0; n < 200; n++) {
      random = (random * 48271) % 0x7fffffff;
      const seq = 1 + (random % 20);
      if (log.entry(seq) === 'next') assert.equal(seq, expected++);
    }
    assert.equal(log.last, expected - 1);
  }
});
