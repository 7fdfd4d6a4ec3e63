// `wx`, as far as the mini-program uses it, on the real network.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Radio } from './radio.mjs';

/** All of it that reaches out. `login` gives the codes of `wx.login`; `chosen()` the file that the user chooses. */
export function network({ WebSocket, folder, code, chosen, say }) {
  const radio = new Radio();
  const files = mkdtempSync(join(folder, 'phone-'));
  let downloads = 0;
  const download = (bytes) => {
    downloads += 1;
    const path = join(files, String(downloads));
    writeFileSync(path, bytes);
    say(`downloads ${bytes.length}`);
    return path;
  };
  const api = {
    login: ({ success }) => success({ code }),
    request: (options) => void request(radio, options),
    connectSocket: (options) => new SocketTask(radio, WebSocket, options),
    downloadFile: (options) => void fetched(radio, options, download),
    chooseMedia: ({ success, fail }) => {
      const tempFilePath = chosen();
      if (tempFilePath) success({ tempFiles: [{ tempFilePath }] });
      else fail({ errMsg: 'chooseMedia:fail cancel' });
    },
    getFileSystemManager: () => ({ readFile }),
  };
  return { api, radio };
}

async function request(radio, { url, method = 'GET', header, data, timeout, success, fail }) {
  try {
    const signal = AbortSignal.timeout(timeout);
    const answer = await fetch(await radio.through(url), { method, headers: header, body: data, signal });
    const text = await answer.text();
    success({ statusCode: answer.status, data: json(text), header: Object.fromEntries(answer.headers) });
  } catch (error) {
    fail({ errMsg: `request:fail ${error.message}` });
  }
}

/** As WeChat has it: what is not JSON stays a text. */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function fetched(radio, { url, header, success, fail }, download) {
  try {
    const answer = await fetch(await radio.through(url), { headers: header });
    success({ statusCode: answer.status, tempFilePath: download(Buffer.from(await answer.arrayBuffer())) });
  } catch (error) {
    fail({ errMsg: `downloadFile:fail ${error.message}` });
  }
}

function readFile({ filePath, success, fail }) {
  try {
    const bytes = readFileSync(filePath);
    success({ data: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) });
  } catch (error) {
    fail({ errMsg: `readFile:fail ${error.message}` });
  }
}

class SocketTask {
  constructor(radio, WebSocket, { url, protocols }) {
    this.listeners = {};
    this.socket = radio.through(url).then((url) => {
      const socket = new WebSocket(url, protocols);
      socket.onopen = () => this.#tell('open', {});
      socket.onmessage = ({ data }) => this.#tell('message', { data });
      socket.onclose = ({ code, reason }) => this.#tell('close', { code, reason });
      socket.onerror = () => this.#tell('error', { errMsg: 'connectSocket:fail' });
      return socket;
    });
  }

  onOpen(listener) {
    this.listeners.open = listener;
  }

  onMessage(listener) {
    this.listeners.message = listener;
  }

  onClose(listener) {
    this.listeners.close = listener;
  }

  onError(listener) {
    this.listeners.error = listener;
  }

  async send({ data, fail }) {
    const socket = await this.socket;
    if (socket.readyState === 1) socket.send(data);
    else if (fail) fail({ errMsg: 'sendSocketMessage:fail' });
  }

  async close({ code }) {
    (await this.socket).close(code);
  }

  #tell(event, detail) {
    if (this.listeners[event]) this.listeners[event](detail);
  }
}
