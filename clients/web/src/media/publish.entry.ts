// The worker of a Publisher.

import type { FromPublish, ToPublish } from './publish/messages';
import { Studio } from './publish/studio';

const say = (message: FromPublish) => self.postMessage(message);
let studio: Studio | undefined;

self.onmessage = async ({ data }: MessageEvent<ToPublish>) => {
  switch (data.type) {
    case 'settings':
      studio = new Studio(data.bitrate, data.soundBitrate, {
        state: (state) => say({ type: 'state', ...state }),
        stats: (stats) => say({ type: 'stats', ...stats }),
      });
      return;
    case 'video': return studio?.film(data.readable, data.fps);
    case 'audio': return studio?.listen(data.readable);
    case 'connect': return studio?.connect(data.url);
    case 'stop':
      await studio?.stop();
      return self.close();
  }
};
