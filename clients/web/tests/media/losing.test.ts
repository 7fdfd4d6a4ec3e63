import assert from 'node:assert/strict';
import test from 'node:test';
import { connections, Losing } from '../../src/media/publish/losing';

/** Whether loss goes on at each tenth of a second. */
function look(samples: [loss: number, growth: number][]): boolean[] {
  const losing = new Losing();
  return samples.map(([loss, growth], at) => losing.goesOn(loss, growth, at * 100));
}

test('loss that goes on for a while is believed, a little loss is not', () => {
  const goesOn = look(Array.from({ length: 10 }, (_, at) => [0.02 + at / 200, 40]));
  assert.deepEqual(goesOn, [...Array(8).fill(false), true, true]);
  assert.ok(!look(Array(20).fill([0.014, 0])).includes(true));
});

test('a link that is full loses, and more connections would only fill it', () => {
  assert.ok(!look(Array(20).fill([0.2, 81])).includes(true));
  const full: [number, number][] = Array(10).fill([0.1, 200]);
  const free: [number, number][] = Array(8).fill([0.1, 60]);
  assert.ok(!look([...full, ...free]).includes(true), 'from then on it counts anew');
});

test('what was lost once and is being forgotten does not go on', () => {
  assert.ok(!look(Array.from({ length: 40 }, (_, at) => [0.15 * 0.985 ** at, 0])).includes(true));
});

test('the longer a round trip is and the more is lost, the more connections', () => {
  const cases: [number, number, number][] = [
    [0.02, 20, 3], [0.05, 100, 5], [0.1, 100, 8], [0.2, 100, 15], [0.3, 100, 20], [0.1, 200, 16], [0.5, 300, 20],
  ];
  assert.deepEqual(cases.map(([loss, roundTrip]) => connections(loss, roundTrip)), cases.map(([, , count]) => count));
});
