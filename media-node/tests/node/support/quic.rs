//! The client on QUIC and WebTransport.

use super::client::{Heard, Order};
use super::rtmp::perform;
use super::{Pin, World};
use bytes::Bytes;
use counterpart_shared::quic::{
    AudioDatagrams, Gathered, Gathering, MediaStreamWriter, Track, TrackLimits, TrackOutput,
    TrackReceiver,
};
use counterpart_shared::rtmp::Message;
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::session::ClientSession;
use counterpart_transport::{Collected, collect};
use std::collections::{HashMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::sync::mpsc;
use web_transport_quinn::Session;
use web_transport_quinn::proto::ConnectRequest;

#[derive(Debug, Clone)]
pub(crate) enum Carrier {
    Rtmp,
    /// RTMP within TLS, with this certificate.
    Rtmps(Arc<Pin>),
    Quic,
    WebTransport,
    /// QUIC by way of this port, where a bad link is.
    Via(u16),
}

impl Carrier {
    pub(crate) fn alpn(&self) -> &'static [u8] {
        match self {
            Carrier::WebTransport => b"h3",
            _ => b"counterpart/1",
        }
    }
}

pub(crate) struct Link {
    pub(crate) session: Session,
    /// As a browser has it, which reads no stream in pieces.
    is_page: bool,
    _endpoint: quinn::Endpoint,
}

/// A session with a one-time key of its own.
pub(crate) async fn link(world: &World, carrier: Carrier) -> Link {
    let key = world.key().await;
    let name = format!("{}.localhost", key.label);
    let pin = Pin::new(&key.sha256);
    let (endpoint, connection) = dial(world, carrier.clone(), &pin, &name).await.unwrap();
    let is_page = matches!(carrier, Carrier::WebTransport);
    let session = match carrier {
        Carrier::WebTransport => {
            let url = format!("https://{name}:{}/rtmp", world.endpoints.udp_port);
            let request = ConnectRequest::new(url.parse::<url::Url>().unwrap());
            Session::connect(connection, request).await.unwrap()
        }
        _ => Session::raw(connection),
    };
    Link {
        session,
        is_page,
        _endpoint: endpoint,
    }
}

