//! Media to a node: a QUIC stream per picture, sound as datagrams.

use super::Event;
use super::control::Wish;
use super::valve::{Look, Room, Valve};
use counterpart_shared::flv::{FrameKind, TagKind, classify};
use counterpart_shared::quic::{AudioDatagrams, MediaStreamWriter, Redundancy, Track};
use counterpart_shared::rtmp::Message;
use counterpart_transport::{clock, contends, deliver, parity};
use quinn::Connection;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What has not arrived after this long is of no use to a conversation: its stream is reset, and the receiver asks for
/// a keyframe.
const DEADLINE: Duration = Duration::from_secs(1);
/// How often it is looked at the congestion control.
const LOOKS: Duration = Duration::from_millis(100);
/// A configuration of sound is needed as long as there is sound; one that takes longer than this never comes.
const LASTING: Duration = Duration::from_hours(1);

/// Sends until the publisher ends, then waits for what is on its way.
pub(super) async fn run(
    connection: Connection,
    mut media: mpsc::Receiver<Message>,
    events: mpsc::Sender<Event>,
    room: Room,
    wisher: mpsc::WeakSender<Wish>,
) {
    let mut sender = Sender::new(connection, events, room, wisher);
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
    /// The configuration that goes with each keyframe, on one stream: any of them may be the first that arrives.
    config: Option<Message>,
    /// Messages on their way, each with a number.
    streams: JoinSet<u64>,
    /// When each was sent, and its bytes.
    under_way: BTreeMap<u64, (Instant, u64)>,
    sent: u64,
    /// When one last arrived or was given up.
    arrived: Instant,
    valve: Valve,
    events: mpsc::Sender<Event>,
    redundancy: Redundancy,
    wisher: mpsc::WeakSender<Wish>,
    /// What the node was told last of whether this end contends, and when it was looked at.
    contends: bool,
    looked: Instant,
    start: Instant,
}

