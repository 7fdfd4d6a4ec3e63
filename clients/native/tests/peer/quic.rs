//! QUIC.

use super::hub::{Hub, kind, serve};
use counterpart_shared::flv::FrameKind;
use counterpart_shared::quic::{
    AudioDatagrams, MediaStreamReader, MediaStreamWriter, Parity, Track, TrackLimits, TrackOutput,
    TrackReceiver, read_datagram,
};
use counterpart_shared::rtmp::Message;
use quinn::crypto::rustls::QuicServerConfig;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How long a client may take to close when it was told that it is over.
const GOODBYE: Duration = Duration::from_secs(2);

/// The address and the hash of the certificate.
pub(crate) fn listen(hub: Arc<Hub>, tasks: &mut JoinSet<()>) -> (SocketAddr, String) {
    let key = rcgen::generate_simple_self_signed(["abc.localhost".to_owned()]).unwrap();
    let certificate = key.cert.der().clone();
    let sha256 = hex::encode(Sha256::digest(&certificate));
    let private = rustls::pki_types::PrivatePkcs8KeyDer::from(key.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], private.into())
        .unwrap();
    tls.alpn_protocols = vec![b"counterpart/1".to_vec()];
    let config =
        quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls).unwrap()));
    // On IPv6 only, so that the client has to find out which of localhost's addresses answers.
    let endpoint = quinn::Endpoint::server(config, "[::1]:0".parse().unwrap()).unwrap();
    let address = endpoint.local_addr().unwrap();
    tasks.spawn(async move {
        let mut clients = JoinSet::new();
        while let Some(incoming) = endpoint.accept().await {
            let hub = hub.clone();
            clients.spawn(async move {
                if let Ok(connection) = incoming.await {
                    client(hub, connection).await;
                }
            });
        }
    });
    (address, sha256)
}

async fn client(hub: Arc<Hub>, connection: quinn::Connection) {
    let Ok((mut writer, reader)) = connection.accept_bi().await else {
        return;
    };
    let (out, media) = mpsc::channel(1024);
    let mut tasks = JoinSet::new();
    let sends = tokio::spawn(send(connection.clone(), media));
    tasks.spawn(receive(hub.clone(), connection.clone()));
    serve(hub, reader, &mut writer, &[], Some(out)).await;
    // The last words have arrived once they are acknowledged, or nobody is there to read them.
    let _ = writer.finish();
    let _ = writer.stopped().await;
    let _ = sends.await;
    // Acknowledged is not read yet: whoever hears that it is over closes, as with the node.
    let _ = tokio::time::timeout(GOODBYE, connection.closed()).await;
}

/// Ends when all that it was given has arrived.
async fn send(connection: quinn::Connection, mut media: mpsc::Receiver<Message>) {
    let (mut pictures, mut data) = (0, 0);
    let mut arriving = JoinSet::new();
    let mut config = None;
    let mut sound = AudioDatagrams::new();
    while let Some(message) = media.recv().await {
        let (sequence, messages) = match Track::of(message.kind).unwrap() {
            Track::Video if kind(&message) == FrameKind::VideoConfig => {
                config = Some(message);
                continue;
            }
            Track::Video => {
                let messages: Vec<_> = config.take().into_iter().chain([message]).collect();
                pictures += messages.len() as u64;
                (pictures - messages.len() as u64, messages)
            }
            Track::Audio => {
                let room = match kind(&message) {
                    FrameKind::AudioConfig => 0,
                    _ => connection.max_datagram_size().unwrap(),
                };
                let sequence = sound.sequence();
                if let Some(datagram) = sound.push(&message, 1, room) {
                    let _ = connection.send_datagram(datagram);
                    continue;
                }
                (sequence, vec![message])
            }
            Track::Data => {
                data += 1;
                (data - 1, vec![message])
            }
        };
        let mut out = VecDeque::new();
        let mut writer = MediaStreamWriter::new(sequence);
        messages
            .iter()
            .for_each(|message| writer.write(message, &mut out));
        let Ok(mut stream) = connection.open_uni().await else {
            return;
        };
        let mut pieces: Vec<_> = out.into();
        let _ = stream.write_all_chunks(&mut pieces).await;
        let _ = stream.finish();
        arriving.spawn(async move { stream.stopped().await });
    }
    arriving.join_all().await;
}

/// Media of a publisher, in order.
async fn receive(hub: Arc<Hub>, connection: quinn::Connection) {
    let limits = TrackLimits {
        patience: 300,
        max_held: 100,
        max_held_bytes: 1 << 20,
        request_interval: 300,
    };
    let mut tracks = [Track::Video, Track::Audio, Track::Data]
        .map(|track| (track, TrackReceiver::new(track, limits)));
    let (arrive, mut arrivals) = mpsc::channel(1024);
    let start = Instant::now();
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(20));
    loop {
        tokio::select! {
            Ok(stream) = connection.accept_uni() => {
                tokio::spawn(read(stream, arrive.clone()));
            }
            Ok(datagram) = connection.read_datagram() => {
                // This peer has no recovery: what was lost of a stream comes again.
                if Parity::read(&datagram).unwrap().is_some() {
                    continue;
                }
                let (first, messages) = read_datagram(&datagram, 1 << 20).unwrap();
                for arrival in (first..).zip(messages) {
                    arrive.send(arrival).await.unwrap();
                }
            }
            Some((sequence, message)) = arrivals.recv() => {
                let message: Message = message;
                let now = start.elapsed().as_millis() as u64;
                let of = Track::of(message.kind).unwrap();
                let track = tracks.iter_mut().find(|(track, _)| *track == of).unwrap();
                track.1.push(sequence, message, now);
            }
            _ = tick.tick() => {}
            _ = connection.closed() => return,
        }
        let now = start.elapsed().as_millis() as u64;
        for (_, track) in &mut tracks {
            while let Some(output) = track.poll(now) {
                match output {
                    TrackOutput::Message { message, .. } => {
                        hub.publish(counterpart_shared::rtmp::data::plain(message))
                    }
                    TrackOutput::KeyframeRequest => {
                        let _ = hub.orders.send(super::Order::Keyframe);
                    }
                    TrackOutput::Gap { .. } => {}
                }
            }
        }
    }
}

async fn read(mut stream: quinn::RecvStream, arrive: mpsc::Sender<(u64, Message)>) {
    let mut reader = MediaStreamReader::new(1 << 20);
    while let Ok(Some(chunk)) = stream.read_chunk(usize::MAX, true).await {
        reader.push(&chunk.bytes);
        while let Some(arrival) = reader.next_message().unwrap() {
            let _ = arrive.send(arrival).await;
        }
    }
}
