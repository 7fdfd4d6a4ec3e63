// The seven steps, and all that can come in between.

const { test } = require('node:test');
const assert = require('node:assert/strict');
const { Driver, acts, done, urls } = require('./driver');
const { initial, step } = require('../sdk/machine/index');

test('the seven steps, in their order', () => {
  const driver = new Driver();
  assert.deepEqual(acts(driver.on('start')), ['phase preparing', 'send urls']);
  assert.deepEqual(acts(driver.urls()), ['step 1 urls', 'push 1']);
  assert.deepEqual(acts(driver.pusher(1001)), []);
  assert.deepEqual(acts(driver.pusher(1002)), ['step 2 publish', 'send request']);
  assert.deepEqual(acts(driver.entry('stream.begin', { party: 'caller' })), ['step 3 stream.begin']);
  assert.deepEqual(acts(driver.entry('call.request')), ['step 4 request', 'phase waiting']);
  assert.deepEqual(acts(driver.entry('call.accept', { callee: 'bob' })), ['step 5 accept', 'phase talking']);
  assert.deepEqual(acts(driver.offer()), ['play 1']);
  assert.deepEqual(acts(driver.player(2001)), []);
  assert.deepEqual(acts(driver.player(2003)), ['step 7 play']);
  assert.deepEqual(acts(driver.player(2004)), []);
});

test('either 1002 starts the call, once', () => {
  const driver = new Driver();
  driver.on('start');
  driver.urls();
  const begun = acts(driver.entry('stream.begin', { party: 'caller' }));
  assert.deepEqual(begun, ['step 2 publish', 'send request', 'step 3 stream.begin']);
  assert.deepEqual(acts(driver.pusher(1002)), []);
});

test('a call that was requested before is taken up without asking again', () => {
  const driver = new Driver();
  driver.on('start');
  driver.hear({ type: 'hello', phase: 'talking', seq: 4, live: ['callee'] });
  driver.urls();
  assert.deepEqual(acts(driver.pusher(1002)), ['step 2 publish']);
});

test('-1307 fetches a fresh URL and restarts, the sooner the fewer have failed', () => {
  const driver = new Driver().talking();
  assert.deepEqual(acts(driver.pusher(1102)), ['send network']);
  assert.deepEqual(done(driver.pusher(-1307)).slice(-2), ['push.stop', 'send urls']);
  assert.deepEqual(acts(driver.urls(2)), ['push 2']);
  for (const [number, wait] of [[3, 500], [4, 1000], [5, 2000], [6, 2000]]) {
    assert.ok(done(driver.pusher(-1307)).includes(`timer push.urls ${wait}`));
    assert.deepEqual(acts(driver.on('timer', { name: 'push.urls' })), ['send urls']);
    assert.deepEqual(acts(driver.urls(number)), [`push ${number}`]);
  }
  driver.pusher(1002);
  driver.on('timer', { name: 'push.steady' });
  assert.ok(acts(driver.pusher(-1307)).includes('send urls'), 'a push that lasted begins to count anew');
});

test('what a stopped pusher still says changes nothing', () => {
  const driver = new Driver().talking();
  driver.pusher(-1307);
  for (const code of [1102, 3004, -1307, 1002]) assert.deepEqual(driver.pusher(code), []);
});

test('3004 fetches a fresh URL at once: what the server closed is good for nothing more', () => {
  const driver = new Driver().talking();
  assert.deepEqual(acts(driver.pusher(3004)), ['push.stop', 'send urls']);
});

test('a pusher that tries again with a URL that has expired gets a fresh one at once', () => {
  const driver = new Driver().talking();
  driver.at = 299999;
  assert.deepEqual(acts(driver.pusher(1102)), ['send network']);
  driver.pusher(1002);
  driver.at = 300000;
  assert.deepEqual(acts(driver.pusher(1102)), ['push.stop', 'send urls']);
});

test('a stream that is over at the node begins anew, unless the tag was faster', () => {
  const driver = new Driver().talking();
  assert.deepEqual(done(driver.entry('stream.end', { party: 'caller', reason: 'r' })), ['timer push.overdue 500']);
  assert.ok(done(driver.entry('stream.begin', { party: 'caller' })).includes('cancel push.overdue'));
  assert.deepEqual(acts(driver.on('timer', { name: 'push.overdue' })), []);
  driver.entry('stream.end', { party: 'caller', reason: 'r' });
  assert.deepEqual(acts(driver.on('timer', { name: 'push.overdue' })), ['push.stop', 'send urls']);
});

