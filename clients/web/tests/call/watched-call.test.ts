import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WatchedCall } from '../../src/call/watched-call';
import type { Edge } from '../../src/signal/edge';
import { SignalError } from '../../src/signal/error';
import { FakeWorld, settled } from '../signal/world';
import { FakePlayer, urls } from './fakes';

const edge = {
  socket: (path: string) => ({ url: `ws://edge${path}`, protocols: ['counterpart.v1', 'token.t'] }),
  whyRefused: () => Promise.resolve('unreachable'),
} as unknown as Edge;

function watched() {
  const world = new FakeWorld();
  const players = { caller: new FakePlayer(), callee: new FakePlayer() };
  const call = new WatchedCall(edge, 'c1', { players: players as unknown as WatchedCall['players'], world });
  const over: (SignalError | undefined)[] = [];
  call.on('over', (error) => over.push(error));
  call.open();
  world.socket.open();
  const entry = (seq: number, body: object) => world.socket.say({ type: 'entry', seq, at: seq, ...body });
  const greet = (seq = 0) => world.socket.say({ type: 'watching', call: 'c1', phase: 'talking', caller: 'alice', callee: 'bob', seq, live: [] });
  return { world, call, players, over, entry, greet };
}

test('who watches reads the log from its beginning and plays both', () => {
  const { world, call, players, entry, greet } = watched();
  greet(1);
  assert.deepEqual(world.socket.commands[0], { type: 'resume', after: 0 });
  entry(1, { kind: 'call.accept', callee: 'bob', room: 'r1' });
  assert.deepEqual([call.caller, call.callee, call.state.phase], ['alice', 'bob', 'talking']);
  for (const party of ['caller', 'callee'] as const) {
    world.socket.say({ type: 'play', party, urls: urls('play') });
    assert.deepEqual(players[party].urls, ['play']);
  }
  entry(2, { kind: 'call.end', reason: 'hang_up' });
  assert.ok(world.socket.closed);
});

test('he pauses the recording with a reason, and is told why he may not', async () => {
  const { world, call, entry, greet } = watched();
  greet();
  const paused = call.pauseRecording('card number');
  const [command] = world.socket.commands;
  assert.deepEqual(command, { type: 'record', on: false, reason: 'card number', id: command?.id });
  entry(1, { kind: 'recording.pause', supervisor: 'ann', reason: 'card number' });
  world.socket.say({ type: 'ack', id: command?.id, seq: 1 });
  await paused;
  assert.equal(call.state.paused?.supervisor, 'ann');
  const begun = call.beginRecording();
  const id = world.socket.commands[1]?.id;
  world.socket.say({ type: 'error', id, code: 'forbidden', message: 'm', detail: 'd' });
  await assert.rejects(begun, ({ code }: SignalError) => code === 'forbidden');
});

test('a stream that is lost while it is live is asked for again', async () => {
  const { world, players, entry, greet } = watched();
  greet();
  players.caller.is('lost');
  await world.pass(1_000);
  assert.equal(world.socket.commands.length, 0, 'nothing is live');
  entry(1, { kind: 'stream.begin', party: 'caller', code: 1002 });
  players.caller.is('lost');
  await world.pass(1_000);
  assert.equal(world.socket.commands[0]?.type, 'urls');
});

test('when the call goes on at another desk it is over for him', async () => {
  const { world, over, greet } = watched();
  greet();
  world.socket.say({ type: 'bye', reason: 'transferred' });
  await settled();
  assert.equal(over[0]?.code, 'transferred');
});
