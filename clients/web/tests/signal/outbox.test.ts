import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../src/signal/outbox';
import { store } from './world';

const command = (id: string, type = 'text') => ({ id, type });

test('each command is settled once and the rest stays in order', () => {
  const outbox = new Outbox('k');
  for (const id of ['a', 'b', 'c']) outbox.keep(command(id));
  assert.deepEqual(outbox.settle('b'), command('b'));
  assert.equal(outbox.settle('b'), undefined);
  assert.deepEqual(outbox.all.map(({ id }) => id), ['a', 'c']);
});

test('after a reload what outlives it is there, and nothing else', () => {
  const kept = store();
  const outlives = ({ type }: { type: string }) => type === 'text';
  const before = new Outbox('k', kept, outlives);
  before.keep(command('a'));
  before.keep(command('u', 'urls'));
  assert.equal(before.all.length, 2);
  const later = new Outbox('k', kept, outlives);
  assert.deepEqual(later.all, [command('a')]);
  later.settle('a');
  assert.equal(kept.getItem('k'), null);
});

test('what another version wrote counts as nothing', () => {
  const kept = store();
  for (const text of ['{', '{}', 'null', '7']) {
    kept.setItem('k', text);
    assert.deepEqual(new Outbox('k', kept).all, []);
  }
});
