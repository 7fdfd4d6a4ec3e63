import assert from 'node:assert/strict';
import test from 'node:test';
import { Backlog } from '../../src/media/publish/backlog';
import type { Flow } from '../../src/media/publish/flow';
import { Flows, leastWaiting } from '../../src/media/publish/flows';

/** A connection without a network. */
const flow = (bytes = 0) => ({ backlog: new Backlog(), bytes, waiting: 0, room: 1_200, failedAt: -Infinity, settle: () => undefined, close: () => undefined }) as unknown as Flow;

test('alone a connection carries all, with others it carries sound', () => {
  const [first, second] = [flow(), flow()];
  const flows = new Flows(first);
  assert.deepEqual([flows.forSound, ...flows.forPictures(0)], [first, first]);
  flows.add(second);
  assert.deepEqual([flows.forSound, ...flows.forPictures(0)], [first, second]);
  flows.remove(second);
  assert.deepEqual(flows.forPictures(0), [first]);
});

test('sound goes by another connection while datagrams wait in its own', () => {
  const [first, second, third] = [flow(), flow(), flow()];
  const flows = new Flows(first);
  for (const one of [second, third]) flows.add(one);
  [first.waiting, second.waiting, third.waiting] = [2, 1, 2];
  assert.equal(flows.forSound, second);
  second.waiting = 2;
  assert.equal(flows.forSound, first);
});

test('what has to come goes by the session itself, and sound that would wait for 300 ms does not go at all', () => {
  const [first, second] = [flow(), flow()];
  const flows = new Flows(first);
  flows.add(second);
  [first.waiting, second.waiting] = [15, 14];
  assert.deepEqual([flows.own, flows.forSound], [first, second]);
  second.waiting = 15;
  assert.equal(flows.forSound, undefined);
});

test('nothing is sent where too much waits everywhere', () => {
  const [one, other] = [flow(), flow()];
  [one.waiting, other.waiting] = [4, 3];
  assert.equal(leastWaiting([one, other], 4), other);
  other.waiting = 4;
  assert.equal(leastWaiting([one, other], 4), undefined);
});

test('datagrams that wait count as what is under way', () => {
  const [first, crowded, free] = [flow(), flow(), flow()];
  const flows = new Flows(first);
  for (const one of [crowded, free]) flows.add(one);
  crowded.waiting = 2;
  free.backlog.add(2_000, 0);
  assert.deepEqual(flows.forPictures(10), [free, crowded]);
});

test('a round trip that has grown by a queue does not make pictures late any later', () => {
  const flows = new Flows(flow());
  flows.roundTrip(100);
  flows.roundTrip(400);
  const [{ backlog }] = flows.forPictures(0);
  backlog.add(1, 0);
  assert.equal(flows.roundTripMs, 400);
  assert.deepEqual([280, 281].map((now) => backlog.verdict(now)), ['send', 'references']);
});

test('a picture goes where least is under way, and last where it would be late', () => {
  const [first, busy, free, late] = [flow(), flow(), flow(), flow()];
  const flows = new Flows(first);
  for (const one of [late, busy, free]) flows.add(one);
  flows.roundTrip(100);
  late.backlog.add(1, 0);
  busy.backlog.add(5_000, 290);
  assert.deepEqual(flows.forPictures(300), [free, busy, late]);
  assert.equal(flows.age(300), 300);
});

test('a connection where a picture was given up is the last choice for a while', () => {
  const [first, broken, busy] = [flow(), flow(), flow()];
  const flows = new Flows(first);
  for (const one of [broken, busy]) flows.add(one);
  broken.failedAt = 0;
  busy.backlog.add(5_000, 900);
  assert.deepEqual(flows.forPictures(1_000), [busy, broken]);
  assert.deepEqual(flows.forPictures(6_000)[0], broken);
});

test('what a lost connection has sent still counts', () => {
  const [first, second] = [flow(10), flow(5)];
  const flows = new Flows(first);
  flows.add(second);
  assert.equal(flows.bytes, 15);
  flows.remove(second);
  assert.equal(flows.bytes, 15);
});
