// <live-pusher>, acted by an ffmpeg that pushes H.264 and AAC.
import { Tag } from './tag.mjs';

export class Pusher extends Tag {
  /** `allowed()` gives the device that the user does not let it use, if any. */
  constructor({ raise, fail, camera, refused, say }) {
    super({ raise, say, codes: { connected: 1001, again: 1102, gaveUp: -1307 } });
    this.fail = fail;
    this.camera = camera;
    this.refused = refused;
  }

  start(url) {
    const device = this.refused();
    if (device === undefined) {
      super.start(url);
      return;
    }
    const [error, code] = device === 'camera' ? [10001, -1301] : [10002, -1302];
    this.fail(error, `the ${device} may not be used`);
    this.raise(code, `the ${device} cannot be opened`);
  }

  arguments(url) {
    const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'info', '-nostats', '-progress', 'pipe:1', '-stats_period', '0.1'];
    return [...quiet, '-re', '-stream_loop', '-1', '-i', this.camera, '-c', 'copy', '-f', 'flv', url];
  }

  hear(line) {
    // It says so when the server has answered to publish.
    if (line.startsWith('Output #0')) {
      this.works();
      this.raise(1002, 'push begins');
    }
    if (/^frame=[1-9]/.test(line) && this.first('frame')) this.raise(1007, 'first frame');
  }

  closedByServer() {
    this.raise(3004, 'closed by the server');
  }
}