test('a fresh URL of what plays is kept, and used when the player gives up', () => {
  const driver = new Driver().talking();
  assert.deepEqual(driver.offer(2), [], 'the URL stays');
  assert.ok(acts(driver.player(2103)).includes('play 2'), 'a player that tries again gets the newest');
  driver.player(2003);
  assert.deepEqual(acts(driver.player(-2301)), ['play.stop', 'send urls']);
  driver.urls(3);
  assert.deepEqual(acts(driver.offer(3)), ['play 3']);
});

test('another node, or a stream that ended in between, is a changed URL', () => {
  const driver = new Driver().talking();
  assert.deepEqual(acts(driver.offer(2, 'n2')), ['play 2']);
  driver.player(2003);
  driver.entry('stream.end', { party: 'callee', reason: 'r' });
  assert.deepEqual(driver.state.notices, ['peer.gone']);
  driver.entry('stream.begin', { party: 'callee' });
  assert.deepEqual(driver.state.notices, []);
  assert.deepEqual(acts(driver.offer(3, 'n2')), ['play 3']);
});

test('HTTP-FLV where it is wanted', () => {
  const driver = new Driver({ carrier: 'flv' }).waiting();
  driver.entry('call.accept', { callee: 'bob' });
  const [play] = driver.offer().filter((output) => output.do === 'play');
  assert.match(play.url, /^http:.*\.flv/);
});

test('RTMPS where it is wanted, and RTMP where the node has none', () => {
  const secure = new Driver({ secure: true });
  secure.on('start');
  const publish = { ...urls('publish', 1), rtmps: 'rtmps://h/live/publish?grant=1' };
  const [, push] = secure.hear({ type: 'urls', id: 'i', publish, play: publish });
  assert.match(push.url, /^rtmps:/);
  const plain = new Driver({ secure: true });
  plain.on('start');
  assert.match(plain.urls()[1].url, /^rtmp:/);
});

for (const leave of [(driver) => driver.on('hide'), (driver) => driver.pusher(5000)]) {
  test('who goes to the background leaves, and returns with fresh URLs', () => {
    const driver = new Driver().talking();
    assert.deepEqual(acts(leave(driver)), ['push.stop', 'play.stop']);
    assert.deepEqual(acts(driver.on('hide')), []);
    assert.deepEqual(acts(driver.pusher(-1307)), []);
    assert.deepEqual(acts(driver.offer(2)), []);
    assert.deepEqual(acts(driver.on('show')), ['send urls']);
    assert.deepEqual(acts(driver.urls(3)), ['push 3']);
    assert.deepEqual(acts(driver.offer(3)), ['play 3']);
  });
}

test('a call that is answered in the background is seen upon return', () => {
  const driver = new Driver().waiting();
  driver.on('hide');
  driver.entry('call.accept', { callee: 'bob' });
  driver.on('show');
  driver.urls(2);
  assert.deepEqual(acts(driver.offer(2)), ['play 2']);
});

for (const [name, input, device] of [
  ['-1301', { on: 'pusher', code: -1301 }, 'camera'],
  ['-1302', { on: 'pusher', code: -1302 }, 'microphone'],
  ['10001', { on: 'pusher.error', code: 10001 }, 'camera'],
  ['10002', { on: 'pusher.error', code: 10002 }, 'microphone'],
]) {
  test(`${name} asks for the ${device}, and goes on once it is granted`, () => {
    const driver = new Driver();
    driver.on('start');
    driver.urls();
    assert.deepEqual(acts(driver.on(input.on, input)), ['push.stop', `permission ${device}`]);
    assert.deepEqual(acts(driver.on('granted')), ['send urls']);
    assert.deepEqual(acts(driver.urls(2)), ['push 2']);
    assert.deepEqual(driver.on('granted'), [], 'it was granted before');
  });
}

test('poor signs are told to the user and, once, to the other side, and pass', () => {
  const driver = new Driver().talking();
  assert.deepEqual(acts(driver.pusher(1101)), ['send network']);
  assert.deepEqual(acts(driver.pusher(1101)), []);
  assert.deepEqual(driver.state.notices, ['uplink']);
  assert.deepEqual(acts(driver.player(2104)), []);
  const [notices, network] = driver.on('timer', { name: 'network' });
  assert.deepEqual([notices.notices, network.command.quality], [[], 'good']);
});

test('1102 and 2103 tell the user, 1002 and 2004 that it is over', () => {
  const driver = new Driver().talking();
  driver.pusher(1102);
  assert.deepEqual(driver.state.notices, ['reconnecting']);
  driver.pusher(1002);
  assert.deepEqual(driver.state.notices, []);
  driver.player(2103);
  assert.deepEqual(driver.state.notices, ['reconnecting']);
  driver.player(2004);
  assert.deepEqual(driver.state.notices, []);
});

