// The worker of a Player.

import type { FromPlay, ToPlay } from './play/messages';
import { Theatre } from './play/theatre';

const say = (message: FromPlay, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
const theatre = new Theatre({
  picture: (frame) => say({ type: 'picture', frame }, [frame]),
  state: (state) => say({ type: 'state', ...state }),
  stats: (stats) => say({ type: 'stats', ...stats }),
});

self.onmessage = async ({ data }: MessageEvent<ToPlay>) => {
  switch (data.type) {
    case 'sound':
      theatre.speaker = data.port;
      return;
    case 'audible': return theatre.listen(data.audible, data.latency);
    case 'play': return theatre.play(data.url);
    case 'shown': return theatre.shown();
    case 'stop':
      await theatre.stop();
      return self.close();
  }
};
