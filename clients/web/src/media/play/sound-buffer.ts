// Sound between its arrival and the output: evens out when it comes, hides what is missing, stays short.

import { Jitter } from './jitter';

/** Seconds that fit. */
const CAPACITY = 4;

/** Least and most that sound is played later than the quickest of it comes, in milliseconds. */
const LEAST = 24;
const MOST = 350;

/** For its pictures sound does not become later than this: a conversation needs the sound first. */
const TOGETHER = 180;

/** More than the unevenness of the arrivals, for that of the output. */
const SPARE = 12;

/** Times of packets are whole milliseconds; steps up to this are rounding. */
const ROUNDING = 8;

/** A longer gap, or sound that is older, is a new beginning, in milliseconds. */
const NEW_BEGINNING = 500;

/** How long a fade takes, in milliseconds: short, and that of the end of what was heard before a gap. */
const FADE_IN = 5;
const FADE_OUT = 30;

/** Later than is meant by more than this it is not caught up with by speed alone, in milliseconds. */
const SKIP = 600;

/** Where no more than this waits there is nothing to catch up with, in milliseconds. */
const HELD = 30;

/** Samples that are looked at beyond the one that is given. */
const AHEAD = 2;

/** It is this near to what is meant, and speed is as it was, in milliseconds. */
const NEAR = 3;

/** The most that sound is played faster and slower to come back to what is meant, ... */
const FASTER = 0.06;
const SLOWER = 0.02;

/** ... and between words, where nobody hears it. */
const FASTER_IN_QUIET = 1;
const SLOWER_IN_QUIET = 0.5;

/** Quiet is this much of what is loud of late, which is forgotten by so much in 128 samples. */
const QUIET = 0.06;
const FADING = 0.9995;

/** So many samples are a block of Web Audio. */
const BLOCK = 128;

/** One channel of sound. Times are milliseconds: those of packets on the stream's time line, `now` on any clock. */
export class SoundBuffer {
  readonly #jitter = new Jitter();
  #ring: Float32Array;
  /** Samples are counted from the beginning: the next to be read, with its fraction, and to be written. */
  #read = 0;
  #written = 0;
  /** The time of sample `at`. */
  #base = { at: 0, time: 0 };
  #rate: number;
  #begun = false;
  #playing = false;
  #fadeIn = 0;
  /** The last sample that was given, and how much of it is still to fade. */
  #tail = { value: 0, left: 0 };
  #wait = 0;
  /** How much later than the quickest it is played: now, and smoothed. */
  #late = 0;
  #behind = 0;
  #loud = 0;

  /** For an output of this rate. */
  constructor(readonly outputRate: number) {
    this.#rate = outputRate;
    this.#ring = new Float32Array(CAPACITY * outputRate);
  }

