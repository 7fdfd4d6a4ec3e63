//! Both parties of a call through the seven steps, over a scripted edge and a node for each stream.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod peer;

use counterpart_native::encode::{AudioCodec, AudioSettings};
use counterpart_native::party::{Carrier, Participant, PartyEvent, PartyOptions, PartyReport};
use counterpart_native::publish::PublishOptions;
use counterpart_native::signal::Edge;
use counterpart_native::{End, PlayOptions};
use counterpart_shared::api::*;
use counterpart_shared::grant::Act;
use counterpart_shared::id::{CallId, Party, StreamId};
use futures_util::{SinkExt, StreamExt};
use peer::Peer;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};

/// Real time needs the machine: one test of it at a time.
static MACHINE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// One call, its log in memory, and a node for each party's stream.
struct MiniEdge {
    nodes: [Peer; 2],
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    log: Vec<Entry>,
    sockets: [Option<mpsc::UnboundedSender<CallMessage>>; 2],
    accepted: bool,
    live: Vec<Party>,
}

impl MiniEdge {
    async fn start() -> (Arc<Self>, Edge) {
        let edge = Arc::new(Self {
            nodes: [Peer::start().await, Peer::start().await],
            state: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(accept(edge.clone(), listener));
        for party in Party::BOTH {
            tokio::spawn(notice(edge.clone(), party));
        }
        (edge, Edge::new(&address).unwrap())
    }

    fn urls(&self, party: Party, act: Act) -> MediaUrls {
        let node = &self.nodes[party as usize];
        let stream = StreamId::of(&call(), party);
        MediaUrls {
            act,
            node: "n1".parse().unwrap(),
            expires_at: 0,
            rtmp: node.url("rtmp", stream.as_str()).to_string(),
            rtmps: None,
            flv: None,
            quic: node.url("quic", stream.as_str()).to_string(),
            webtransport: String::new(),
            one_time: true,
            stream,
        }
    }

    fn append(&self, body: EntryBody) -> u64 {
        let mut state = self.state.lock().unwrap();
        let seq = state.log.len() as u64 + 1;
        let entry = Entry { seq, at: 1, body };
        state.log.push(entry.clone());
        for socket in state.sockets.iter().flatten() {
            let _ = socket.send(CallMessage::Entry(entry.clone()));
        }
        seq
    }

    /// Tells a party where the other's stream is, if he may play it.
    fn tell_play(&self, to: Party) {
        let state = self.state.lock().unwrap();
        let party = to.other();
        if !state.live.contains(&party) || (to == Party::Caller && !state.accepted) {
            return;
        }
        let urls = self.urls(party, Act::Play);
        if let Some(socket) = &state.sockets[to as usize] {
            let _ = socket.send(CallMessage::Play { party, urls });
        }
    }

    fn obey(&self, from: Party, command: CallCommand) {
        let answer = match command {
            CallCommand::Resume { after } => {
                let state = self.state.lock().unwrap();
                let socket = state.sockets[from as usize].as_ref().unwrap();
                for entry in &state.log[after as usize..] {
                    let _ = socket.send(CallMessage::Entry(entry.clone()));
                }
                return;
            }
            CallCommand::Urls { id } => {
                let urls = PartyUrls {
                    publish: self.urls(from, Act::Publish),
                    play: self.urls(from, Act::Play),
                };
                self.tell_play(from);
                CallMessage::Urls { id, urls }
            }
            CallCommand::Request { id } => {
                let seq = Some(self.append(EntryBody::Request { desk: None }));
                self.tell_play(Party::Callee);
                CallMessage::Ack { id, seq }
            }
            CallCommand::Accept { id } => {
                self.state.lock().unwrap().accepted = true;
                let callee = "b".parse().unwrap();
                let seq = Some(self.append(EntryBody::Accept { callee, room: None }));
                CallMessage::Ack { id, seq }
            }
            CallCommand::Text { id, text } => {
                let body = EntryBody::Text {
                    from,
                    id: id.clone(),
                    text,
                };
                let seq = Some(self.append(body));
                CallMessage::Ack { id, seq }
            }
            CallCommand::Network { id, quality } => {
                let seq = Some(self.append(EntryBody::Network {
                    party: from,
                    quality,
                }));
                CallMessage::Ack { id, seq }
            }
            CallCommand::Hangup { id } => {
                let (by, reason) = (Some(from), EndReason::HangUp);
                let seq = Some(self.append(EntryBody::End { by, reason }));
                CallMessage::Ack { id, seq }
            }
            other => panic!("nobody says this here: {other:?}"),
        };
        let state = self.state.lock().unwrap();
        let _ = state.sockets[from as usize].as_ref().unwrap().send(answer);
    }
}

/// Reports a party's stream when its first picture is there.
async fn notice(edge: Arc<MiniEdge>, party: Party) {
    edge.nodes[party as usize]
        .hub
        .media
        .subscribe()
        .recv()
        .await
        .unwrap();
    edge.state.lock().unwrap().live.push(party);
    edge.append(EntryBody::StreamBegin {
        party,
        code: PUSH_BEGIN,
        format: StreamFormat::default(),
    });
    edge.tell_play(party.other());
}

async fn accept(edge: Arc<MiniEdge>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).unwrap();
        tokio::spawn(serve(edge.clone(), stream));
    }
}

