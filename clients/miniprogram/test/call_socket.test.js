// The socket: what is lost is said again, what was heard is not heard twice.

const { test } = require('node:test');
const assert = require('node:assert/strict');
const { FakeWx } = require('./fake_wx');
const { Edge } = require('../sdk/edge');
const { CallSocket } = require('../sdk/call_socket');

function dialled(t, options = {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const api = new FakeWx();
  const heard = [];
  const note = (name) => (...what) => heard.push([name, ...what]);
  const names = ['open', 'lost', 'message', 'answer', 'bye', 'refused'];
  const handlers = Object.assign({}, ...names.map((name) => ({ [name]: note(name) })));
  const edge = new Edge({ base: 'https://edge/', token: 't', api });
  const socket = new CallSocket({ edge, call: 'c1', handlers, random: () => 1, ...options });
  socket.dial();
  return { api, heard, socket, tick: (ms) => t.mock.timers.tick(ms) };
}

const hello = (seq) => ({ type: 'hello', call: 'c1', party: 'caller', phase: 'talking', seq, live: [] });
const entry = (seq) => ({ type: 'entry', seq, at: 1, kind: 'text', from: 'caller', id: 'own', text: 'x' });
const commands = (socket) => socket.said.filter((text) => text !== 'ping').map((text) => JSON.parse(text));
const seqs = (heard) => heard.filter(([name, message]) => name === 'message' && message.type === 'entry').map(([, { seq }]) => seq);

test('it dials with the token as a subprotocol', (t) => {
  const { api } = dialled(t);
  assert.equal(api.socket.url, 'wss://edge/v1/calls/c1/socket');
  assert.deepEqual(api.socket.protocols, ['counterpart.v1', 'token.t']);
});

test('commands go out after the greeting, and with the same ids after a redial, until they are answered', (t) => {
  const { api, heard, socket, tick } = dialled(t);
  const first = socket.send({ type: 'text', text: 'a' });
  const second = socket.send({ type: 'text', text: 'b' });
  api.socket.open();
  assert.deepEqual(commands(api.socket), []);
  api.socket.tell(hello(0));
  assert.deepEqual(commands(api.socket).map(({ id }) => id), [first, second]);
  api.socket.tell({ type: 'ack', id: first, seq: 1 });
  api.socket.lose();
  tick(0);
  api.socket.open();
  api.socket.tell(hello(0));
  assert.deepEqual(commands(api.socket).map(({ id }) => id), [second]);
  api.socket.tell({ type: 'ack', id: first, seq: 1 });
  api.socket.tell({ type: 'ack', id: second, seq: 2 });
  const answers = heard.filter(([name]) => name === 'answer').map(([, command]) => command.text);
  assert.deepEqual(answers, ['a', 'b'], 'each answer counts once');
});

test('an entry with the id of a command does not settle it', (t) => {
  const { api, heard, socket } = dialled(t);
  api.socket.open();
  api.socket.tell(hello(0));
  const id = socket.send({ type: 'text', text: 'a' });
  api.socket.tell({ ...entry(1), id });
  api.socket.tell({ type: 'ack', id, seq: 1 });
  assert.deepEqual(heard.map(([name]) => name).filter((name) => name === 'answer'), ['answer']);
});

test('it resumes after the last entry seen, and gives each out once', (t) => {
  const { api, heard, tick } = dialled(t);
  api.socket.open();
  api.socket.tell(hello(2));
  assert.deepEqual(commands(api.socket), [{ type: 'resume', after: 0 }]);
  [1, 2].forEach((seq) => api.socket.tell(entry(seq)));
  api.socket.lose();
  tick(0);
  api.socket.open();
  api.socket.tell(hello(4));
  assert.deepEqual(commands(api.socket), [{ type: 'resume', after: 2 }]);
  [2, 5, 3, 4, 5].forEach((seq) => api.socket.tell(entry(seq)));
  assert.deepEqual(seqs(heard), [1, 2, 3, 4, 5]);
});

test('a gap is asked for once', (t) => {
  const { api } = dialled(t);
  api.socket.open();
  api.socket.tell(hello(0));
  [2, 3, 4].forEach((seq) => api.socket.tell(entry(seq)));
  assert.deepEqual(commands(api.socket), [{ type: 'resume', after: 0 }]);
});

test('dials that fail wait longer and longer, up to a bound', (t) => {
  const { api, tick } = dialled(t);
  api.answers = Array(20).fill({ fail: 'no network' });
  for (const wait of [100, 200, 400, 800, 1600, 3000, 3000]) {
    const before = api.sockets.length;
    api.socket.lose();
    tick(wait - 1);
    assert.equal(api.sockets.length, before, `not before ${wait} ms`);
    tick(1);
    assert.equal(api.sockets.length, before + 1);
  }
});

test('a call that is not ours is not dialled for ever', async (t) => {
  const { api, heard, tick } = dialled(t);
  api.answers = [{ statusCode: 403, data: { code: 'forbidden', message: 'm', detail: 'd' }, header: {} }];
  api.socket.lose();
  tick(100);
  api.socket.lose();
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  assert.deepEqual(heard.filter(([name]) => name === 'refused').map(([, { code }]) => code), ['forbidden']);
  const dials = api.sockets.length;
  tick(60000);
  assert.equal(api.sockets.length, dials);
});

for (const reason of ['replaced', 'transferred']) {
  test(`after bye, ${reason}, nothing is dialled again`, (t) => {
    const { api, heard, tick } = dialled(t);
    api.socket.open();
    api.socket.tell(hello(0));
    api.socket.tell({ type: 'bye', reason });
    api.socket.lose(4001);
    tick(60000);
    assert.equal(api.sockets.length, 1);
    assert.deepEqual(heard.slice(-1), [['bye', reason]]);
  });
}

test('it says ping every 15 s, and dials again where nothing is heard for 30 s', (t) => {
  const { api, tick } = dialled(t);
  const pings = () => api.sockets[0].said.filter((text) => text === 'ping').length;
  api.socket.open();
  api.socket.tell(hello(0));
  assert.equal(pings(), 1);
  tick(15000);
  api.socket.tell('pong');
  tick(15000);
  assert.equal(pings(), 3);
  tick(15000);
  assert.equal(api.sockets[0].closed, true);
  tick(0);
  assert.equal(api.sockets.length, 2);
});

test('a phone that wakes up finds a dead socket within 3 s, and dials at once where there is none', (t) => {
  const { api, socket, tick } = dialled(t);
  api.answers = Array(20).fill({ fail: 'no network' });
  api.socket.open();
  api.socket.tell(hello(0));
  socket.wake();
  tick(3000);
  tick(0);
  assert.equal(api.sockets.length, 2);
  for (let dial = 0; dial < 6; dial += 1) {
    api.socket.lose();
    tick(3000);
  }
  api.socket.lose();
  const before = api.sockets.length;
  socket.wake();
  assert.equal(api.sockets.length, before + 1);
});
