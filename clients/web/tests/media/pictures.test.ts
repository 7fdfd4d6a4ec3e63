import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { PictureEncoder, type CodedPicture } from '../../src/media/publish/pictures';

/** Stands in for the browser's encoder: each picture comes out at the next flush. */
class FakeEncoder {
  static made: FakeEncoder[] = [];
  static refused = 0;
  /** What a question about a configuration waits for. */
  static answer = Promise.resolve();
  state: CodecState = 'unconfigured';
  encodeQueueSize = 0;
  heights: number[] = [];
  #waiting: EncodedVideoChunk[] = [];

  constructor(readonly init: VideoEncoderInit) {
    FakeEncoder.made.push(this);
  }

  static async isConfigSupported({ height }: VideoEncoderConfig): Promise<VideoEncoderSupport> {
    await FakeEncoder.answer;
    return { supported: height !== FakeEncoder.refused };
  }

  configure({ height }: VideoEncoderConfig): void {
    this.state = 'configured';
    this.heights.push(height);
  }

  encode({ timestamp }: VideoFrame, { keyFrame }: VideoEncoderEncodeOptions): void {
    const chunk = { byteLength: 4_000, timestamp, type: keyFrame ? 'key' : 'delta', copyTo: () => undefined };
    this.#waiting.push(chunk as unknown as EncodedVideoChunk);
  }

  async flush(): Promise<void> {
    for (const chunk of this.#waiting.splice(0)) this.init.output(chunk);
  }

  close(): void {
    this.state = 'closed';
  }
}

let failures: unknown[] = [];
let out: CodedPicture[] = [];
let closed = 0;

beforeEach(() => {
  Object.assign(globalThis, { VideoEncoder: FakeEncoder });
  Object.assign(FakeEncoder, { made: [], refused: 0, answer: Promise.resolve() });
  [failures, out, closed] = [[], [], 0];
});

function encoder(bitrate: number): PictureEncoder {
  return new PictureEncoder(bitrate, 30, (picture) => out.push(picture), (error) => failures.push(error));
}

function frame(): VideoFrame {
  return { displayWidth: 640, displayHeight: 360, timestamp: 0, close: () => closed++ } as unknown as VideoFrame;
}

test('each size has its own encoder, and the last one gives what it has', async () => {
  const pictures = encoder(900_000);
  await pictures.encode(frame(), 0);
  assert.deepEqual(pictures.size, { width: 640, height: 360, every: 1 });
  pictures.setBitrate(40_000);
  await pictures.encode(frame(), 33);
  assert.deepEqual(FakeEncoder.made.map(({ heights }) => heights), [[360, 360], [180]]);
  assert.deepEqual(FakeEncoder.made.map(({ state }) => state), ['closed', 'configured']);
  assert.deepEqual([out.map(({ key }) => key), closed, failures], [[true], 2, []]);
});

test('what is closed while it asks opens nothing and is no failure', async () => {
  let go = (): void => undefined;
  FakeEncoder.answer = new Promise((resolve) => (go = resolve));
  const pictures = encoder(900_000);
  const encoded = pictures.encode(frame(), 0);
  pictures.close();
  go();
  await encoded;
  assert.deepEqual([FakeEncoder.made, closed, failures], [[], 1, []]);
  await pictures.encode(frame(), 33);
  assert.deepEqual(FakeEncoder.made.map(({ state }) => state), ['configured']);
});

test('a smaller size that the encoder refuses leaves pictures larger', async () => {
  FakeEncoder.refused = 180;
  const pictures = encoder(900_000);
  await pictures.encode(frame(), 0);
  pictures.setBitrate(40_000);
  await pictures.encode(frame(), 33);
  assert.deepEqual([pictures.size, failures], [{ width: 480, height: 270, every: 1 }, []]);
});

test('a keyframe is booked at the bitrate that it was made for', async () => {
  const pictures = encoder(900_000);
  await pictures.encode(frame(), 0);
  pictures.setBitrate(100_000);
  await FakeEncoder.made[0]?.flush();
  await pictures.encode(frame(), 33);
  assert.equal(pictures.size.height, 360, 'one of better times says nothing');
});
