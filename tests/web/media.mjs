// Pages of the web client's media as a pipe. Bundles tests/web/media/page.ts, serves it under the CSP of the product, opens
// it in Chromium as often as the command line names a page (`a b`), and calls its functions. One line each way:
//   in    PAGE FUNCTION JSON-ARRAY
//   out   ready | ok JSON | fail WHY | log PAGE TEXT
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const top = join(here, '../..');
const folder = mkdtempSync(join(tmpdir(), 'counterpart-media-'));
const say = (line) => process.stdout.write(`${line}\n`);

const CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
  + "media-src 'self' blob: http: https:; connect-src 'self' http: https: ws: wss:; worker-src 'self' blob:; base-uri 'none'; "
  + "form-action 'none'; frame-ancestors 'none'";
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

const flag = execFileSync(join(top, 'tools/build-media.sh'), [folder], { encoding: 'utf8' }).trim();
await build({
  absWorkingDir: top, bundle: true, format: 'esm', splitting: true, outdir: folder, logLevel: 'warning',
  entryPoints: { page: join(here, 'media/page.ts'), mouth: join(here, 'media/mouth.entry.ts'), ear: join(here, 'media/ear.entry.ts') },
  define: { MEDIA_ASSETS: flag.slice('--define:MEDIA_ASSETS='.length) },
});
const server = createServer((request, response) => {
  const { url } = request;
  if (url === '/favicon.ico') return response.writeHead(204).end();
  if (url === '/pictures') return take(request, response).catch(() => response.destroy());
  // For a page that waits and lets nothing else run meanwhile.
  if (url.startsWith('/late/')) return setTimeout(() => response.writeHead(204).end(), Number(url.slice(6)));
  const name = new URL(url, 'http://localhost').pathname.slice(1);
  const body = name === '' ? '<!doctype html><title>media</title><body><script type="module" src="page.js"></script>' : read(name);
  const type = TYPES[extname(name) || '.html'];
  response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': type ?? 'text/plain', 'Content-Security-Policy': CSP }).end(body);
});
// What a page hands over goes into a file of its own; whoever asked the page for it takes that away.
let handed = 0;
async function take(request, response) {
  const file = join(folder, `pictures-${handed++}`);
  await pipeline(request, createWriteStream(file));
  response.writeHead(200, { 'Content-Type': 'text/plain' }).end(file);
}
function read(name) {
  try {
    return readFileSync(join(folder, name));
  } catch {
    return undefined;
  }
}
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
// Pages of one site may share a process, which those of two parties do not.
const origin = (page) => `http://${page % 2 ? 'localhost' : '127.0.0.1'}:${server.address().port}/`;

const profile = join(folder, 'profile');
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  ignoreDefaultArgs: true,
  args: [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=fps=30',
    '--auto-select-desktop-capture-source=media', '--allow-loopback-in-peer-connection', '--disable-popup-blocking', '--remote-debugging-pipe',
    ...(process.env.CHROMIUM_FLAGS ?? '').split(' ').filter(Boolean), `--user-data-dir=${profile}`, 'about:blank',
  ],
});

const end = async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
};

// A tab behind another one renders a video's pictures once a second, whatever else it is told: each page has its own window.
async function newWindow() {
  const [opener] = browser.pages();
  const opened = browser.waitForEvent('page');
  await opener.evaluate(() => void window.open('about:blank', '_blank', 'popup,noopener,width=900,height=700'));
  return opened;
}

const pages = new Map();
for (const [index, name] of process.argv.slice(2).entries()) {
  const page = await newWindow();
  page.on('console', (message) => say(`log ${name} ${message.text().replaceAll('\n', ' ')}`));
  page.on('pageerror', (error) => say(`log ${name} ${String(error).replaceAll('\n', ' ')}`));
  await page.goto(origin(index));
  await page.waitForFunction(() => 'media' in window);
  pages.set(name, page);
}
say('ready');

const input = createInterface({ input: process.stdin });
input.on('line', async (line) => {
  const [, name, call, args] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
  try {
    const result = await pages.get(name).evaluate(([call, args]) => window.media[call](...args), [call, JSON.parse(args || '[]')]);
    say(`ok ${JSON.stringify(result ?? null)}`);
  } catch (error) {
    say(`fail ${String(error).replaceAll('\n', ' ')}`);
  }
});
input.on('close', end);
