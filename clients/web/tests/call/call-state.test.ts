import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, emptyState } from '../../src/call/call-state';
import type { Entry, EntryBody } from '../../src/signal/says';

function amounts(...bodies: EntryBody[]) {
  return bodies.reduce((state, body, n) => after(state, { seq: n + 1, at: 10 * (n + 1), ...body } as Entry), emptyState());
}

test('a call from asking to its end', () => {
  const talking = amounts(
    { kind: 'stream.begin', party: 'caller', code: 1002 },
    { kind: 'call.request', desk: 'front' },
    { kind: 'call.offer', room: 'r1', agent: 'bob' },
    { kind: 'call.accept', callee: 'bob', room: 'r1' },
    { kind: 'recording.started', party: 'caller' },
    { kind: 'network', party: 'callee', quality: 'bad' },
    { kind: 'peer.away', party: 'callee' },
    { kind: 'stream.stalled', party: 'caller' },
  );
  assert.equal(talking.phase, 'talking');
  assert.equal(talking.answeredAt, 40);
  assert.deepEqual([talking.desk, talking.agent, talking.room], ['front', 'bob', 'r1']);
  assert.deepEqual(talking.caller, { live: true, stalled: true, away: false, quality: 'good', recorded: true });
  assert.deepEqual(talking.callee, { live: false, stalled: false, away: true, quality: 'bad', recorded: false });
  const ended = after(talking, { seq: 9, at: 90, kind: 'call.end', by: 'callee', reason: 'hang_up' });
  assert.equal(ended.phase, 'ended');
  assert.deepEqual(ended.end, { at: 90, by: 'callee', reason: 'hang_up' });
});

test('a pause of the recording says by whom and why until it goes on', () => {
  const paused = amounts(
    { kind: 'recording.started', party: 'caller' },
    { kind: 'recording.pause', supervisor: 'ann', reason: 'card number' },
    { kind: 'recording.ready', party: 'caller', files: [] },
  );
  assert.deepEqual(paused.paused, { at: 20, supervisor: 'ann', reason: 'card number' });
  assert.equal(paused.caller.recorded, false);
  const by = after(paused, { seq: 4, at: 40, kind: 'recording.pause', by: 'callee', reason: 'pin' });
  assert.deepEqual(by.paused, { at: 40, by: 'callee', reason: 'pin' });
  assert.equal(after(by, { seq: 5, at: 50, kind: 'recording.begin', supervisor: 'ann' }).paused, undefined);
  const started = after(by, { seq: 5, at: 50, kind: 'recording.started', party: 'caller' });
  assert.deepEqual([started.paused, started.caller.recorded], [undefined, true], 'at another desk');
});

test('who is handed on waits again, and knows nothing of the agent before', () => {
  const waiting = amounts(
    { kind: 'call.request', desk: 'front' },
    { kind: 'call.accept', callee: 'bob', room: 'r1' },
    { kind: 'stream.begin', party: 'callee', code: 1002 },
    { kind: 'call.transfer', from: 'bob', desk: 'back' },
  );
  assert.equal(waiting.phase, 'requested');
  assert.ok(waiting.handedOn);
  assert.deepEqual([waiting.desk, waiting.agent, waiting.room, waiting.answeredAt], ['back', undefined, undefined, undefined]);
  assert.ok(!waiting.callee.live);
});

test('a caller is asked and answers, statements are read one after the other', () => {
  const asked = amounts({ kind: 'call.request', desk: 'front' }, { kind: 'recording.ask' });
  assert.equal(asked.consent, 'asked');
  const reading = amounts({ kind: 'recording.ask' }, { kind: 'recording.consent', given: true }, { kind: 'prompt.begin', number: 2, text: 'Is it clear?' });
  assert.equal(reading.consent, 'given');
  assert.deepEqual(reading.reading, { number: 2, text: 'Is it clear?' });
  assert.equal(after(reading, { seq: 4, at: 9, kind: 'prompt.end', number: 2, answered: true }).reading, undefined);
  assert.equal(after(reading, { seq: 4, at: 9, kind: 'call.transfer', from: 'bob', desk: 'back' }).reading, undefined);
  assert.equal(after(asked, { seq: 3, at: 9, kind: 'recording.consent', given: false }).consent, 'refused');
});

test('what a newer edge says and nobody here knows changes nothing', () => {
  const state = amounts({ kind: 'call.request' });
  assert.deepEqual(after(state, { seq: 2, at: 1, kind: 'call.song' } as unknown as Entry), state);
});
