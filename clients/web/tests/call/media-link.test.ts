import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MediaLink } from '../../src/call/media-link';
import type { Player } from '../../src/media/player';
import type { Publisher } from '../../src/media/publisher';
import { FakeWorld } from '../signal/world';
import { FakePlayer, FakePublisher, urls } from './fakes';

function linked() {
  const world = new FakeWorld();
  const publisher = new FakePublisher();
  const player = new FakePlayer();
  const asked: number[] = [];
  const ask = () => {
    asked.push(world.now());
    return Promise.resolve({ publish: urls(`p${asked.length}`), play: urls('own') });
  };
  const parts = { publisher: publisher as unknown as Publisher, player: player as unknown as Player, urls: ask, after: world.after };
  const link = new MediaLink(parts);
  return { world, publisher, player, asked, link };
}

test('a lost stream is published again with fresh URLs, at once, then after 0.5, 1 and 2 s', async () => {
  const { world, publisher, asked, link } = linked();
  link.begin();
  await world.pass(0);
  publisher.is('live');
  link.ownBegan();
  for (let n = 0; n < 5; n++) {
    publisher.is('lost');
    await world.pass(2_000);
  }
  assert.deepEqual(publisher.urls, ['p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  assert.deepEqual(asked, [0, 0, 2_500, 5_000, 8_000, 10_000]);
});

test('the end of one’s own stream asks again, unless a newer one has begun meanwhile', async () => {
  const { world, publisher, link } = linked();
  link.begin();
  await world.pass(0);
  publisher.is('live');
  link.ownBegan();
  link.ownEnded();
  await world.pass(100);
  link.ownBegan();
  await world.pass(5_000);
  assert.equal(publisher.urls.length, 1);
  link.ownEnded();
  await world.pass(1_000);
  assert.equal(publisher.urls.length, 2);
});

test('a publisher of whom the edge knows nothing begins anew', async () => {
  const { world, publisher, link } = linked();
  link.begin();
  await world.pass(0);
  publisher.is('live');
  await world.pass(6_500);
  assert.equal(publisher.urls.length, 2);
});

test('a playing stream stays when it is told again, and moves with the node', async () => {
  const { player, link } = linked();
  link.begin();
  link.told(urls('a'));
  player.is('playing');
  link.told(urls('b'));
  assert.deepEqual(player.urls, ['a']);
  link.told(urls('c', 'n2'));
  assert.deepEqual(player.urls, ['a', 'c']);
});

test('a lost play goes on with what was told last, or with fresh URLs', async () => {
  const { world, player, asked, link } = linked();
  link.begin();
  await world.pass(0);
  link.told(urls('a'));
  player.is('playing');
  link.told(urls('b'));
  player.is('lost');
  assert.deepEqual(player.urls, ['a', 'b']);
  player.is('lost');
  await world.pass(1_000);
  assert.equal(asked.length, 2);
  link.told(urls('c'));
  assert.deepEqual(player.urls, ['a', 'b', 'c']);
});

test('who waits for a stream that is told to be there plays it anew after a while', async () => {
  const { world, player, link } = linked();
  link.begin();
  link.told(urls('a'));
  player.is('waiting');
  link.told(urls('b'));
  await world.pass(1_000);
  assert.deepEqual(player.urls, ['a']);
  await world.pass(2_000);
  assert.deepEqual(player.urls, ['a', 'b']);
});

test('a browser that cannot publish says so once and goes on without', async () => {
  const { world, publisher, asked, link } = linked();
  let unable = 0;
  link.on('unable', () => unable++);
  link.begin();
  await world.pass(0);
  publisher.is('refused', 'unsupported');
  await world.pass(60_000);
  assert.deepEqual([unable, asked.length], [1, 1]);
});
