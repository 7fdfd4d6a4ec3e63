import assert from 'node:assert/strict';
import test from 'node:test';
import { RoundTrips } from '../../src/media/publish/round-trips';

test('a round trip is usual up to 60 ms more than the shortest', () => {
  const trips = new RoundTrips();
  trips.take(100, 0);
  trips.take(150, 1_000);
  assert.deepEqual([trips.now, trips.usual], [150, 150]);
  trips.take(400, 2_000);
  assert.deepEqual([trips.now, trips.usual, trips.growth], [400, 160, 300]);
});

test('a road that has become longer is believed after 10 s', () => {
  const trips = new RoundTrips();
  trips.take(100, 0);
  for (let now = 1_000; now < 10_000; now += 1_000) trips.take(400, now);
  assert.equal(trips.usual, 160);
  for (let now = 10_000; now <= 13_000; now += 1_000) trips.take(400, now);
  assert.equal(trips.usual, 400);
});
