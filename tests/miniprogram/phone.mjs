// A phone with the sample app on it, as a pipe. Its pages are run by miniprogram-simulate in jsdom; wx.request and
// wx.connectSocket reach the real edge; the two tags are acted by ffmpeg, and their codes come from what really happens to it.
//
//   node phone.mjs EDGE CAMERA FOLDER CODE
//
// EDGE is the edge's address, CAMERA a file with H.264 and AAC, FOLDER takes what is played, CODE is what wx.login gives.
//
// One line each way:
//   in   open [PAGE]                 opens a page: the app's first one, or this one
//        tap SELECTOR [EVENT]        type SELECTOR TEXT
//        hide | show                 the app goes to the background and comes back
//        media cut | media mend      the tags' network; signal cut | signal mend: the app's own
//        kill pusher | kill player   the program behind a tag
//        setting DEVICE on|off       answer yes|no: what the user says when he is asked
//        choose FILE                 the picture that he chooses next
//   out  page PATH, shows TEXT       what is on the screen, at every change
//        push URL, play URL          a tag starts there; pusher CODE TEXT, player CODE TEXT
//        downloads BYTES             a picture of the call is on the phone
//        player sees N, player hears N, player plays into FILE
//        phase JSON, step JSON, position JSON, stored JSON: the component's events
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { JSDOM } from 'jsdom';
import { network } from './wx.mjs';
import { Pages } from './pages.mjs';
import { Settings } from './settings.mjs';
import { Tags } from './tags.mjs';

const [edge, camera, folder, code] = process.argv.slice(2);
const top = fileURLToPath(new URL('../../clients/miniprogram', import.meta.url));
const require = createRequire(import.meta.url);
const say = (line) => process.stdout.write(`${line.replace(/\s+/g, ' ')}\n`);

const { window } = new JSDOM('<!doctype html><body></body>', { url: 'http://phone.localhost/', pretendToBeVisual: true });
// Not `Event`: jsdom's own WebSocket needs that of Node.
const names = ['document', 'Element', 'HTMLElement', 'CustomEvent', 'TouchEvent', 'Node'];
Object.assign(globalThis, { window }, ...names.map((name) => ({ [name]: window[name] })));
const simulate = require('miniprogram-simulate');

const settings = new Settings();
const choices = [];
const { api, radio: signals } = network({ WebSocket: window.WebSocket, folder, code, chosen: () => choices.shift(), say });
const pages = new Pages({ simulate, top, document: window.document, say });
const tags = new Tags({ simulate, say, camera, folder, refused: () => settings.refused() });
Object.assign(globalThis.wx, api, settings.api(), pages.api(), {
  createLivePusherContext: () => tags.pusherContext(),
  createLivePlayerContext: () => tags.playerContext(),
});

let app;
globalThis.App = (definition) => (app = definition);
globalThis.getApp = () => app;
require(`${top}/app/config.js`).edge = edge;
require(`${top}/app.js`);

app.onLaunch();

let screen = '';
new window.MutationObserver(() => {
  const text = pages.shown?.page.dom.textContent ?? '';
  if (text !== screen) say(`shows ${(screen = text)}`);
}).observe(window.document.body, { subtree: true, childList: true, characterData: true });

const cuts = { media: () => tags.radios, signal: () => [signals] };
const commands = {
  open: (url = require(`${top}/app.json`).pages[0]) => pages.open(url),
  tap: (selector, event = 'tap') => pages.dispatch(selector, event, {}),
  type: (selector, ...words) => pages.dispatch(selector, 'input', { value: words.join(' ') }),
  hide: () => {
    tags.suspend();
    pages.lifetime('hide');
  },
  show: () => pages.lifetime('show'),
  kill: (which) => tags[which].actor.kill(),
  setting: (device, state) => settings.set(device, state === 'on'),
  answer: (word) => (settings.agrees = word === 'yes'),
  choose: (file) => choices.push(file),
};
for (const [name, radios] of Object.entries(cuts)) commands[name] = (what) => Promise.all(radios().map((radio) => radio[what]()));

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const [word, ...rest] = line.split(' ');
  commands[word](...rest);
});
input.on('close', async () => {
  await Promise.all([tags.pusher, tags.player].map((tag) => tag?.actor.stop()));
  process.exit(0);
});
say('ready');
