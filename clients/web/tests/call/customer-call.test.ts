import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CustomerCall } from '../../src/call/customer-call';
import type { Player } from '../../src/media/player';
import type { Publisher } from '../../src/media/publisher';
import type { Edge } from '../../src/signal/edge';
import { FakeWorld, settled, store } from '../signal/world';
import { FakePlayer, FakePublisher, urls } from './fakes';

const edge = {
  socket: () => ({ url: 'ws://edge', protocols: [] }),
  whyRefused: () => Promise.resolve('unreachable'),
  createDeskCall: () => Promise.resolve({ call: 'c1', socket: '/v1/calls/c1/socket' }),
} as unknown as Edge;

function calling(kept = store(), phase = 'new', seq = 0) {
  const world = new FakeWorld();
  const publisher = new FakePublisher();
  const player = new FakePlayer();
  const parts = { edge, store: kept, world, publisher: publisher as unknown as Publisher, player: player as unknown as Player };
  const call = new CustomerCall({ call: 'c1', desk: 'front' }, parts);
  call.open();
  world.socket.open();
  world.socket.say({ type: 'hello', call: 'c1', party: 'caller', phase, seq, live: [] });
  let last = seq;
  const entry = (body: object, at = ++last) => world.socket.say({ type: 'entry', seq: at, at, ...body });
  /** Answers the newest command of this type. */
  const answer = async (type: string, more: object = {}) => {
    await world.pass(0);
    const command = world.socket.commands.findLast((one) => one.type === type);
    assert.ok(command, `nobody said ${type}`);
    world.socket.say({ type: 'ack', ...more, id: command.id });
    await settled();
  };
  const said = (type: string) => world.socket.commands.filter((one) => one.type === type).length;
  return { world, publisher, player, call, kept, entry, answer, said };
}

const URLS = { type: 'urls', publish: urls('p'), play: urls('own') };

test('he publishes, asks once his stream has begun, plays who answers, and is out when it ends', async () => {
  const { publisher, player, call, entry, answer, said, world } = calling();
  let over = 0;
  call.on('over', () => over++);
  await answer('urls', URLS);
  assert.deepEqual(publisher.urls, ['p']);
  publisher.is('live');
  assert.equal(said('request'), 0);
  entry({ kind: 'stream.begin', party: 'caller', code: 1002 });
  await answer('request');
  entry({ kind: 'call.request', desk: 'front' });
  entry({ kind: 'call.accept', callee: 'bob' });
  world.socket.say({ type: 'play', party: 'callee', urls: urls('bob') });
  assert.deepEqual(player.urls, ['bob']);
  assert.equal(said('request'), 1);
  entry({ kind: 'call.end', by: 'callee', reason: 'hang_up' });
  assert.equal(over, 1);
  assert.equal(call.state.end?.reason, 'hang_up');
});

test('after a reload he publishes anew and asks nobody again', async () => {
  const { publisher, call, entry, answer, said } = calling(store(), 'talking', 3);
  const log = [
    { kind: 'stream.begin', party: 'caller', code: 1002 }, { kind: 'call.request' }, { kind: 'call.accept', callee: 'bob' },
  ];
  log.forEach((body, at) => entry(body, at + 1));
  await answer('urls', URLS);
  assert.deepEqual(publisher.urls, ['p']);
  entry({ kind: 'stream.end', party: 'caller', reason: 'replaced' }, 4);
  entry({ kind: 'stream.begin', party: 'caller', code: 1002 }, 5);
  assert.deepEqual([said('request'), call.state.agent, call.state.phase], [0, 'bob', 'talking']);
});

test('whose browser cannot publish asks all the same', async () => {
  const { publisher, answer, said, world } = calling();
  await answer('urls', URLS);
  publisher.is('refused', 'unsupported');
  await world.pass(10);
  assert.equal(said('request'), 1);
});

test('who is handed on stops playing the agent before', async () => {
  const { player, entry, world, call } = calling(store(), 'talking', 0);
  world.socket.say({ type: 'play', party: 'callee', urls: urls('bob') });
  entry({ kind: 'call.transfer', from: 'bob', desk: 'back' });
  assert.deepEqual(player.urls, ['bob', 'stop']);
  world.socket.say({ type: 'play', party: 'callee', urls: urls('carol') });
  assert.deepEqual(player.urls, ['bob', 'stop', 'carol']);
  assert.ok(call.state.handedOn);
});

test('a tab knows its call until that is over', async () => {
  const kept = store();
  await CustomerCall.create({ desk: 'front' }, { edge, store: kept, publisher: new FakePublisher(), player: new FakePlayer() } as never);
  assert.deepEqual(CustomerCall.known(kept), { call: 'c1', desk: 'front' });
  const { entry } = calling(kept, 'requested', 0);
  entry({ kind: 'call.end', by: 'caller', reason: 'abandoned' });
  assert.equal(CustomerCall.known(kept), undefined);
});

test('his own network is told when it changes, one word at a time', async () => {
  const { world, publisher, entry, answer, said } = calling(store(), 'talking', 0);
  entry({ kind: 'call.accept', callee: 'bob' });
  const second = (at: number, queueMs: number) =>
    publisher.tell({ at, kbps: 1, fps: 1, width: 1, height: 1, queueMs, droppedPictures: 0 });
  for (const at of [1000, 2000]) second(at, 2000);
  await world.pass(0);
  assert.equal(said('network'), 1);
  for (const at of [3000, 4000, 5000, 6000, 7000]) second(at, 10);
  assert.equal(said('network'), 1, 'the first word is under way');
  await answer('network');
  assert.equal(said('network'), 2);
});

test('what he said of his network before a reload is taken back', async () => {
  const { world, entry, said } = calling(store(), 'talking', 2);
  entry({ kind: 'call.accept', callee: 'bob' }, 1);
  entry({ kind: 'network', party: 'caller', quality: 'bad' }, 2);
  await world.pass(0);
  assert.equal(said('network'), 1);
});