impl Sender {
    fn new(
        connection: Connection,
        events: mpsc::Sender<Event>,
        room: Room,
        wisher: mpsc::WeakSender<Wish>,
    ) -> Self {
        Self {
            wisher,
            contends: false,
            looked: clock::now(),
            redundancy: Redundancy::new(),
            start: clock::now(),
            connection,
            sound: AudioDatagrams::new(),
            pictures: 0,
            data: 0,
            config: None,
            streams: JoinSet::new(),
            under_way: BTreeMap::new(),
            sent: 0,
            arrived: clock::now(),
            valve: Valve::new(room),
            events,
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), quinn::ConnectionError> {
        self.valve.count(message.payload.len(), clock::now());
        self.look();
        match Track::of(message.kind) {
            Some(Track::Video) => {
                let messages = configured(&mut self.config, message);
                if messages.is_empty() {
                    return Ok(());
                }
                let sequence = self.pictures;
                self.pictures += messages.len() as u64;
                self.stream(sequence, &messages, DEADLINE).await
            }
            Some(Track::Audio) => self.sound(message).await,
            Some(Track::Data) => {
                let sequence = self.data;
                self.data += 1;
                self.stream(sequence, &[message], DEADLINE).await
            }
            None => Ok(()),
        }
    }

    /// Looks at what is under way and tells the publisher what that means for him.
    fn look(&mut self) {
        while let Some(ended) = self.streams.try_join_next() {
            if let Ok(number) = ended {
                self.under_way.remove(&number);
                self.arrived = clock::now();
            }
        }
        self.contend();
        let path = self.connection.stats().path;
        let oldest = self.under_way.values().next().map(|(since, _)| *since);
        let look = Look {
            silent: oldest.map_or(Duration::ZERO, |since| {
                clock::since(since.max(self.arrived))
            }),
            under_way: self.under_way.values().map(|(_, bytes)| bytes).sum(),
            window: path.cwnd,
            round_trip: path.rtt,
            loss: self.redundancy.loss(),
        };
        if let Some(limit) = self.valve.look(look, clock::now()) {
            // When so many events wait he will hear of it later.
            let _ = self.events.try_send(Event::Room(limit));
        }
    }

    /// Tells the node when this end begins to hold its own on a link that others fill too, and when it ends; what such a link loses says nothing
    /// of what to repeat.
    fn contend(&mut self) {
        if clock::since(self.looked) < LOOKS {
            return;
        }
        self.looked = clock::now();
        let contends = contends(&self.connection);
        self.redundancy.share(contends);
        if contends != self.contends
            && let Some(wishes) = self.wisher.upgrade()
            && wishes.try_send(Wish::Contend(contends)).is_ok()
        {
            self.contends = contends;
            let lifted = if contends { self.valve.lift() } else { None };
            if let Some(limit) = lifted {
                let _ = self.events.try_send(Event::Room(limit));
            }
        }
    }

    async fn sound(&mut self, message: Message) -> Result<(), quinn::ConnectionError> {
        let sequence = self.sound.sequence();
        // What all later packets need is not left to a datagram.
        let (room, deadline) = match is_config(TagKind::Audio, &message) {
            true => (0, LASTING),
            false => (self.connection.max_datagram_size().unwrap_or(0), DEADLINE),
        };
        let path = self.connection.stats().path;
        let now = clock::since(self.start).as_millis() as u64;
        let round_trip = path.rtt.as_millis() as u64;
        self.redundancy
            .look(path.sent_packets, path.lost_packets, round_trip, now);
        let repeats = self.redundancy.repeats();
        let datagram = self.sound.push(&message, repeats, room);
        match datagram.map(|datagram| self.connection.send_datagram(datagram)) {
            Some(Ok(())) => {
                if let Some(rest) = self.sound.rest(repeats, room) {
                    // The copies are a courtesy.
                    let _ = self.connection.send_datagram(rest);
                }
                Ok(())
            }
            Some(Err(quinn::SendDatagramError::ConnectionLost(error))) => Err(error),
            // It does not fit, or the path has just become narrower, or the peer takes none.
            Some(Err(_)) | None => self.stream(sequence, &[message], deadline).await,
        }
    }

    /// Sends messages on a stream of their own, which is given up after `deadline`, and does not wait for it.
    async fn stream(
        &mut self,
        sequence: u64,
        messages: &[Message],
        deadline: Duration,
    ) -> Result<(), quinn::ConnectionError> {
        let mut out = VecDeque::new();
        let mut writer = MediaStreamWriter::new(sequence);
        for message in messages {
            writer.write(message, &mut out);
        }
        let bytes = out.iter().map(|piece| piece.len() as u64).sum();
        let stream = self.connection.open_uni().await?;
        let under_way = self.under_way.values().map(|(_, bytes)| bytes).sum();
        let parity = parity(&self.connection, &self.redundancy, bytes, under_way);
        let (number, pieces) = (self.sent, Vec::from(out));
        let size = u64::from(self.connection.stats().path.current_mtu);
        let bytes = bytes + parity as u64 * size;
        self.sent += 1;
        self.under_way.insert(number, (clock::now(), bytes));
        let connection = self.connection.clone();
        self.streams.spawn(async move {
            deliver(&connection, stream, pieces, parity, deadline).await;
            number
        });
        Ok(())
    }
}

/// What goes on one stream for this message: a keyframe with the configuration in front of it, which does not go alone.
fn configured(config: &mut Option<Message>, message: Message) -> Vec<Message> {
    if is_config(TagKind::Video, &message) {
        *config = Some(message);
        return Vec::new();
    }
    let config = config.as_ref().filter(|_| is_key(&message));
    let config = config.map(|config| Message {
        timestamp: message.timestamp,
        ..config.clone()
    });
    config.into_iter().chain([message]).collect()
}

fn is_key(message: &Message) -> bool {
    classify(TagKind::Video, &message.payload) == FrameKind::VideoKey
}

fn is_config(kind: TagKind, message: &Message) -> bool {
    classify(kind, &message.payload).is_config()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use counterpart_shared::rtmp::MessageKind;

    #[test]
    fn each_keyframe_has_the_configuration_in_front_of_it() {
        let message = |timestamp, payload: &'static [u8]| Message {
            kind: MessageKind::Video,
            stream_id: 1,
            timestamp,
            payload: Bytes::from_static(payload),
        };
        let config: &[u8] = &[0x17, 0, 0, 0, 0, 1, 0x42];
        let key: &[u8] = &[0x17, 1, 0, 0, 0, 0, 0, 0, 2, 0x65, 0];
        let inter: &[u8] = &[0x27, 1, 0, 0, 0, 0, 0, 0, 2, 0x61, 0];
        let mut known = None;
        for (time, body, with) in [
            (0, key, vec![key]),
            (1, config, vec![]),
            (2, key, vec![config, key]),
            (3, inter, vec![inter]),
            (4, key, vec![config, key]),
        ] {
            let messages = configured(&mut known, message(time, body));
            let with: Vec<_> = with.into_iter().map(|body| message(time, body)).collect();
            assert_eq!(messages, with);
        }
    }
}