/// A QUIC connection under this name.
pub(crate) async fn dial(
    world: &World,
    carrier: Carrier,
    pin: &Arc<Pin>,
    name: &str,
) -> Result<(quinn::Endpoint, quinn::Connection), quinn::ConnectionError> {
    let endpoint = quinn::Endpoint::client((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let port = match &carrier {
        Carrier::Via(port) => *port,
        _ => world.endpoints.udp_port,
    };
    let server = (Ipv4Addr::LOCALHOST, port).into();
    let config = pin.config(carrier.alpn());
    let connecting = endpoint.connect_with(config, server, name).unwrap();
    connecting.await.map(|connection| (endpoint, connection))
}

const LIMITS: TrackLimits = TrackLimits {
    patience: 300,
    max_held: 1000,
    max_held_bytes: 8 << 20,
    request_interval: 500,
};

/// Sends one message per QUIC stream, sound in datagrams.
struct Sender {
    session: Session,
    sequences: HashMap<Track, u64>,
    audio: AudioDatagrams,
}

impl Sender {
    async fn send(&mut self, message: &Message) {
        let Some(track) = Track::of(message.kind) else {
            return;
        };
        let mut sequence = self.sequences.get(&track).copied().unwrap_or(0);
        if track == Track::Audio {
            sequence = self.audio.sequence();
            let is_config = message.payload.get(1) == Some(&0);
            let size = match is_config {
                true => 0,
                false => self.session.max_datagram_size(),
            };
            if let Some(datagram) = self.audio.push(message, 1, size) {
                self.session.send_datagram(datagram).unwrap();
                return;
            }
        }
        let mut pieces = VecDeque::new();
        MediaStreamWriter::new(sequence).write(message, &mut pieces);
        self.sequences.insert(track, sequence + 1);
        let mut stream = self.session.open_uni().await.unwrap();
        for piece in pieces {
            stream.write_all(&piece).await.unwrap();
        }
        stream.finish().unwrap();
    }
}

pub(super) async fn drive(
    link: Link,
    mut session: ClientSession,
    heard: mpsc::UnboundedSender<Heard>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let wire = link.session.clone();
    let (mut to, mut from) = wire.open_bi().await.unwrap();
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    match link.is_page {
        true => tokio::spawn(collect_whole(wire.clone(), arrived)),
        false => tokio::spawn(collect_pieces(wire.clone(), arrived)),
    };
    let mut tracks: HashMap<Track, TrackReceiver> = HashMap::new();
    let start = Instant::now();
    let mut reader = ChunkReader::new(ChunkLimits::default());
    let mut writer = ChunkWriter::new();
    let mut sender = Sender {
        session: wire.clone(),
        sequences: HashMap::new(),
        audio: AudioDatagrams::new(),
    };
    let mut closing = false;
    loop {
        let mut out: VecDeque<Bytes> = VecDeque::new();
        perform(&mut session, &heard, |m| writer.write(&m, &mut out));
        for piece in out {
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
        if closing {
            let _ = to.finish();
            let _ = to.stopped().await;
            return;
        }
        let now = || start.elapsed().as_millis() as u64;
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Send(message)) => sender.send(&message).await,
                Some(Order::Keyframe) => session.request_keyframe(),
                Some(Order::Skip) => *sender.sequences.entry(Track::Video).or_default() += 1,
                Some(Order::Close) | None => {
                    session.close();
                    closing = true;
                }
            },
            chunk = from.read_chunk(65536, true) => {
                let Ok(Some(chunk)) = chunk else { return };
                reader.push(&chunk.bytes);
                while let Some(message) = reader.next_message().unwrap() {
                    session.receive(message).unwrap();
                }
            }
            Some((sequence, message)) = arrivals.recv() => {
                let message: Message = message;
                let Some(track) = Track::of(message.kind) else { continue };
                let receiver = tracks.entry(track);
                let receiver = receiver.or_insert_with(|| TrackReceiver::new(track, LIMITS));
                receiver.push(sequence, message, now());
                while let Some(output) = receiver.poll(now()) {
                    if let TrackOutput::Message { message, .. } = output {
                        session.receive(message).unwrap();
                    }
                }
            }
        }
    }
}

async fn collect_pieces(session: Session, arrived: mpsc::UnboundedSender<(u64, Message)>) {
    let connection: quinn::Connection = (*session).clone();
    let (to, mut collected) = mpsc::channel(64);
    let hand_on = async {
        while let Some(collected) = collected.recv().await {
            match collected {
                Collected::Message(sequence, message) => drop(arrived.send((sequence, message))),
                Collected::Fault(fault) => panic!("{fault}"),
            }
        }
    };
    tokio::join!(collect(connection, 4 << 20, to), hand_on);
}

async fn collect_whole(session: Session, arrived: mpsc::UnboundedSender<(u64, Message)>) {
    let gathering = Arc::new(Mutex::new(Gathering::new(4 << 20)));
    let gather = move |what: &dyn Fn(&mut Gathering)| {
        let mut gathering = gathering.lock().unwrap();
        what(&mut gathering);
        while let Some(gathered) = gathering.poll() {
            match gathered {
                Gathered::Message(sequence, message) => drop(arrived.send((sequence, message))),
                Gathered::Whole(_) => {}
                Gathered::Fault(_, fault) => panic!("{fault}"),
            }
        }
    };
    for number in 0.. {
        tokio::select! {
            stream = session.accept_uni() => {
                let Ok(mut stream) = stream else { return };
                let gather = gather.clone();
                tokio::spawn(async move {
                    while let Ok(Some(chunk)) = stream.read_chunk(65536, true).await {
                        gather(&|gathering| gathering.chunk(number, &chunk.bytes));
                    }
                });
            }
            datagram = session.read_datagram() => {
                let Ok(datagram) = datagram else { return };
                gather(&|gathering| gathering.datagram(&datagram).unwrap());
            }
        }
    }
}
