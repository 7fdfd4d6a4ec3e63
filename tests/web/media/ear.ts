// Hears what a page gives to its output, whoever makes it.

/** Instants at which a beep left the loudspeaker, in UNIX milliseconds. */
export const heard: number[] = [];

/** The same, each with its note in hertz. */
export const notes: [number, number][] = [];

/** Puts an ear beside whatever is connected to the output of a context from here on. */
export function listenToOutputs(): void {
  const connect = AudioNode.prototype.connect as (this: AudioNode, target: AudioNode, ...rest: number[]) => AudioNode;
  AudioNode.prototype.connect = function (this: AudioNode, target: AudioNode, ...rest: number[]) {
    if (target instanceof AudioDestinationNode) void attach(this, connect);
    return connect.call(this, target, ...rest);
  } as typeof AudioNode.prototype.connect;
}

async function attach(node: AudioNode, connect: (this: AudioNode, target: AudioNode) => AudioNode): Promise<void> {
  const context = node.context as AudioContext;
  await context.audioWorklet.addModule('ear.js');
  const ear = new AudioWorkletNode(context, 'ear', { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' });
  ear.port.onmessage = ({ data: [time, hz] }: MessageEvent<[number, number]>) => {
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    // An output that has not said yet when it plays gives zeros.
    const [played, now] = performanceTime ? [contextTime ?? 0, performanceTime] : [context.currentTime, performance.now()];
    const at = performance.timeOrigin + now + (time - played) * 1000;
    heard.push(at);
    notes.push([at, hz]);
  };
  connect.call(node, ear);
}
