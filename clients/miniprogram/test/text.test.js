// Every text in both languages, and for everything that can happen.

const { test } = require('node:test');
const assert = require('node:assert/strict');
const zh = require('../sdk/text/zh');
const en = require('../sdk/text/en');
const { language, text, texts, half, endText, waitText } = require('../sdk/text/index');

const values = (pattern) => (pattern.match(/\{\w+\}/g) || []).sort();

test('both languages say the same things, with the same values in them', () => {
  assert.deepEqual(Object.keys(zh), Object.keys(en));
  for (const key of Object.keys(zh)) {
    assert.deepEqual(values(zh[key]), values(en[key]), key);
    assert.match(zh[key], /[\u4e00-\u9fff]/, key);
    assert.doesNotMatch(en[key], /[\u4e00-\u9fff]/, key);
  }
});

test('the language is that of the phone', () => {
  const of = (name) => language({ getAppBaseInfo: () => ({ language: name }) });
  assert.deepEqual(['zh_CN', 'zh_TW', 'en', 'fr', undefined].map(of), ['zh', 'zh', 'en', 'en', 'zh']);
  assert.equal(language({ getSystemInfoSync: () => ({ language: 'en' }) }), 'en');
});

test('values stand in their places', () => {
  assert.equal(text('en', 'waiting.position', { position: 3 }), 'Place in line: 3');
  assert.equal(text('en', 'no.such.key'), '');
  assert.equal(texts('zh', 'button.').mute, '静音');
  assert.equal(half('en', '未找到 / There is no such thing here'), 'There is no such thing here');
  assert.equal(half('zh', '未找到 / There is no such thing here'), '未找到');
});

test('every end and every notice has words', () => {
  const ends = ['hang_up', 'rejected', 'abandoned', 'lease', 'desk_closed', 'line_full', 'supervisor', 'replaced', 'transferred'];
  ends.forEach((reason) => assert.ok(en[`end.${reason}`], reason));
  assert.match(endText('en', 'meteor'), /meteor/);
});

test('the place in line and the wait are told in words', () => {
  assert.deepEqual(waitText('en', { position: 1, wait_s: 20 }), { place: 'You are next', wait: 'Expected wait: less than a minute' });
  assert.deepEqual(waitText('zh', { position: 2, wait_s: 61 }), { place: '排队位置：第 2 位', wait: '预计等待：约 2 分钟' });
  assert.equal(waitText('en', { position: 2 }).wait, '');
});
