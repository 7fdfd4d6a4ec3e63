import assert from 'node:assert/strict';
import { test } from 'node:test';
import './page';
import type { Recording } from '../../src/signal/archive';
import { en } from '../../src/text/en';
import { zh } from '../../src/text/zh';
import { deletions, ruleWords } from '../../src/ui/deletion';

const at = new Date(2026, 10, 26, 14, 3).getTime();

function file(deleted?: { at: number; rule: string }): Recording {
  return { path: 'c1/caller.mp4', bytes: 1, duration_ms: 1, sha256: '00', node: 'n1', ...(deleted && { deleted }) };
}

test('a rule is told in the language that is on', () => {
  assert.equal(ruleWords('retention of 30 days', en), 'kept for 30 days');
  assert.equal(ruleWords('retention of 30 days', zh), '已满 30 天保存期');
  assert.equal(ruleWords('asked for by API key k-1', zh), '应 API 密钥 k-1 的要求');
  assert.equal(ruleWords('asked for by the root API key', zh), '应 主 API 密钥 的要求');
  assert.equal(ruleWords('retention of 1 days', en), 'kept for a day');
  assert.equal(ruleWords('some other rule', zh), 'some other rule');
});

test('each rule says how many files went by it, and when the last one did', () => {
  const month = 'retention of 30 days';
  const recordings = [file(), file({ at: at - 60_000, rule: month }), file({ at, rule: month }), file({ at, rule: 'asked for by API key k-1' })];
  const said = deletions(recordings).map((say) => (typeof say === 'string' ? say : say(en)));
  assert.equal(said.length, 2);
  assert.match(said[0] ?? '', /^2 recorded files were deleted on .*2026.*14:03: kept for 30 days$/);
  assert.match(said[1] ?? '', /^1 recorded file was deleted on .*: asked for by API key k-1$/);
  assert.deepEqual(deletions([file()]), []);
});
