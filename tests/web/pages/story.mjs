// What the stories of the pages have in common: a real browser, people in it, and steps that are told as they are reached.
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Long enough for a busy machine. */
export const PATIENCE = 30_000;

const say = (line) => process.stdout.write(`${line.replaceAll('\n', ' ')}\n`);

/** Tells that a step is reached. */
export const step = (name) => say(`step ${name}`);

const answers = createInterface({ input: process.stdin });

/** Lets something happen outside of the browser, and waits until it has. */
export async function happens(what) {
  const done = new Promise((resolve) => answers.once('line', resolve));
  say(`happens ${what}`);
  await done;
}

/** Fails the story unless this holds. */
export function ensure(holds, what) {
  if (!holds) throw new Error(what);
}

/** Asks again until the answer is yes; gives it. */
export async function until(what, ask) {
  const end = Date.now() + PATIENCE;
  let answer;
  for (;;) {
    answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Runs a story in a browser: `ok JSON` with what it gives, or `fail WHY`. Standard input's end ends it. */
export async function run(story) {
  const profile = mkdtempSync(join(tmpdir(), 'counterpart-pages-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    ignoreDefaultArgs: true,
    viewport: { width: 1280, height: 800 },
    args: [
      '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--lang=en-US', '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream=fps=30', '--disable-renderer-backgrounding',
      '--disable-backgrounding-occluded-windows', '--hide-scrollbars', '--webtransport-developer-mode', '--remote-debugging-pipe',
      `--user-data-dir=${profile}`, 'about:blank',
    ],
  });
  const end = async (status) => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
    process.exit(status);
  };
  answers.on('close', () => void end(1));
  const people = new People(browser, await senses());
  try {
    say(`ok ${JSON.stringify((await story(people)) ?? null)}`);
    await end(0);
  } catch (error) {
    await people.picture();
    say(`fail ${error.stack ?? error}\n${people.troubles.join('\n')}`);
    await end(1);
  }
}

async function senses() {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'senses.ts')], bundle: true, format: 'iife', write: false, target: 'chrome114', logLevel: 'warning',
  });
  return outputFiles[0].text;
}

/** Opens pages, each for one person, and listens to what goes wrong in them. */
class People {
  troubles = [];
  #browser;
  #senses;
  #pages = new Map();

  constructor(browser, senses) {
    this.#browser = browser;
    this.#senses = senses;
  }

  /** Somebody opens a page; his microphone sounds a tone of so many hertz. */
  async come(name, url, { width = 1280, height = 800, tone = 1000 } = {}) {
    const page = await this.#window();
    page.setDefaultTimeout(PATIENCE);
    await page.setViewportSize({ width, height });
    await page.addInitScript(`{ const TONE = ${tone};\n${this.#senses} }`);
    page.on('pageerror', (error) => this.troubles.push(`${name}: ${error.stack ?? error}`));
    page.on('console', (message) => message.type() === 'error' && this.troubles.push(`${name}: ${message.text()}`));
    await page.goto(url);
    this.#pages.set(name, page);
    return page;
  }

  /** Serves these at every origin, too: a type and a text by path. */
  async serve(files) {
    // What no server has sent counts as from the internet, which may not reach into a local network unasked.
    await this.#browser.grantPermissions(['local-network-access']);
    for (const [path, [contentType, body]] of Object.entries(files)) {
      await this.#browser.route((url) => url.pathname === path, (route) => route.fulfill({ contentType, body }));
    }
  }

  /** A window: of the tabs of one, Chromium draws only the foremost at full speed. */
  async #window() {
    const [blank] = this.#browser.pages();
    const opened = this.#browser.waitForEvent('page');
    await blank.evaluate(() => void open('about:blank', '', 'popup,noopener'));
    return opened;
  }

  /** Somebody's renderer dies, as that of a tab which runs out of memory. */
  async crash(name) {
    const page = this.#pages.get(name);
    const gone = new Promise((resolve) => page.once('crash', resolve));
    const inspector = await this.#browser.newCDPSession(page);
    // Never answered: who would answer is dead.
    void inspector.send('Page.crash').catch(() => undefined);
    await gone;
    this.#pages.delete(name);
    await page.close();
  }

  /** What everyone saw last, in `target/report/pages`, for whoever looks into a failure. */
  async picture() {
    for (const [name, page] of this.#pages) {
      await page.screenshot({ path: join(here, '../../../target/report/pages', `${name}.png`) }).catch(() => undefined);
    }
  }

  /** Fails the story when a page's policy had to stop anything, or a script of a page threw. */
  async innocent() {
    for (const [name, page] of this.#pages) {
      const violations = await page.evaluate(() => window.senses.violations());
      ensure(violations.length === 0, `${name}'s policy stopped ${violations.join(', ')}`);
    }
    const thrown = this.troubles.filter((trouble) => /Error:|Content Security Policy/.test(trouble));
    ensure(thrown.length === 0, thrown.join('\n'));
  }
}

/** Waits until a page shows moving pictures of the other side, `where` they are to be looked for; the delay of the middle one and the longest pause since this was last asked, in milliseconds. */
export async function sees(page, name, where) {
  // What was seen before says nothing of now, but for the pause that may have begun then.
  let { pause } = await page.evaluate((where) => window.senses.seen(where), where);
  let pictures = 0;
  let delay;
  await until(`${name} sees the other side move`, async () => {
    const seen = await page.evaluate((where) => window.senses.seen(where), where);
    pictures += seen.pictures;
    pause = Math.max(pause, seen.pause);
    if (seen.pictures) delay = seen.delay;
    return pictures >= 30;
  });
  return { delay, pause: Math.round(pause) };
}

/** Waits until a page sounds the other side's tone. */
export async function hears(page, name, tone) {
  await until(`${name} hears ${tone} Hz`, async () => {
    const { hz, db } = await page.evaluate(() => window.senses.heard());
    return db > -60 && Math.abs(hz - tone) < 30;
  });
}
