//! The client's sockets and requests against a scripted edge.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use counterpart_native::signal::{CallSocket, Edge, Patience, RoomSocket, SignalError, client_id};
use counterpart_shared::api::*;
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, ClientId, Party};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};

/// The edge's end of one socket.
struct Peer(WebSocketStream<TcpStream>);

impl Peer {
    async fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().await.unwrap();
        #[allow(clippy::result_large_err, reason = "the callback's own type")]
        let check = |request: &Request, mut response: Response| {
            assert_eq!(request.uri().path(), "/v1/calls/c1/socket");
            let offered = &request.headers()["sec-websocket-protocol"];
            assert_eq!(offered, "counterpart.v1, token.jwt");
            response.headers_mut().insert(
                "sec-websocket-protocol",
                HeaderValue::from_static(SUBPROTOCOL),
            );
            Ok(response)
        };
        Peer(
            tokio_tungstenite::accept_hdr_async(stream, check)
                .await
                .unwrap(),
        )
    }

    async fn say(&mut self, message: &CallMessage) {
        let text = serde_json::to_string(message).unwrap();
        self.0.send(Message::text(text)).await.unwrap();
    }

    async fn hello(&mut self, seq: u64) {
        self.say(&CallMessage::Hello {
            call: call(),
            party: Party::Caller,
            phase: CallPhase::New,
            seq,
            live: vec![],
        })
        .await;
    }

    async fn entry(&mut self, seq: u64) {
        let body = EntryBody::PeerBack {
            party: Party::Callee,
        };
        self.say(&CallMessage::Entry(Entry { seq, at: 1, body }))
            .await;
    }

    async fn hear(&mut self) -> CallCommand {
        loop {
            if let Message::Text(text) = self.0.next().await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }
}

fn call() -> CallId {
    "c1".parse().unwrap()
}

async fn listen() -> (TcpListener, Edge) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let edge = Edge::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    (listener, edge)
}

fn text(id: &ClientId) -> CallCommand {
    CallCommand::Text {
        id: id.clone(),
        text: "你好".into(),
    }
}

async fn entry_of(socket: &mut CallSocket) -> u64 {
    loop {
        if let CallMessage::Entry(entry) = socket.next().await.unwrap() {
            return entry.seq;
        }
    }
}

