import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from '../../src/media/publish/budget';

test('an encoder that takes more than its bitrate is held to it by leaving pictures out', () => {
  const budget = new Budget();
  let bytes = 0;
  for (let now = 0; now < 10_000; now += 33) {
    if (!budget.allows(now)) continue;
    bytes += 1_000;
    budget.spend(1_000, 80_000, now);
  }
  const rate = (bytes * 8) / 10;
  assert.ok(rate > 76_000 && rate < 86_000, `${rate}`);
});

test('who keeps to it leaves nothing out, and a keyframe stops the pictures for a moment only', () => {
  const budget = new Budget();
  for (let now = 0; now < 1_000; now += 33) {
    assert.ok(budget.allows(now), `${now}`);
    budget.spend(330, 80_000, now);
  }
  budget.spend(30_000, 80_000, 1_000);
  assert.ok(!budget.allows(1_500));
  assert.ok(budget.allows(1_600));
});
