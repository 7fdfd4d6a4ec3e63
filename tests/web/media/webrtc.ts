// The same call as plain WebRTC, to be measured beside ours.

/** H.264 as this product has it, or whatever the browser would choose. */
export type Codec = 'H.264' | 'any';

/** What one sends: pictures of at most so many bits per second, and sound. */
export interface Sent {
  stream: MediaStream;
  bitrate: number;
}

/** One end of a connection; descriptions are passed by whoever drives the pages. */
export class Peer {
  readonly #connection = new RTCPeerConnection();
  readonly video = document.createElement('video');

  /** Gathers its candidates and gives an offer of pictures of at most so many bits per second, and Opus. */
  async offer(stream: MediaStream, bitrate: number, codec: Codec): Promise<string> {
    this.#play();
    for (const track of stream.getTracks()) {
      const { sender } = this.#connection.addTransceiver(track, { direction: 'sendrecv', streams: [stream] });
      if (track.kind === 'video') await limit(sender, bitrate);
    }
    if (codec === 'H.264') this.#preferH264();
    return this.#describe(await this.#connection.createOffer());
  }

  /** Takes the answer. */
  async take(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
  }

  /** Answers, sends what there is to send, and plays what comes. */
  async answer(sdp: string, sent?: Sent): Promise<string> {
    this.#play();
    await this.#connection.setRemoteDescription({ type: 'offer', sdp });
    for (const track of sent?.stream.getTracks() ?? []) {
      const sender = this.#connection.addTrack(track, (sent as Sent).stream);
      if (track.kind === 'video') await limit(sender, (sent as Sent).bitrate);
    }
    return this.#describe(await this.#connection.createAnswer());
  }

  /** Bytes of pictures and sound that were sent, without what was sent again. */
  async published(): Promise<number> {
    let bytes = 0;
    for (const report of (await this.#connection.getStats()).values()) {
      if (report.type === 'outbound-rtp') bytes += report.bytesSent - (report.retransmittedBytesSent ?? 0);
    }
    return bytes;
  }

  /** What its player of sound says of itself. */
  async sound(): Promise<unknown> {
    return this.#report('inbound-rtp', 'audio');
  }

  /** What the encoder says of itself. */
  async stats(): Promise<unknown> {
    return this.#report('outbound-rtp', 'video');
  }

  close(): void {
    this.#connection.close();
    this.video.remove();
  }

  /** Plays what comes: pictures in `video`, sound through an audio context. */
  #play(): void {
    this.#connection.ontrack = ({ streams: [stream], track }) => {
      if (track.kind !== 'video' || !stream) return;
      this.video.muted = true;
      this.video.playsInline = true;
      this.video.srcObject = stream;
      void this.video.play();
      const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' });
      context.createMediaStreamSource(stream).connect(context.destination);
      void context.resume();
    };
  }

  async #report(type: string, kind: string): Promise<unknown> {
    for (const report of (await this.#connection.getStats()).values()) {
      if (report.type === type && report.kind === kind) return report;
    }
    return undefined;
  }

  /** No other codec; retransmission and the browser's own parity stay. */
  #preferH264(): void {
    const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
    const recovery = ['video/rtx', 'video/red', 'video/ulpfec', 'video/flexfec-03'];
    const h264 = codecs.filter(({ mimeType, sdpFmtpLine = '' }) =>
      recovery.includes(mimeType) || (mimeType === 'video/H264' && sdpFmtpLine.includes('42e01f')));
    for (const transceiver of this.#connection.getTransceivers()) {
      if (transceiver.sender.track?.kind === 'video') transceiver.setCodecPreferences(h264);
    }
  }

  async #describe(description: RTCSessionDescriptionInit): Promise<string> {
    await this.#connection.setLocalDescription(description);
    if (this.#connection.iceGatheringState !== 'complete') {
      await new Promise<void>((resolve) => {
        this.#connection.onicegatheringstatechange = () => this.#connection.iceGatheringState === 'complete' && resolve();
      });
    }
    return this.#connection.localDescription?.sdp ?? '';
  }
}

async function limit(sender: RTCRtpSender, maxBitrate: number): Promise<void> {
  const parameters = sender.getParameters();
  parameters.encodings = [{ maxBitrate }];
  await sender.setParameters(parameters);
}
