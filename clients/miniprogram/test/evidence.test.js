// What a customer is asked and shown for the recording.

const { test } = require('node:test');
const assert = require('node:assert/strict');
const { nothing, after } = require('../sdk/evidence');

const told = (...entries) => entries.reduce(after, nothing());

test('he is asked until he has answered, however the log is read again', () => {
  assert.deepEqual(told({ kind: 'call.request' }), { asks: false, statement: '' });
  assert.equal(told({ kind: 'recording.ask' }).asks, true);
  assert.equal(told({ kind: 'recording.ask' }, { kind: 'recording.consent', given: false }).asks, false);
  assert.equal(told({ kind: 'recording.ask' }, { kind: 'call.end' }).asks, false);
});

test('a statement is shown while it is read', () => {
  const begun = { kind: 'prompt.begin', number: 1, text: 'Is it clear?' };
  assert.equal(told(begun).statement, 'Is it clear?');
  for (const kind of ['prompt.end', 'call.transfer', 'call.end']) assert.equal(told(begun, { kind }).statement, '', kind);
});