  /** Milliseconds that wait. */
  get level(): number {
    return ((this.#written - this.#read) / this.#rate) * 1000;
  }

  /** How much later than the quickest of it comes sound is meant to be played, in milliseconds. */
  get target(): number {
    const alone = Math.max(LEAST, this.#jitter.spread + SPARE);
    return Math.min(MOST, Math.max(alone, Math.min(alone + this.#wait, TOGETHER)));
  }

  /** How unevenly sound arrives, in milliseconds. */
  get jitter(): number {
    return this.#jitter.spread;
  }

  /** What is given next, on the stream's time line; undefined while nothing plays. */
  get position(): number | undefined {
    return this.#playing ? this.#timeOf(this.#read) : undefined;
  }

  /** So much longer than on its own account sound is to wait, for the pictures. */
  set wait(ms: number) {
    this.#wait = Math.max(0, ms);
  }

  /** Takes a packet. */
  push(time: number, samples: Float32Array, rate: number, now: number): void {
    if (rate !== this.#rate) this.#begin(time, rate);
    const off = time - this.#timeOf(this.#written);
    if (!this.#begun || Math.abs(off) > NEW_BEGINNING) this.#begin(time, rate);
    else if (off > ROUNDING) this.#bridge(off);
    else if (off < -ROUNDING) samples = samples.subarray(Math.min(samples.length, Math.round((-off / 1000) * rate)));
    else this.#base.time += off * 0.02;
    this.#jitter.arrive(time, now);
    this.#write(samples);
    if (this.level > (CAPACITY - 1) * 1000) this.#skip();
  }

  /** Gives as many samples as fit. */
  pull(out: Float32Array, now: number): void {
    const blocks = out.length / BLOCK;
    this.#late = now - this.#timeOf(this.#read) - this.#jitter.way;
    if (!this.#playing && this.#hasMore && this.#late >= this.target) this.#start();
    if (this.#playing) this.#behind += (this.#late - this.#behind) * (1 - 0.95 ** blocks);
    const speed = (this.#rate / this.outputRate) * this.#speed(out.length);
    for (let i = 0; i < out.length; i++) out[i] = this.#next(speed);
  }

  /** Forgets everything. */
  reset(): void {
    this.#begun = this.#playing = false;
    this.#read = this.#written = 0;
    this.#wait = 0;
    this.#jitter.restart();
  }

  #begin(time: number, rate: number): void {
    if (rate !== this.#rate) {
      this.#rate = rate;
      this.#ring = new Float32Array(CAPACITY * rate);
    }
    this.#jitter.restart();
    this.#begun = true;
    this.#playing = false;
    this.#read = this.#written;
    this.#base = { at: this.#written, time };
  }

  /** Whether there is a sample to be given. */
  get #hasMore(): boolean {
    return this.#begun && this.#read < this.#written - AHEAD;
  }

  #start(): void {
    this.#playing = true;
    this.#behind = this.#late;
    this.#fadeIn = this.#samples(FADE_IN);
  }

  /** Fills a gap with what was heard before it, backwards, and fading. */
  #bridge(ms: number): void {
    const [length, fade] = [this.#samples(ms), this.#samples(FADE_OUT)];
    const end = this.#written;
    const bridge = Float32Array.from({ length }, (_, i) => (i < fade ? this.#at(end - 1 - i) * (1 - i / fade) : 0));
    this.#write(bridge);
  }

  /** Drops what is too much. */
  #skip(): void {
    const level = Math.min(this.level, this.target);
    this.#behind = this.#late - (this.level - level);
    this.#read = this.#written - this.#samples(level);
    this.#fadeIn = this.#samples(FADE_IN);
  }

  /** How fast to play the next block of so many samples. */
  #speed(length: number): number {
    const quiet = this.#quiet(length);
    const excess = this.#behind - this.target;
    if (this.#playing && excess > SKIP && this.level > this.target) this.#skip();
    if (excess > NEAR && this.level <= HELD) return 1;
    if (excess > NEAR) return 1 + Math.min(quiet ? FASTER_IN_QUIET : FASTER, (excess - NEAR) / (quiet ? 100 : 1_000));
    return excess < -NEAR ? 1 - Math.min(quiet ? SLOWER_IN_QUIET : SLOWER, (-NEAR - excess) / (quiet ? 100 : 1_000)) : 1;
  }

  /** Whether little is heard of the next so many samples. */
  #quiet(length: number): boolean {
    const at = Math.floor(this.#read);
    const most = Math.min(length, this.#written - at);
    let loudest = 0;
    for (let i = 0; i < most; i++) loudest = Math.max(loudest, Math.abs(this.#at(at + i)));
    this.#loud = Math.max(loudest, this.#loud * FADING ** (length / BLOCK));
    return loudest <= QUIET * this.#loud;
  }

  #next(speed: number): number {
    if (this.#playing && !this.#hasMore) this.#starve();
    if (!this.#playing) {
      this.#tail.left = Math.max(0, this.#tail.left - 1);
      return this.#tail.value * (this.#tail.left / this.#samples(FADE_OUT));
    }
    const at = Math.floor(this.#read);
    const part = this.#read - at;
    let sample = hermite(this.#at(at - 1), this.#at(at), this.#at(at + 1), this.#at(at + 2), part);
    if (this.#fadeIn > 0) sample *= 1 - this.#fadeIn-- / this.#samples(FADE_IN);
    this.#read += speed;
    this.#tail.value = sample;
    return sample;
  }

  /** Nothing is left. */
  #starve(): void {
    this.#playing = false;
    this.#tail.left = this.#samples(FADE_OUT);
  }

  #write(samples: Float32Array): void {
    for (const sample of samples) this.#ring[this.#written++ % this.#ring.length] = sample;
  }

  #at(sample: number): number {
    return sample < 0 ? 0 : this.#ring[sample % this.#ring.length] ?? 0;
  }

  #timeOf(sample: number): number {
    return this.#base.time + ((sample - this.#base.at) / this.#rate) * 1000;
  }

  #samples(ms: number): number {
    return Math.round((ms / 1000) * this.#rate);
  }
}

/** The curve through four samples, between the two in the middle (Catmull–Rom). */
function hermite(a: number, b: number, c: number, d: number, at: number): number {
  const slope = (c - a) / 2;
  const curve = a - 2.5 * b + 2 * c - d / 2;
  const twist = (d - a) / 2 + 1.5 * (b - c);
  return ((twist * at + curve) * at + slope) * at + b;
}
