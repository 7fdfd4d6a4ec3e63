// Timers that go on while the page is in the background.

/** Calls `done` after so many milliseconds, unless what comes back is called before. */
export type After = (ms: number, done: () => void) => () => void;

/** Browsers slow the timers of hidden pages to one a minute, and an agent's page is often hidden; those of workers they leave alone. */
const WORKER = `onmessage = ({data: [id, ms]}) => setTimeout(() => postMessage(id), ms)`;

function byWorker(): After {
  const source = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
  const worker = new Worker(source);
  const waiting = new Map<number, { at: number; done: () => void }>();
  let count = 0;
  worker.onmessage = ({ data }: MessageEvent<number>) => {
    const found = waiting.get(data);
    waiting.delete(data);
    found?.done();
  };
  // The page's policy forbids it.
  worker.onerror = () => {
    chosen = plain;
    for (const { at, done } of waiting.values()) plain(Math.max(0, at - Date.now()), done);
    waiting.clear();
  };
  return (ms, done) => {
    const id = ++count;
    waiting.set(id, { at: Date.now() + ms, done });
    worker.postMessage([id, ms]);
    return () => void waiting.delete(id);
  };
}

const plain: After = (ms, done) => {
  const timer = setTimeout(done, ms);
  return () => clearTimeout(timer);
};

let chosen: After | undefined;

/** The timer of this page: of a worker, where the page may have one. */
export const after: After = (ms, done) => {
  chosen ??= choose();
  return chosen(ms, done);
};

function choose(): After {
  try {
    return typeof Worker === 'undefined' ? plain : byWorker();
  } catch {
    return plain;
  }
}
