// The same call as plain WebRTC, to be measured beside ours.

/** One end of a connection; descriptions are passed by whoever drives the pages. */
export class Peer {
  readonly #connection = new RTCPeerConnection();
  readonly video = document.createElement('video');

  /** Gathers its candidates and gives an offer of H.264 and Opus, of at most so many bits per second. */
  async offer(stream: MediaStream, bitrate: number): Promise<string> {
    for (const track of stream.getTracks()) {
      const { sender } = this.#connection.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
      if (track.kind === 'video') await limit(sender, bitrate);
    }
    this.#preferH264();
    return this.#describe(await this.#connection.createOffer());
  }

  /** Takes the answer. */
  async take(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
  }

  /** Answers, and plays what comes: pictures in `video`, sound through an audio context. */
  async answer(sdp: string): Promise<string> {
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
    await this.#connection.setRemoteDescription({ type: 'offer', sdp });
    return this.#describe(await this.#connection.createAnswer());
  }

  /** What the encoder says of itself. */
  async stats(): Promise<unknown> {
    for (const report of (await this.#connection.getStats()).values()) {
      if (report.type === 'outbound-rtp' && report.kind === 'video') return report;
    }
    return undefined;
  }

  close(): void {
    this.#connection.close();
    this.video.remove();
  }

  #preferH264(): void {
    const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
    const h264 = codecs.filter(({ mimeType, sdpFmtpLine = '' }) => mimeType === 'video/H264' && sdpFmtpLine.includes('42e01f'));
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