test('a caller who is handed on waits again, and sees the next agent', () => {
  const driver = new Driver().talking();
  assert.deepEqual(acts(driver.entry('call.transfer', { from: 'bob', desk: 'back' })), ['play.stop', 'phase waiting']);
  assert.deepEqual(driver.state.notices, ['transferred']);
  assert.deepEqual(acts(driver.entry('call.accept', { callee: 'carl' })), ['phase talking']);
  assert.deepEqual(acts(driver.offer(2)), ['play 2']);
});

test('the camera is off as soon as the user hangs up, and everything at the end', () => {
  const driver = new Driver().talking();
  assert.deepEqual(acts(driver.on('hangup')), ['push.stop', 'play.stop', 'send hangup']);
  assert.deepEqual(acts(driver.on('hangup')), []);
  const outputs = driver.entry('call.end', { by: 'caller', reason: 'hang_up' });
  assert.deepEqual(outputs.find((output) => output.do === 'phase'), { do: 'phase', phase: 'over', reason: 'hang_up' });
  for (const input of ['start', 'hide', 'show', 'hangup', 'granted', 'offline']) assert.deepEqual(driver.on(input), []);
});

test('a second device ends it here', () => {
  const driver = new Driver().talking();
  assert.deepEqual(acts(driver.on('ended', { reason: 'replaced' })), ['push.stop', 'play.stop', 'phase over']);
});

test('URLs that are refused are asked for again, but not of a call that is over', () => {
  const driver = new Driver();
  driver.on('start');
  const command = { type: 'urls' };
  assert.deepEqual(done(driver.on('refused', { command, error: { code: 'no_node' } })), ['timer push.urls 2000']);
  assert.deepEqual(driver.state.notices, ['no_node']);
  assert.deepEqual(acts(driver.on('timer', { name: 'push.urls' })), ['send urls']);
  assert.deepEqual(driver.on('refused', { command, error: { code: 'conflict' } }), []);
});

test('a lost socket is told until the edge greets again', () => {
  const driver = new Driver().talking();
  driver.on('offline');
  assert.deepEqual(driver.state.notices, ['offline']);
  driver.hear({ type: 'hello', phase: 'talking', seq: 9, live: [] });
  assert.deepEqual(driver.state.notices, []);
});

test('no state is changed in place', () => {
  const state = Object.freeze({ ...initial(), notices: Object.freeze([]), steps: Object.freeze([]) });
  Object.freeze(state.push);
  Object.freeze(state.play);
  const { state: next } = step(state, { on: 'start', at: 0 });
  assert.equal(next.phase, 'preparing');
  assert.equal(state.phase, 'new');
});

test('whatever happens, in whatever order: one question under way, no media away or after the end', () => {
  let seed = 1;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const things = [
    (d) => d.on('start'), (d) => d.urls(random(9)), (d) => d.offer(random(9), `n${random(2)}`), (d) => d.on('hide'),
    (d) => d.on('show'), (d) => d.on('granted'), (d) => d.on('offline'), (d) => d.entry('call.accept', { callee: 'b' }),
    (d) => d.entry('call.transfer', { from: 'b', desk: 'x' }), (d) => d.entry('stream.end', { party: 'caller' }),
    (d) => d.entry('stream.end', { party: 'callee' }), (d) => d.entry('stream.begin', { party: 'caller' }),
    (d) => d.entry('stream.begin', { party: 'callee' }), (d) => d.entry('call.request'),
    ...[1002, 1101, 1102, 3004, -1301, -1307, 5000].map((code) => (d) => d.pusher(code)),
    ...[2003, 2004, 2007, 2103, 2104, -2301].map((code) => (d) => d.player(code)),
    ...['push.urls', 'play.urls', 'push.steady', 'play.steady', 'push.overdue', 'network'].map((name) => (d) => d.on('timer', { name })),
  ];
  for (let run = 0; run < 300; run += 1) {
    const driver = new Driver();
    let asked = 0;
    for (let i = 0; i < 120; i += 1) {
      if (random(400) === 0) driver.on('hangup');
      const before = driver.state;
      const thing = things[random(things.length)];
      const outputs = thing(driver);
      if (before.asking && !driver.state.asking) asked = 0;
      asked += outputs.filter((output) => output.do === 'send' && output.command.type === 'urls').length;
      assert.ok(asked <= 1, 'asked twice at once');
      const { away, leaving, phase } = driver.state;
      const quiet = away || leaving || phase === 'over' || phase === 'new';
      const starts = outputs.filter((output) => output.do === 'push' || output.do === 'play').length;
      assert.ok(!quiet || starts === 0, 'media while away');
    }
  }
});