async fn serve(edge: Arc<MiniEdge>, stream: TcpStream) {
    let mut from = Party::Caller;
    #[allow(clippy::result_large_err, reason = "the callback's own type")]
    let check = |request: &Request, mut response: Response| {
        let offered = request.headers()["sec-websocket-protocol"]
            .to_str()
            .unwrap();
        if offered.ends_with("token.callee") {
            from = Party::Callee;
        }
        let value = HeaderValue::from_static(SUBPROTOCOL);
        response
            .headers_mut()
            .insert("sec-websocket-protocol", value);
        Ok(response)
    };
    let mut socket = tokio_tungstenite::accept_hdr_async(stream, check)
        .await
        .unwrap();
    let (say, mut said) = mpsc::unbounded_channel();
    let hello = {
        let mut state = edge.state.lock().unwrap();
        state.sockets[from as usize] = Some(say);
        CallMessage::Hello {
            call: call(),
            party: from,
            phase: CallPhase::New,
            seq: state.log.len() as u64,
            live: state.live.clone(),
        }
    };
    let text = |message: &CallMessage| Message::text(serde_json::to_string(message).unwrap());
    socket.send(text(&hello)).await.unwrap();
    edge.tell_play(from);
    loop {
        tokio::select! {
            Some(message) = said.recv() => if socket.send(text(&message)).await.is_err() { return },
            heard = socket.next() => match heard {
                Some(Ok(Message::Text(text))) if text == PING => {
                    socket.send(Message::text(PONG)).await.unwrap();
                }
                Some(Ok(Message::Text(text))) => edge.obey(from, serde_json::from_str(&text).unwrap()),
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}

fn call() -> CallId {
    "c1".parse().unwrap()
}

fn options(publish_over: Carrier, play_over: Carrier, hangs_up: bool) -> PartyOptions {
    let codec = match publish_over {
        Carrier::Quic => AudioCodec::Opus,
        Carrier::Rtmp => AudioCodec::Aac,
    };
    let publish = PublishOptions {
        audio: Some(AudioSettings {
            codec,
            channels: 1,
            bitrate: 48_000,
        }),
        tone_hz: if hangs_up { 440.0 } else { 300.0 },
        ..PublishOptions::default()
    };
    PartyOptions {
        publish_over,
        play_over,
        publish,
        play: PlayOptions::default(),
        talk: if hangs_up {
            Duration::from_secs(3)
        } else {
            Duration::from_secs(60)
        },
        texts: ["您好", "hello"].map(str::to_owned).into(),
        text_every: Duration::from_millis(200),
        hangs_up,
        ..PartyOptions::default()
    }
}

fn steps(report: &PartyReport) -> Vec<(u8, &str)> {
    let steps = report.steps.iter();
    steps.map(|step| (step.number, step.name)).collect()
}

fn check(report: &PartyReport, tone: f64) {
    assert_eq!(report.end, Some(EndReason::HangUp));
    assert_eq!((report.texts_sent, report.texts_acknowledged), (2, 2));
    assert_eq!(report.texts_heard, ["您好", "hello"]);
    assert!(report.failed_attempts.is_empty(), "{report:#?}");
    let [published] = &report.published[..] else {
        panic!("{report:#?}");
    };
    assert_eq!(published.end, End::Stopped);
    let [played] = &report.played[..] else {
        panic!("{report:#?}");
    };
    assert_eq!(played.undecodable, 0);
    assert_eq!(played.tone_hz, Some(tone));
    assert!(played.pictures > 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_parties_go_through_the_seven_steps() {
    let _machine = MACHINE.lock().await;
    let (_edge, address) = MiniEdge::start().await;
    let over = (Carrier::Rtmp, Carrier::Quic);
    let (caller, remote) =
        Participant::caller(&address, &call(), "caller", options(over.0, over.1, true)).unwrap();
    let (callee, mut other) =
        Participant::callee(&address, &call(), "callee", options(over.1, over.0, false)).unwrap();
    let (caller, callee) = (tokio::spawn(caller.run()), tokio::spawn(callee.run()));
    assert!(other.step(7, "stream.begin").await);
    remote.cut_socket().await;
    let caller = caller.await.unwrap().unwrap();
    let callee = callee.await.unwrap().unwrap();
    println!("{caller:#?}\n{callee:#?}");
    assert_eq!(
        steps(&caller),
        [
            (1, "urls"),
            (2, "publish"),
            (3, "stream.begin"),
            (4, "request"),
            (5, "accept"),
            (7, "play")
        ]
    );
    assert_eq!(
        steps(&callee),
        [
            (4, "request"),
            (5, "accept"),
            (5, "play"),
            (6, "urls"),
            (6, "publish"),
            (7, "stream.begin")
        ]
    );
    check(&caller, 300.0);
    check(&callee, 440.0);
    assert_eq!((caller.sockets, callee.sockets), (2, 1));
    assert_eq!(caller.seen, callee.seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_stream_comes_back() {
    let _machine = MACHINE.lock().await;
    let (edge, address) = MiniEdge::start().await;
    let over = Carrier::Quic;
    let (caller, mut remote) =
        Participant::caller(&address, &call(), "caller", options(over, over, false)).unwrap();
    let (callee, _other) =
        Participant::callee(&address, &call(), "callee", options(over, over, false)).unwrap();
    let (caller, callee) = (tokio::spawn(caller.run()), tokio::spawn(callee.run()));
    assert!(remote.step(7, "play").await);
    let mut playing = remote.playing();
    drop(playing.wait_for(|seen| seen.pictures > 20).await);
    edge.nodes[Party::Callee as usize]
        .hub
        .orders
        .send(peer::Order::End)
        .unwrap();
    // The next play counts from the beginning.
    drop(playing.wait_for(|seen| seen.pictures < 10).await);
    drop(playing.wait_for(|seen| seen.pictures > 10).await);
    remote.text("still there").await;
    remote.hang_up().await;
    let caller = caller.await.unwrap().unwrap();
    let callee = callee.await.unwrap().unwrap();
    assert_eq!(caller.played.len(), 2, "{caller:#?}");
    assert_eq!(
        caller.played[0].end,
        End::Closed("NetStream.Play.Stop".into())
    );
    assert!(caller.played[1].pictures > 10);
    assert_eq!(callee.published.len(), 1);
    assert!(callee.texts_heard.contains(&"still there".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_hears_of_a_bad_network_and_of_its_end() {
    let _machine = MACHINE.lock().await;
    let (edge, address) = MiniEdge::start().await;
    let over = Carrier::Quic;
    let (caller, remote) =
        Participant::caller(&address, &call(), "caller", options(over, over, false)).unwrap();
    let (callee, mut other) =
        Participant::callee(&address, &call(), "callee", options(over, over, false)).unwrap();
    let (caller, callee) = (tokio::spawn(caller.run()), tokio::spawn(callee.run()));
    assert!(other.step(7, "stream.begin").await);
    let orders = &edge.nodes[Party::Caller as usize].hub.orders;
    for (limit, expected) in [(100_000, Quality::Bad), (5_000_000, Quality::Good)] {
        orders.send(peer::Order::Bitrate(limit)).unwrap();
        loop {
            let event = other.next().await.expect("the call goes on");
            let PartyEvent::Entry(entry) = event else {
                continue;
            };
            let EntryBody::Network { party, quality } = entry.body else {
                continue;
            };
            assert_eq!(party, Party::Caller);
            if quality == expected {
                break;
            }
        }
    }
    remote.hang_up().await;
    caller.await.unwrap().unwrap();
    callee.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_is_not_answered_can_hang_up() {
    let _machine = MACHINE.lock().await;
    let (_edge, address) = MiniEdge::start().await;
    let over = Carrier::Quic;
    let (caller, mut remote) =
        Participant::caller(&address, &call(), "caller", options(over, over, false)).unwrap();
    let caller = tokio::spawn(caller.run());
    assert!(remote.step(4, "request").await);
    remote.hang_up().await;
    let report = caller.await.unwrap().unwrap();
    assert_eq!(report.end, Some(EndReason::HangUp));
    assert_eq!(report.published.len(), 1);
    assert!(report.played.is_empty());
}
