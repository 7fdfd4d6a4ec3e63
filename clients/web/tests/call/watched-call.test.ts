import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WatchedCall } from '../../src/call/watched-call';
import type { Edge } from '../../src/signal/edge';
import { SignalError } from '../../src/signal/error';
import type { Party } from '../../src/signal/says';
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
  const play = (party: Party, name: string, node?: string) => world.socket.say({ type: 'play', party, urls: urls(name, node) });
  const greet = (seq = 0) => world.socket.say({ type: 'watching', call: 'c1', phase: 'talking', caller: 'alice', callee: 'bob', seq, live: [] });
  return { world, call, players, over, entry, play, greet };
}

test('who watches reads the log from its beginning and plays both', () => {
  const { world, call, players, entry, play, greet } = watched();
  greet(1);
  assert.deepEqual(world.socket.commands[0], { type: 'resume', after: 0 });
  entry(1, { kind: 'call.accept', callee: 'bob', room: 'r1' });
  assert.deepEqual([call.caller, call.callee, call.state.phase], ['alice', 'bob', 'talking']);
  for (const party of ['caller', 'callee'] as const) {
    play(party, 'play');
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

test('what ended before he came, or while he was away, stops only what is not live now', () => {
  const { world, players, entry, play, greet } = watched();
  greet(4);
  play('caller', 'one');
  play('callee', 'two');
  entry(1, { kind: 'stream.begin', party: 'caller', code: 1002 });
  entry(2, { kind: 'stream.end', party: 'caller', reason: 'lost' });
  entry(3, { kind: 'stream.begin', party: 'caller', code: 1003 });
  assert.deepEqual(players.callee.urls, ['two'], 'the log is not known yet');
  entry(4, { kind: 'stream.end', party: 'callee', reason: 'lost' });
  assert.deepEqual([players.caller.urls, players.callee.urls], [['one'], ['two', 'stop']]);
  greet(6);
  play('caller', 'three', 'n2');
  entry(5, { kind: 'stream.end', party: 'caller', reason: 'lost' });
  entry(6, { kind: 'stream.begin', party: 'caller', code: 1004 });
  assert.deepEqual(players.caller.urls, ['one', 'three']);
  entry(7, { kind: 'stream.end', party: 'caller', reason: 'lost' });
  assert.deepEqual(players.caller.urls, ['one', 'three', 'stop']);
  assert.equal(world.sockets.length, 1);
});

test('what plays or is about to is not begun anew by URLs of the same stream', () => {
  const { players, entry, play, greet } = watched();
  greet();
  entry(1, { kind: 'stream.begin', party: 'caller', code: 1002 });
  play('caller', 'one');
  play('caller', 'two');
  players.caller.is('playing');
  play('caller', 'three');
  assert.deepEqual(players.caller.urls, ['one'], 'about to play, then playing');
  play('caller', 'four', 'n2');
  assert.deepEqual(players.caller.urls, ['one', 'four'], 'at another node');
  players.caller.is('lost');
  play('caller', 'five', 'n2');
  assert.deepEqual(players.caller.urls, ['one', 'four', 'five'], 'it was lost');
});

for (const state of ['refused', 'over'] as const) {
  test(`a live stream whose player is ${state} is asked for until it is played, and no longer than he watches`, async () => {
    const { world, call, players, entry, play, greet } = watched();
    const asked = () => world.socket.commands.filter(({ type }) => type === 'urls');
    greet();
    entry(1, { kind: 'stream.begin', party: 'caller', code: 1002 });
    play('caller', 'one');
    players.caller.is(state);
    await world.pass(1_000);
    world.socket.say({ type: 'error', id: asked()[0]?.id, code: 'unavailable', message: 'm', detail: 'd' });
    await world.pass(999);
    assert.equal(asked().length, 1);
    await world.pass(1);
    assert.equal(asked().length, 2, 'the refusal is not the end of it');
    world.socket.say({ type: 'ack', id: asked()[1]?.id, seq: 1 });
    play('caller', 'two');
    await world.pass(5_000);
    assert.deepEqual([players.caller.urls, asked().length], [['one', 'two'], 2]);
    players.caller.is(state);
    call.close();
    await world.pass(5_000);
    assert.equal(asked().length, 2);
  });
}

test('who waits for another agent is not named beside the old one', () => {
  const { call, players, entry, play, greet } = watched();
  greet();
  entry(1, { kind: 'call.accept', callee: 'bob', room: 'r1' });
  play('callee', 'one');
  entry(2, { kind: 'call.transfer', desk: 'front' });
  assert.deepEqual([call.caller, call.callee, players.callee.urls], ['alice', undefined, ['one', 'stop']]);
  entry(3, { kind: 'call.accept', callee: 'carol', room: 'r2' });
  assert.equal(call.callee, 'carol');
});

test('when the call goes on at another desk it is over for him', async () => {
  const { world, over, greet } = watched();
  greet();
  world.socket.say({ type: 'bye', reason: 'transferred' });
  await settled();
  assert.equal(over[0]?.code, 'transferred');
});
