//! Media to a node: a QUIC stream per picture, sound as datagrams.

use bytes::Bytes;
use counterpart_shared::flv::{TagKind, classify};
use counterpart_shared::quic::{AudioDatagrams, MediaStreamWriter, Track};
use counterpart_shared::rtmp::Message;
use quinn::{Connection, SendStream};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What has not arrived after this long is of no use to a conversation: its stream is reset, and the receiver asks for
/// a keyframe.
const DEADLINE: Duration = Duration::from_secs(1);

/// The error code of such a reset.
const OUTLIVED: u32 = 1;

/// Sound is sent again with the next packets for this long after a loss.
const REPEAT_FOR: Duration = Duration::from_secs(2);

/// So many previous packets of sound.
const REPEATS: usize = 2;

/// Sends until the publisher ends, then waits for what is on its way.
pub(super) async fn run(connection: Connection, mut media: mpsc::Receiver<Message>) {
    let mut sender = Sender::new(connection);
    while let Some(message) = media.recv().await {
        if sender.send(message).await.is_err() {
            return;
        }
    }
    while sender.streams.join_next().await.is_some() {}
}

struct Sender {
    connection: Connection,
    sound: AudioDatagrams,
    /// The next sequences of pictures and of data.
    pictures: u64,
    data: u64,
    /// The configuration that goes with the next keyframe, on one stream.
    config: Option<Message>,
    streams: JoinSet<()>,
    loss: Loss,
}

impl Sender {
    fn new(connection: Connection) -> Self {
        Self {
            loss: Loss::new(),
            connection,
            sound: AudioDatagrams::new(),
            pictures: 0,
            data: 0,
            config: None,
            streams: JoinSet::new(),
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), quinn::ConnectionError> {
        while self.streams.try_join_next().is_some() {}
        match Track::of(message.kind) {
            Some(Track::Video) if is_config(TagKind::Video, &message) => {
                self.config = Some(message);
                Ok(())
            }
            Some(Track::Video) => {
                let messages: Vec<Message> =
                    self.config.take().into_iter().chain([message]).collect();
                let sequence = self.pictures;
                self.pictures += messages.len() as u64;
                self.stream(sequence, &messages).await
            }
            Some(Track::Audio) => self.sound(message).await,
            Some(Track::Data) => {
                let sequence = self.data;
                self.data += 1;
                self.stream(sequence, &[message]).await
            }
            None => Ok(()),
        }
    }

    async fn sound(&mut self, message: Message) -> Result<(), quinn::ConnectionError> {
        let sequence = self.sound.sequence();
        let room = match is_config(TagKind::Audio, &message) {
            // What all later packets need is not left to a datagram.
            true => 0,
            false => self.connection.max_datagram_size().unwrap_or(0),
        };
        let lost = self.connection.stats().path.lost_packets;
        let repeats = self.loss.repeats(lost, Instant::now());
        let datagram = self.sound.push(&message, repeats, room);
        match datagram.map(|datagram| self.connection.send_datagram(datagram)) {
            Some(Ok(())) => Ok(()),
            Some(Err(quinn::SendDatagramError::ConnectionLost(error))) => Err(error),
            // It does not fit, or the path has just become narrower, or the peer takes none.
            Some(Err(_)) | None => self.stream(sequence, &[message]).await,
        }
    }

    /// Sends messages on a stream of their own, and does not wait for it.
    async fn stream(
        &mut self,
        sequence: u64,
        messages: &[Message],
    ) -> Result<(), quinn::ConnectionError> {
        let mut out = VecDeque::new();
        let mut writer = MediaStreamWriter::new(sequence);
        for message in messages {
            writer.write(message, &mut out);
        }
        let stream = self.connection.open_uni().await?;
        self.streams.spawn(deliver(stream, out.into()));
        Ok(())
    }
}

fn is_config(kind: TagKind, message: &Message) -> bool {
    classify(kind, &message.payload).is_config()
}

/// Writes all and waits until it has arrived, or gives up at the deadline.
async fn deliver(mut stream: SendStream, mut pieces: Vec<Bytes>) {
    let write = async {
        stream.write_all_chunks(&mut pieces).await.ok()?;
        stream.finish().ok()?;
        stream.stopped().await.ok()
    };
    if tokio::time::timeout(DEADLINE, write).await.is_err() {
        let _ = stream.reset(OUTLIVED.into());
    }
}

/// Whether packets were lost lately.
struct Loss {
    lost: u64,
    seen: Option<Instant>,
}

impl Loss {
    fn new() -> Self {
        Self {
            lost: 0,
            seen: None,
        }
    }

    /// How many previous packets to repeat, when so many packets are lost by now.
    fn repeats(&mut self, lost: u64, now: Instant) -> usize {
        if lost > self.lost {
            self.lost = lost;
            self.seen = Some(now);
        }
        match self.seen {
            Some(seen) if now.duration_since(seen) < REPEAT_FOR => REPEATS,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_repeated_for_a_while_after_a_loss() {
        let (mut loss, start) = (Loss::new(), Instant::now());
        assert_eq!(loss.repeats(0, start), 0);
        assert_eq!(loss.repeats(3, start), REPEATS);
        assert_eq!(loss.repeats(3, start + REPEAT_FOR / 2), REPEATS);
        assert_eq!(loss.repeats(3, start + REPEAT_FOR), 0);
    }
}
