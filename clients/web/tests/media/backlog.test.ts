import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backlog } from '../../src/media/publish/backlog';

test('first what no picture needs is left out, then everything until the queue is short', () => {
  const backlog = new Backlog();
  backlog.roundTrip(100);
  assert.equal(backlog.verdict(0), 'send');
  const first = backlog.add(5_000, 0);
  const second = backlog.add(1_000, 30);
  assert.deepEqual([backlog.bytes, backlog.age(200)], [6_000, 200]);
  assert.equal(backlog.verdict(200), 'send', 'a round trip is no delay');
  assert.equal(backlog.verdict(230), 'references');
  assert.equal(backlog.verdict(401), 'none');
  backlog.remove(first);
  assert.equal(backlog.verdict(250), 'none', 'still too much');
  backlog.remove(second);
  assert.equal(backlog.verdict(410), 'send');
});

test('another connection has no past', () => {
  const backlog = new Backlog();
  backlog.add(1, 0);
  assert.equal(backlog.verdict(10_000), 'none');
  backlog.restart();
  assert.deepEqual([backlog.verdict(10_000), backlog.age(10_000)], ['send', 0]);
});
