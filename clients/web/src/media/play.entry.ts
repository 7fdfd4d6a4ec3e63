// The worker of a Player.

import type { FromPlay, ToPlay } from './play/messages';
import { Theatre } from './play/theatre';

const say = (message: FromPlay) => self.postMessage(message);
const theatre = new Theatre({
  state: (state) => say({ type: 'state', ...state }),
  stats: (stats) => say({ type: 'stats', ...stats }),
});

self.onmessage = async ({ data }: MessageEvent<ToPlay>) => {
  switch (data.type) {
    case 'screen':
      theatre.screen = data.canvas;
      return;
    case 'sound':
      theatre.speaker = data.port;
      return;
    case 'audible': return theatre.listen(data.audible, data.latency);
    case 'play': return theatre.play(data.url);
    case 'snapshot': {
      const blob = await theatre.snapshot();
      return say({ type: 'snapshot', id: data.id, ...(blob ? { blob } : {}) });
    }
    case 'stop':
      await theatre.stop();
      return self.close();
  }
};
