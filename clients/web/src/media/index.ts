// The media of the web client: own camera and microphone, publishing them, playing the other side.

export { Emitter } from './emitter';
export * from './types';
export { LocalMedia } from './local';
export { Publisher } from './publisher';
export { Player } from './player';
