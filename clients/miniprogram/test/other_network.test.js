// How good the other side's network is.

const { test } = require('node:test');
const assert = require('node:assert/strict');
const { unknown, after } = require('../sdk/other_network');

const told = (...entries) => entries.reduce(after, unknown());
const network = (party, quality) => ({ kind: 'network', party, quality });

test('what the agent says of his network counts, until he says otherwise', () => {
  assert.equal(told({ kind: 'call.request' }), 'good');
  assert.equal(told(network('callee', 'bad')), 'bad');
  assert.equal(told(network('callee', 'bad'), { kind: 'text' }, network('caller', 'good')), 'bad');
  assert.equal(told(network('callee', 'bad'), network('callee', 'good')), 'good');
});

test('it says nothing of the next agent', () => {
  for (const kind of ['call.transfer', 'call.accept', 'call.end']) assert.equal(told(network('callee', 'poor'), { kind }), 'good', kind);
});
