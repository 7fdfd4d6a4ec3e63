// The HTTP interface: what is asked, and how refusals come out.

const { test } = require('node:test');
const assert = require('node:assert/strict');
const { FakeWx } = require('./fake_wx');
const { Edge } = require('../sdk/edge');
const { dialWait, urlWait } = require('../sdk/backoff');

function edge(...answers) {
  const api = new FakeWx();
  api.answers = answers;
  api.login = ({ success }) => success({ code: 'c0de' });
  return { api, edge: new Edge({ base: 'https://edge', token: 't', api }) };
}

const ok = (data) => ({ statusCode: 200, data, header: {} });

test('a login takes the code of wx.login, and its token from then on', async () => {
  const { api, edge: there } = edge(ok({ user: 'wx-o', token: 'new', expires_at: 9 }), ok({ desks: [] }));
  await there.login();
  assert.deepEqual(JSON.parse(api.requests[0].data), { code: 'c0de' });
  await there.desks();
  assert.equal(api.requests[1].header.Authorization, 'Bearer new');
});

test('a refusal keeps its code, its detail and when to try again', async () => {
  const refusal = { code: 'rate_limited', message: '请求过于频繁 / There are too many requests', detail: 'd' };
  const { edge: there } = edge({ statusCode: 429, data: refusal, header: { 'Retry-After': '7' } });
  await assert.rejects(there.createDeskCall('front'), { code: 'rate_limited', detail: 'd', status: 429, retryAfter: 7, final: false });
});

test('what is no answer of the edge is told as such', async () => {
  const { edge: there } = edge({ statusCode: 502, data: '<html>', header: {} }, { fail: 'timeout' });
  await assert.rejects(there.desks(), { code: 'internal', status: 502 });
  await assert.rejects(there.desks(), { code: 'unreachable', status: 0 });
});

test('a picture goes as it is, and only one that the edge takes', async () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]).buffer;
  const { api, edge: there } = edge(ok({ url: '/v1/calls/c/images/i' }));
  await there.uploadImage('c', png);
  assert.equal(api.requests[0].header['content-type'], 'image/png');
  assert.equal(api.requests[0].data, png);
  await assert.rejects(there.uploadImage('c', new ArrayBuffer(9)), { code: 'bad_request' });
  const large = new Uint8Array((1 << 20) + 1);
  large.set([0xff, 0xd8, 0xff]);
  await assert.rejects(there.uploadImage('c', large.buffer), { code: 'too_large' });
});

test('a rating without a comment has none', async () => {
  const { api, edge: there } = edge(ok(''), ok(''));
  await there.rate('c', 5, '');
  await there.rate('c', 1, 'slow');
  assert.deepEqual(api.requests.map(({ data }) => JSON.parse(data)), [{ stars: 5 }, { stars: 1, comment: 'slow' }]);
});

test('waits grow to a bound', () => {
  assert.deepEqual([0, 1, 2, 99].map((attempt) => dialWait(attempt, 1)), [0, 100, 200, 3000]);
  assert.equal(dialWait(2, 0), 100);
  assert.deepEqual([0, 1, 2, 3, 99].map(urlWait), [0, 500, 1000, 2000, 2000]);
});
