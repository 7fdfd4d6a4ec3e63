import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallSocket } from '../../src/signal/call-socket';
import type { Edge } from '../../src/signal/edge';
import { SignalError } from '../../src/signal/error';
import { FakeWorld, settled, store } from './world';

let why: SignalError | 'unknown' | 'unreachable' = 'unreachable';
const edge = {
  socket: (path: string) => ({ url: `ws://edge${path}`, protocols: ['counterpart.v1', 'token.t'] }),
  whyRefused: () => Promise.resolve(why),
} as unknown as Edge;

function hello(seq = 0, phase = 'talking'): object {
  return { type: 'hello', call: 'c1', party: 'caller', phase, seq, live: [] };
}

function entry(seq: number, text = 'hi'): object {
  return { type: 'entry', seq, at: seq, kind: 'text', from: 'callee', id: `i${seq}`, text };
}

function opened(kept = store()) {
  const world = new FakeWorld();
  const socket = new CallSocket(edge, 'c1', { store: kept, world });
  const seen: [number, boolean][] = [];
  const states: string[] = [];
  socket.on('entry', ({ entry, fresh }) => seen.push([entry.seq, fresh]));
  socket.on('state', (state) => states.push(state));
  socket.open();
  world.socket.open();
  return { world, socket, seen, states, kept };
}

test('a command is said again with the same id until it is answered', async () => {
  const { world, socket } = opened();
  const asked = socket.ask({ type: 'text', text: 'hello' });
  assert.equal(world.socket.heard.length, 0, 'nothing is said before the greeting');
  world.socket.say(hello());
  const first = world.socket.commands[0];
  world.socket.drop();
  await world.pass(0);
  world.socket.open();
  world.socket.say(hello());
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(world.socket.commands[0], first);
  world.socket.say({ type: 'ack', id: first?.id, seq: 1 });
  assert.equal((await asked).seq, 1);
  assert.deepEqual(socket.pending, []);
});

test('after a lost socket the log goes on where it was, and entries come once', async () => {
  const { world, seen } = opened();
  world.socket.say(hello(2));
  assert.deepEqual(world.socket.commands[0], { type: 'resume', after: 0 });
  for (const seq of [1, 2]) world.socket.say(entry(seq));
  world.socket.drop();
  await world.pass(0);
  world.socket.open();
  world.socket.say(hello(4));
  assert.deepEqual(world.socket.commands[0], { type: 'resume', after: 2 });
  for (const seq of [2, 4, 3, 4, 4, 5]) world.socket.say(entry(seq));
  assert.deepEqual(seen.map(([seq]) => seq), [1, 2, 3, 4, 5]);
});

test('a reload keeps unacknowledged texts and knows which entries were seen', async () => {
  const before = opened();
  before.world.socket.say(hello(1));
  before.world.socket.say(entry(1));
  before.socket.ask({ type: 'text', text: 'lost?' }).catch(() => {});
  before.socket.ask({ type: 'urls' }).catch(() => {});
  const id = before.socket.pending[0]?.id;
  before.socket.close();
  await settled();
  const { world, socket, seen } = opened(before.kept);
  assert.deepEqual(socket.pending, [{ type: 'text', text: 'lost?', id }]);
  world.socket.say(hello(2));
  assert.equal(world.socket.commands.find(({ type }) => type === 'text')?.id, id);
  for (const seq of [1, 2]) world.socket.say(entry(seq));
  assert.deepEqual(seen, [[1, false], [2, true]]);
});

test('a refusal rejects whoever waits, with code, message and detail', async () => {
  const { world, socket } = opened();
  world.socket.say(hello());
  const asked = socket.ask({ type: 'text', text: '' });
  const id = world.socket.commands[0]?.id;
  world.socket.say({ type: 'error', id, code: 'bad_request', message: 'm', detail: 'the text is empty' });
  await assert.rejects(asked, { name: 'SignalError', code: 'bad_request', message: 'm', detail: 'the text is empty' });
});

test('every 15 s a ping, and after 30 s of silence another dial', async () => {
  const { world, states } = opened();
  world.socket.say(hello());
  await world.pass(15_000);
  assert.deepEqual(world.socket.heard, ['ping']);
  world.socket.say('pong');
  await world.pass(31_000);
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(states, ['connecting', 'open', 'lost', 'connecting']);
  assert.ok(world.sockets[0]?.closed);
});

test('attempts wait longer and longer, to a bound', async () => {
  const { world } = opened();
  world.socket.drop();
  const at: number[] = [];
  for (let n = 0; n < 8; n++) {
    const dials = world.sockets.length;
    while (world.sockets.length === dials) await world.pass(50);
    at.push(world.now());
    world.socket.drop();
    await settled();
  }
  const waits = at.slice(1).map((time, n) => time - (at[n] ?? 0));
  assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3000, 3000]);
});

test('goodbye is for ever', async () => {
  for (const reason of ['replaced', 'transferred']) {
    const { world, socket, states } = opened();
    let over: SignalError | undefined;
    socket.on('over', (error) => (over = error));
    world.socket.say(hello());
    const asked = socket.ask({ type: 'hangup' });
    world.socket.say({ type: 'bye', reason });
    await assert.rejects(asked, { code: reason });
    await world.pass(60_000);
    assert.equal(over?.code, reason);
    assert.equal(world.sockets.length, 1);
    assert.equal(states.at(-1), 'closed');
  }
});

test('what is refused is not dialled again, and one hears why', async () => {
  const world = new FakeWorld();
  const socket = new CallSocket(edge, 'c1', { world });
  let over: SignalError | undefined;
  socket.on('over', (error) => (over = error));
  why = 'unreachable';
  socket.open();
  world.socket.drop();
  await world.pass(10);
  assert.equal(world.sockets.length, 2, 'it may pass');
  why = SignalError.refused({ code: 'not_found', message: 'm', detail: 'call c1' }, { status: 404 });
  world.socket.drop();
  await world.pass(60_000);
  assert.equal(world.sockets.length, 2);
  assert.equal(over?.code, 'not_found');
  why = 'unreachable';
});

test('an edge that answers all but the socket means it, after some seconds', async () => {
  const world = new FakeWorld();
  const socket = new CallSocket(edge, 'c1', { world });
  let over: SignalError | undefined;
  socket.on('over', (error) => (over = error));
  why = 'unknown';
  socket.open();
  for (let n = 0; n < 20 && !over; n++) {
    world.socket.drop();
    await world.pass(3_000);
  }
  assert.equal(over?.code, 'forbidden');
  assert.equal(world.sockets.length, 8);
  why = 'unreachable';
});
