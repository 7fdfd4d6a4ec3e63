import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Jitter } from '../../src/media/play/jitter';
import { Schedule } from '../../src/media/play/schedule';
import { SoundClock } from '../../src/media/play/sound-clock';
import { Waiting } from '../../src/media/play/waiting';

function picture(name: string, closed: string[] = []) {
  return { name, close: () => void closed.push(name) };
}

test('without sound pictures are shown as they come, the newest of several', () => {
  const closed: string[] = [];
  const schedule = new Schedule<ReturnType<typeof picture>>(new SoundClock());
  assert.equal(schedule.due(0), undefined);
  schedule.add(picture('a', closed), 0, 100);
  schedule.add(picture('b', closed), 33, 101);
  assert.equal(schedule.due(101)?.picture.name, 'b');
  assert.deepEqual(closed, ['a']);
  assert.equal(schedule.next(101), undefined);
});

test('with sound each picture waits until its sound is nearly heard', () => {
  const clock = new SoundClock();
  const schedule = new Schedule<ReturnType<typeof picture>>(clock);
  clock.tell(1_000, 5_000, 20);
  schedule.add(picture('a'), 1_000, 4_950);
  assert.equal(schedule.due(4_960), undefined);
  assert.equal(schedule.next(4_960), 4_968);
  assert.equal(schedule.due(4_968)?.picture.name, 'a');
  assert.equal(schedule.behind, -36);
  assert.deepEqual([schedule.takeSlack(), schedule.takeSlack()], [18, undefined]);
});

test('a picture is held for those that come late, with sound and without', () => {
  const clock = new SoundClock();
  const schedule = new Schedule<ReturnType<typeof picture>>(clock);
  // The decoder gives nothing for the first, and whole microseconds.
  for (const [time, until] of [[0, 900], [33.3333, 1_150], [66.7, 1_150]] as const) schedule.hold(time, until);
  schedule.add(picture('b'), 33.333, 1_040);
  schedule.add(picture('c'), 66.7, 1_040);
  assert.equal(schedule.due(1_149), undefined);
  assert.equal(schedule.next(1_149), 1_150);
  assert.equal(schedule.due(1_150)?.picture.name, 'c', 'the newest of those that are due');
  assert.equal(schedule.takeSlack(), 0, 'it waited for no sound');
  clock.tell(1_000, 5_000, 20);
  schedule.hold(1_000, 5_010);
  schedule.add(picture('d'), 1_000, 4_950);
  assert.equal(schedule.next(4_960), 5_010, 'its sound is nearly heard from 4,968 on');
  schedule.hold(1_033, 4_000);
  assert.equal(schedule.due(5_010)?.picture.name, 'd');
  schedule.add(picture('e'), 1_033, 4_950);
  assert.equal(schedule.next(4_960), 5_001, 'and here the sound is later');
});

test('no picture waits for ever, nor more of them than a decoder has', () => {
  const clock = new SoundClock();
  const schedule = new Schedule<ReturnType<typeof picture>>(clock);
  clock.tell(0, 10_000, 0);
  schedule.add(picture('a'), 5_000, 10_000);
  assert.equal(schedule.next(10_000), 10_400);
  const closed: string[] = [];
  for (let i = 0; i < 14; i++) schedule.add(picture(`${i}`, closed), 6_000 + i, 10_000);
  assert.deepEqual(closed, ['0', '1']);
});

test('sound that is silent for long is no clock', () => {
  const clock = new SoundClock();
  clock.tell(1_000, 5_000, 0);
  assert.equal(clock.heardAt(1_000, 5_400), 5_000);
  assert.equal(clock.heardAt(1_000, 5_600), undefined);
  clock.tell(undefined, 5_600, 0);
  assert.equal(clock.heardAt(1_000, 5_600), undefined);
});

test('the words of the worklet are evened out, a jump is followed', () => {
  const clock = new SoundClock();
  for (let i = 0; i < 40; i++) clock.tell(i * 20, 1_000 + i * 20 + (i % 2) * 10, 0);
  const heard = clock.heardAt(0, 1_800) ?? 0;
  assert.ok(heard > 1_003 && heard < 1_007, `${heard}`);
  clock.tell(0, 2_000, 0);
  assert.equal(clock.heardAt(0, 2_000), 2_000);
});

test('sound waits for pictures that are late, and less when they have time to spare', () => {
  const waiting = new Waiting();
  assert.equal(waiting.look(undefined, undefined), 0);
  assert.equal(waiting.look(45, 0), 0, 'nobody notices');
  assert.equal(waiting.look(125, 0), 40);
  assert.equal(waiting.look(-25, 10), 40);
  assert.equal(waiting.look(-30, 35), 30);
  assert.equal(waiting.look(-30, 400), 0);
  for (let i = 0; i < 20; i++) waiting.look(500, 0);
  assert.equal(waiting.look(500, 0), 100);
});

test('jitter is what nearly all arrivals keep to, and is forgotten', () => {
  const jitter = new Jitter();
  for (let i = 0; i < 250; i++) jitter.arrive(i * 20, i * 20 + 50 + (i % 10 === 0 ? 40 : 0));
  assert.equal(jitter.spread, 40);
  for (let i = 250; i < 1_100; i++) jitter.arrive(i * 20, i * 20 + (i % 2 ? 50 : 5_000));
  assert.equal(jitter.spread, 0, 'what comes far too late does not count');
});
