// A real browser as a pipe: opens one WebTransport session to the URL on the command line and passes
// bytes between it and this program's own standard input and output, so that whoever started it speaks
// the protocol. One line each way:
//   in    control HEX          bytes for the control stream
//   out   ready | failed WHY | control HEX | stream ID HEX | streamend ID | datagram HEX | closed WHY
import { chromium } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [origin, url, sha256] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'counterpart-chromium-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  ignoreDefaultArgs: true,
  args: [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--webtransport-developer-mode', '--remote-debugging-pipe', `--user-data-dir=${profile}`,
    'about:blank',
  ],
});

const end = async () => {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
  process.exit(0);
};

const page = browser.pages()[0] ?? (await browser.newPage());
await page.exposeFunction('say', (line) => process.stdout.write(`${line}\n`));
await page.goto(origin);

const open = async ([url, sha256]) => {
  const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  const hash = Uint8Array.from(sha256.match(/../g), (pair) => parseInt(pair, 16));
  const transport = new WebTransport(url, {
    serverCertificateHashes: [{ algorithm: 'sha-256', value: hash }],
  });
  try {
    await transport.ready;
  } catch (error) {
    await window.say(`failed ${error}`);
    return;
  }
  const control = await transport.createBidirectionalStream();
  const writer = control.writable.getWriter();
  window.send = (text) => writer.write(Uint8Array.from(text.match(/../g), (p) => parseInt(p, 16)));
  const pump = async (readable, name, each) => {
    const reader = readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      await each(value);
    }
    if (name) await window.say(`streamend ${name}`);
  };
  const ignore = () => {};
  pump(control.readable, null, (bytes) => window.say(`control ${hex(bytes)}`)).catch(ignore);
  pump(transport.datagrams.readable, null, (bytes) => window.say(`datagram ${hex(bytes)}`)).catch(ignore);
  let count = 0;
  pump(transport.incomingUnidirectionalStreams, null, (stream) => {
    const id = ++count;
    pump(stream, String(id), (bytes) => window.say(`stream ${id} ${hex(bytes)}`)).catch(ignore);
  }).catch(ignore);
  transport.closed.then(
    (info) => window.say(`closed ${info.closeCode} ${info.reason}`),
    (error) => window.say(`closed ${error}`),
  );
  await window.say('ready');
};
await page.evaluate(open, [url, sha256]);

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const [word, text] = line.split(' ');
  if (word === 'control') page.evaluate((text) => window.send(text), text).catch(() => {});
});
input.on('close', end);
