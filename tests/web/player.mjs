// Chromium's own player on files of a recording: `player.mjs FOLDER FILE...`. Each is opened as a page would, over HTTP with ranges,
// plays, is moved to its middle and plays there. One JSON line for each file: what the player says of it.
import { chromium } from 'playwright-core';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [folder, ...names] = process.argv.slice(2);
/** How long one step of a player may take, in milliseconds. */
const PATIENCE = 30_000;
const TYPES = { mp4: 'video/mp4', wav: 'audio/wav' };

const server = createServer((request, response) => {
  const name = names.find((one) => request.url === `/${encodeURIComponent(one)}`);
  if (!name) {
    response.writeHead(request.url === '/' ? 200 : 404, { 'content-type': 'text/html' }).end();
    return;
  }
  const path = join(folder, name);
  const { size } = statSync(path);
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const [start, end] = [Number(first ?? 0), Math.min(Number(last || size - 1), size - 1)];
  const headers = { 'content-type': TYPES[name.split('.').pop()], 'accept-ranges': 'bytes', 'content-length': end - start + 1 };
  if (first) headers['content-range'] = `bytes ${start}-${end}/${size}`;
  response.writeHead(first ? 206 : 200, headers);
  createReadStream(path, { start, end }).pipe(response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const profile = mkdtempSync(join(tmpdir(), 'counterpart-player-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  ignoreDefaultArgs: true,
  args: [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank',
  ],
});
const page = browser.pages()[0] ?? (await browser.newPage());
await page.goto(`http://127.0.0.1:${server.address().port}/`);

/** In the page: what its player says of a file. */
const open = async ([url, film, patience]) => {
  const player = document.createElement(film ? 'video' : 'audio');
  document.body.replaceChildren(player);
  const fault = () => (player.error ? `${player.error.code} ${player.error.message}` : null);
  const wait = async (what, holds) => {
    const end = performance.now() + patience;
    while (!holds()) {
      if (player.error) throw new Error(`${what}: ${fault()}`);
      if (performance.now() > end) throw new Error(`${what}: not in time, at ${player.currentTime} s`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const plays = async (what) => {
    const from = player.currentTime;
    await player.play();
    await wait(what, () => player.currentTime > from + 0.5 || player.ended);
  };
  try {
    player.src = url;
    await wait('to open', () => player.readyState >= 2);
    const { duration, videoWidth, videoHeight } = player;
    await plays('to play');
    player.pause();
    const middle = duration / 2;
    player.currentTime = middle;
    await wait('to seek', () => !player.seeking && Math.abs(player.currentTime - middle) < 0.1);
    await plays('to play from the middle');
    return { duration, width: videoWidth, height: videoHeight, reached: player.currentTime, fault: fault() };
  } catch (error) {
    return { duration: player.duration, fault: error.message };
  }
};

for (const name of names) {
  const said = await page.evaluate(open, [encodeURIComponent(name), name.endsWith('.mp4'), PATIENCE]);
  process.stdout.write(`${JSON.stringify({ name, ...said })}\n`);
}
await browser.close();
server.close();
rmSync(profile, { recursive: true, force: true });
