// <live-player>, acted by an ffmpeg that plays, decodes and keeps what it plays.
import { join } from 'node:path';
import { Tag } from './tag.mjs';

/** Sound below this is silence, in decibels. */
const SILENCE = -50;

export class Player extends Tag {
  constructor({ raise, folder, say }) {
    super({ raise, say, codes: { connected: 2001, again: 2103, gaveUp: -2301 } });
    this.folder = folder;
    this.files = 0;
    this.sounds = 0;
  }

  arguments(url) {
    this.files += 1;
    this.file = join(this.folder, `played-${this.files}.flv`);
    const quiet = ['-hide_banner', '-nostdin', '-y', '-loglevel', 'info', '-nostats', '-progress', 'pipe:1', '-stats_period', '0.1'];
    const level = 'astats=metadata=1:reset=1,ametadata=mode=print:key=lavfi.astats.Overall.RMS_level:file=-';
    const decode = ['-map', '0:v:0', '-map', '0:a:0', '-af', level, '-vsync', 'passthrough', '-f', 'null', '-'];
    return [...quiet, '-fflags', 'nobuffer', '-i', url, ...decode, '-map', '0', '-c', 'copy', '-f', 'flv', this.file];
  }

  hear(line) {
    if (line.startsWith('Input #0')) this.raise(2002, 'pull begins');
    const size = line.match(/Stream #0.*Video: .* (\d+x\d+)/);
    if (size && this.first('size')) this.raise(2009, size[1]);
    const pictures = Number((line.match(/^frame=(\d+)/) || [])[1]);
    if (pictures > 0) this.#sees(pictures);
    const level = Number((line.match(/RMS_level=(.+)/) || [])[1]);
    if (level > SILENCE) this.#hears();
  }

  #sees(pictures) {
    if (this.first('picture')) {
      this.works();
      this.say(`plays into ${this.file}`);
      this.raise(2003, 'first frame');
      this.raise(2004, 'playing');
    }
    this.say(`sees ${pictures}`);
  }

  #hears() {
    if (this.first('sound')) this.sounds = 0;
    this.sounds += 1;
    if (this.sounds % 10 === 0) this.say(`hears ${this.sounds}`);
  }

  closedByServer() {
    // This tag has no word for it: it tries again.
  }
}