#[tokio::test]
async fn a_lost_socket_resumes_the_log_and_says_again_what_was_not_acknowledged() {
    let (listener, edge) = listen().await;
    let (first, second) = (client_id(), client_id());
    let ids = (first.clone(), second.clone());
    let server = tokio::spawn(async move {
        let mut peer = Peer::accept(&listener).await;
        peer.hello(1).await;
        assert_eq!(peer.hear().await, CallCommand::Resume { after: 0 });
        peer.entry(1).await;
        assert_eq!(peer.hear().await, text(&ids.0));
        assert_eq!(peer.hear().await, text(&ids.1));
        peer.say(&CallMessage::Ack {
            id: ids.0.clone(),
            seq: Some(2),
        })
        .await;
        drop(peer);
        let mut peer = Peer::accept(&listener).await;
        peer.hello(3).await;
        assert_eq!(peer.hear().await, CallCommand::Resume { after: 1 });
        assert_eq!(peer.hear().await, text(&ids.1));
        for seq in [3, 1, 2, 3, 3] {
            peer.entry(seq).await;
        }
        for id in [&ids.0, &ids.1, &ids.1] {
            let id = id.clone();
            peer.say(&CallMessage::Ack { id, seq: None }).await;
        }
        peer.entry(4).await;
        peer
    });
    let mut socket = CallSocket::new(&edge, &call(), "jwt").unwrap();
    socket.send(&text(&first)).await;
    socket.send(&text(&second)).await;
    assert_eq!(socket.unacknowledged(), 2);
    for seq in 1..=3 {
        assert_eq!(entry_of(&mut socket).await, seq);
    }
    let mut acks = 0;
    loop {
        match socket.next().await.unwrap() {
            CallMessage::Ack { id, .. } => {
                assert_eq!(id, second);
                acks += 1;
            }
            CallMessage::Entry(entry) => break assert_eq!(entry.seq, 4),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((acks, socket.unacknowledged(), socket.seen()), (1, 0, 4));
    drop(server.await.unwrap());
}

#[tokio::test]
async fn a_missing_entry_is_asked_for() {
    let (listener, edge) = listen().await;
    let server = tokio::spawn(async move {
        let mut peer = Peer::accept(&listener).await;
        peer.hello(0).await;
        for seq in [1, 3, 4] {
            peer.entry(seq).await;
        }
        assert_eq!(peer.hear().await, CallCommand::Resume { after: 1 });
        for seq in [2, 3, 4] {
            peer.entry(seq).await;
        }
        peer
    });
    let mut socket = CallSocket::new(&edge, &call(), "jwt").unwrap();
    for seq in 1..=4 {
        assert_eq!(entry_of(&mut socket).await, seq);
    }
    drop(server.await.unwrap());
}

#[tokio::test]
async fn a_question_gets_its_answer_and_keeps_what_came_meanwhile() {
    let (listener, edge) = listen().await;
    let server = tokio::spawn(async move {
        let mut peer = Peer::accept(&listener).await;
        peer.hello(0).await;
        let CallCommand::Hangup { id } = peer.hear().await else {
            panic!("another command");
        };
        peer.entry(1).await;
        peer.say(&CallMessage::Ack { id, seq: Some(1) }).await;
        let CallCommand::Accept { id } = peer.hear().await else {
            panic!("another command");
        };
        peer.say(&CallMessage::Error {
            id: Some(id),
            error: ApiError::new(ErrorCode::Conflict, "ended"),
        })
        .await;
        peer
    });
    let mut socket = CallSocket::new(&edge, &call(), "jwt").unwrap();
    let patience = Duration::from_secs(5);
    let hang_up = CallCommand::Hangup { id: client_id() };
    let answer = socket.ask(&hang_up, patience).await.unwrap();
    assert!(matches!(answer, CallMessage::Ack { seq: Some(1), .. }));
    let accept = CallCommand::Accept { id: client_id() };
    let refusal = socket.ask(&accept, patience).await.unwrap_err();
    assert!(matches!(refusal, SignalError::Api(e) if e.code == ErrorCode::Conflict));
    assert!(matches!(socket.next().await, Ok(CallMessage::Hello { .. })));
    assert_eq!(entry_of(&mut socket).await, 1);
    drop(server.await.unwrap());
}

#[tokio::test]
async fn a_refused_socket_is_an_error_and_an_absent_edge_is_one_after_a_while() {
    let (listener, edge) = listen().await;
    let refusal = ApiError::new(ErrorCode::Forbidden, "c1");
    let server = tokio::spawn(answer(
        listener,
        403,
        serde_json::to_string(&refusal).unwrap(),
    ));
    let mut socket = CallSocket::new(&edge, &call(), "jwt").unwrap();
    let error = socket.next().await.unwrap_err();
    assert!(matches!(error, SignalError::Api(e) if e == refusal));
    server.await.unwrap();

    let patience = Patience(Duration::from_millis(300));
    let mut socket = CallSocket::resume(&edge, &call(), "jwt", 0, patience).unwrap();
    let error = socket.next().await.unwrap_err();
    assert!(matches!(error, SignalError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_room_says_again_what_was_not_acknowledged() {
    let (listener, edge) = listen().await;
    let server = tokio::spawn(async move {
        let mut heard = Vec::new();
        for _ in 0..2 {
            let (stream, _) = listener.accept().await.unwrap();
            #[allow(clippy::result_large_err, reason = "the callback's own type")]
            let protocol = |_: &Request, mut response: Response| {
                let value = HeaderValue::from_static(SUBPROTOCOL);
                response
                    .headers_mut()
                    .insert("sec-websocket-protocol", value);
                Ok(response)
            };
            let mut peer = tokio_tungstenite::accept_hdr_async(stream, protocol)
                .await
                .unwrap();
            let room = DeskMessage::Room(Room {
                room: "r1".parse().unwrap(),
                agent: "b".parse().unwrap(),
                state: RoomState::Close,
                phase: None,
                reason: None,
                call: None,
                since: 1,
            });
            let text = serde_json::to_string(&room).unwrap();
            peer.send(Message::text(text)).await.unwrap();
            heard.push(peer.next().await.unwrap().unwrap());
        }
        heard
    });
    let (desk, room) = ("d1".parse().unwrap(), "r1".parse().unwrap());
    let mut socket = RoomSocket::new(&edge, &desk, &room, "jwt").unwrap();
    socket
        .send(&DeskCommand::Open {
            id: client_id(),
            skills: Default::default(),
        })
        .await;
    for _ in 0..2 {
        assert!(matches!(socket.next().await, Ok(DeskMessage::Room(_))));
    }
    let read = tokio::time::timeout(Duration::from_millis(300), socket.next());
    let heard = tokio::select! { heard = server => heard.unwrap(), _ = read => panic!("silent") };
    assert_eq!(heard[0], heard[1]);
    assert_eq!(socket.unacknowledged(), 1);
}

/// Answers one HTTP request with this status and body and gives the request.
async fn answer(listener: TcpListener, status: u16, body: String) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = vec![0; 8192];
    let mut held = 0;
    loop {
        held += stream.read(&mut request[held..]).await.unwrap();
        let text = String::from_utf8_lossy(&request[..held]).to_lowercase();
        let Some((head, rest)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .split_once("content-length: ")
            .and_then(|(_, length)| length.lines().next()?.parse().ok())
            .unwrap_or(0);
        if rest.len() >= length {
            break;
        }
    }
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    String::from_utf8(request[..held].to_vec()).unwrap()
}

#[tokio::test]
async fn a_token_is_asked_for_by_api_key() {
    let (listener, edge) = listen().await;
    let server = tokio::spawn(answer(
        listener,
        201,
        r#"{"token":"t","expires_at":9}"#.into(),
    ));
    let wish = CreateToken {
        user: "alice".parse().unwrap(),
        role: Role::Customer,
        priority: 0,
        desk: None,
        ttl_s: 60,
    };
    let created = edge.create_token("key", &wish).await.unwrap();
    assert_eq!((created.token.as_str(), created.expires_at), ("t", 9));
    let request = server.await.unwrap();
    assert!(
        request.starts_with("POST /v1/tokens HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("authorization: Bearer key\r\n"),
        "{request}"
    );
    assert!(request.ends_with(r#"{"user":"alice","role":"customer","ttl_s":60}"#));
}

#[tokio::test]
async fn a_refusal_and_an_absent_edge_are_errors() {
    let (listener, edge) = listen().await;
    let refusal = ApiError::new(ErrorCode::Unauthorized, "expired");
    let server = tokio::spawn(answer(
        listener,
        401,
        serde_json::to_string(&refusal).unwrap(),
    ));
    let error = edge.call("t", &call(), 3).await.unwrap_err();
    assert!(matches!(error, SignalError::Api(e) if e == refusal));
    let request = server.await.unwrap();
    assert!(
        request.starts_with("GET /v1/calls/c1?after=3 HTTP/1.1\r\n"),
        "{request}"
    );
    let error = edge.keys().await.unwrap_err();
    assert!(matches!(error, SignalError::Http { .. }), "{error}");
}
