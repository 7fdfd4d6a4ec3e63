//! The server's side: the order of its answers, and what it refuses.

use super::*;
use crate::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use crate::rtmp::{CommandError, Connect};
use std::collections::VecDeque;

fn server() -> ServerSession {
    ServerSession::new(SessionLimits::default())
}

fn connect(app: &str, tc_url: &str) -> Command {
    let connect = Connect {
        app: app.into(),
        tc_url: tc_url.into(),
        ..Connect::default()
    };
    Command::Connect {
        transaction: 1.0,
        connect,
    }
}

fn give(server: &mut ServerSession, stream_id: u32, command: &Command) -> Vec<ServerOutput> {
    server.receive(command.to_message(stream_id)).unwrap();
    drain(server)
}

/// Connected, with message stream 1.
fn connected(app: &str, tc_url: &str) -> ServerSession {
    let mut server = server();
    give(&mut server, 0, &connect(app, tc_url));
    let transaction = 4.0;
    give(&mut server, 0, &Command::CreateStream { transaction });
    server
}

fn publish(name: &str) -> Command {
    Command::Publish {
        transaction: 5.0,
        name: name.into(),
        kind: "live".into(),
    }
}

fn play(name: &str) -> Command {
    Command::Play {
        transaction: 5.0,
        name: name.into(),
    }
}

fn publishing() -> ServerSession {
    let mut server = connected("live", "");
    give(&mut server, 1, &publish("s?grant=g"));
    server.accept(1);
    drain(&mut server);
    server
}

fn playing() -> ServerSession {
    let mut server = connected("live", "");
    give(&mut server, 1, &play("s"));
    server.accept(1);
    drain(&mut server);
    server
}

/// What librtmp sends after the handshake: connect in two chunks of chunk stream 3, then, without waiting for anything but
/// the answer to it, a window and the rest in compressed headers.
#[test]
fn librtmp_is_understood_and_the_answers_are_pinned() {
    let text = |text: &str| format!("{:04x}{}", text.len(), hex::encode(text));
    let pair = |key: &str, value: &str| format!("{}02{}", text(key), text(value));
    let body = format!(
        "02{}003ff000000000000003{}{}{}{}000009",
        text("connect"),
        pair("app", "live"),
        pair("type", "nonprivate"),
        pair("flashVer", "FMLE/3.0 (compatible; FMSc/1.0)"),
        pair("tcUrl", "rtmp://127.0.0.1:1935/live"),
    );
    let (first, second) = body.split_at(256);
    let length = body.len() / 2;
    let connect = format!("03 000000 {length:06x} 14 00000000 {first} c3 {second}");
    let create = format!("02{}00400000000000000005", text("createStream"));
    let after = format!(
        "42 000000 000004 05 002625a0 43 000000 {:06x} 14 {create}",
        create.len() / 2
    );
    let name = format!(
        "02{}0040080000000000000502{}02{}",
        text("publish"),
        text("s?grant=g"),
        text("live")
    );
    let publish = format!("04 000000 {:06x} 14 01000000 {name}", name.len() / 2);

    let mut server = server();
    let mut reader = ChunkReader::new(ChunkLimits::default());
    let mut writer = ChunkWriter::new();
    let mut answers = Vec::new();
    for digits in [connect, after, publish] {
        reader.push(&hex::decode(digits.replace(' ', "")).unwrap());
        while let Some(message) = reader.next_message().unwrap() {
            server.receive(message).unwrap();
        }
        server.accept(1);
        let mut out = VecDeque::new();
        for output in drain(&mut server) {
            match output {
                ServerOutput::Send(message) => writer.write(&message, &mut out),
                ServerOutput::Request(request) => assert_eq!(request.grant(), Some("g")),
                other => panic!("{other:?}"),
            }
        }
        answers.push(hex::encode(Vec::from(out).concat()));
    }
    let pinned: Vec<&str> = include_str!("librtmp_answers.hex").lines().collect();
    assert_eq!(answers, pinned);
}

#[test]
fn the_answer_to_connect() {
    let mut server = server();
    let outputs = give(&mut server, 0, &connect("live", "rtmp://h/live"));
    let expected = [
        "WindowAcknowledgementSize(2500000)",
        "SetPeerBandwidth { window: 2500000, limit: Dynamic }",
        "SetChunkSize(2048)",
        "User(StreamBegin(0))",
        "_result@0 NetConnection.Connect.Success",
    ];
    assert_eq!(words(outputs), expected);
    assert_eq!(server.connect().unwrap().app, "live");
}

#[test]
fn codecs_are_named_to_those_who_ask() {
    let mut command = connect("live", "");
    if let Command::Connect { connect, .. } = &mut command {
        connect.four_cc_list = vec!["hvc1".into()];
    }
    let outputs = give(&mut server(), 0, &command);
    let ServerOutput::Send(message) = &outputs[4] else {
        panic!("{outputs:?}");
    };
    let values = crate::amf0::read_all(&message.payload).unwrap();
    let codecs = ["avc1", "mp4a", "Opus"].map(Value::from).into();
    assert_eq!(
        values[3].property("fourCcList"),
        Some(&Value::StrictArray(codecs))
    );
}

#[test]
fn a_publish_from_begin_to_end() {
    let mut server = connected("live", "");
    let name = || "s?grant=g".to_owned();
    let transaction = 2.0;
    let release = Command::ReleaseStream {
        transaction,
        name: name(),
    };
    assert_eq!(words(give(&mut server, 0, &release)), ["_result@0"]);
    let prepare = Command::FcPublish {
        transaction,
        name: name(),
    };
    assert_eq!(words(give(&mut server, 0, &prepare)), ["_result@0"]);
    let expected = ServerOutput::Request(Request {
        act: Act::Publish,
        stream_id: 1,
        app: "live".into(),
        name: "s".into(),
        query: "grant=g".into(),
    });
    assert_eq!(give(&mut server, 1, &publish("s?grant=g")), [expected]);
    server.accept(1);
    let expected = [
        "User(StreamBegin(1))",
        "onFCPublish@1 NetStream.Publish.Start",
        "onStatus@1 NetStream.Publish.Start",
    ];
    assert_eq!(words(drain(&mut server)), expected);

    server.receive(audio(1)).unwrap();
    assert_eq!(drain(&mut server), [ServerOutput::Media(audio(1))]);
    let metadata = data::on_metadata(1, vec![]);
    let set = [
        "@setDataFrame".into(),
        "onMetaData".into(),
        Value::EcmaArray(vec![]),
    ];
    server.receive(data::message(1, &set)).unwrap();
    assert_eq!(drain(&mut server), [ServerOutput::Media(metadata)]);

    let goodbye = Command::FcUnpublish {
        transaction,
        name: name(),
    };
    let expected = [
        "_result@0",
        "onFCUnpublish@1 NetStream.Unpublish.Success",
        "onStatus@1 NetStream.Unpublish.Success",
        "Closed { stream_id: 1 }",
    ];
    assert_eq!(words(give(&mut server, 0, &goodbye)), expected);
    assert_eq!(
        give(&mut server, 0, &Command::DeleteStream { stream_id: 1 }),
        []
    );
    server.receive(audio(1)).unwrap();
    assert_eq!((drain(&mut server), server.dropped()), (vec![], 1));
}

#[test]
fn a_play_from_begin_to_end() {
    let mut server = connected("live", "");
    assert!(matches!(
        &give(&mut server, 1, &play("s"))[..],
        [ServerOutput::Request(Request { act: Act::Play, .. })]
    ));
    server.accept(1);
    let expected = [
        "User(StreamBegin(1))",
        "onStatus@1 NetStream.Play.Reset",
        "onStatus@1 NetStream.Play.Start",
        "data |RtmpSampleAccess@1",
        "data onStatus@1 NetStream.Data.Start",
    ];
    assert_eq!(words(drain(&mut server)), expected);
    let outputs = give(&mut server, 1, &Command::RequestKeyframe);
    assert_eq!(outputs, [ServerOutput::KeyframeRequest { stream_id: 1 }]);
    let outputs = give(&mut server, 1, &Command::Heard(HEARD));
    let (stream_id, heard) = (1, HEARD);
    assert_eq!(outputs, [ServerOutput::Heard { stream_id, heard }]);
    let (transaction, paused) = (6.0, true);
    let outputs = give(
        &mut server,
        1,
        &Command::Pause {
            transaction,
            paused,
        },
    );
    let expected = [
        "onStatus@1 NetStream.Pause.Notify",
        "Pause { stream_id: 1, paused: true }",
    ];
    assert_eq!(words(outputs), expected);
    let status = Status::notice(code::PLAY_UNPUBLISH_NOTIFY, "");
    server.notify(1, &status);
    assert_eq!(
        words(drain(&mut server)),
        ["onStatus@1 NetStream.Play.UnpublishNotify"]
    );
    let outputs = give(&mut server, 1, &Command::CloseStream);
    assert_eq!(outputs, [ServerOutput::Closed { stream_id: 1 }]);
    assert_eq!(give(&mut server, 1, &play("other")).len(), 1);
}

#[test]
fn the_server_ends_a_play_and_a_publish() {
    let mut player = playing();
    player.end(1, &Status::notice(code::PLAY_STOP, ""));
    let expected = ["User(StreamEof(1))", "onStatus@1 NetStream.Play.Stop"];
    assert_eq!(words(drain(&mut player)), expected);
    player.end(1, &Status::notice(code::PLAY_STOP, ""));
    assert_eq!(drain(&mut player), []);

    let mut publisher = publishing();
    publisher.end(1, &Status::error(code::PUBLISH_BAD_NAME, "taken over"));
    assert_eq!(
        words(drain(&mut publisher)),
        ["onStatus@1 NetStream.Publish.BadName"]
    );
    publisher.receive(audio(1)).unwrap();
    assert_eq!(publisher.dropped(), 1);
}

#[test]
fn a_refusal_leaves_the_message_stream_free() {
    let mut server = connected("live", "");
    give(&mut server, 1, &publish("s"));
    server.receive(audio(1)).unwrap();
    assert_eq!(server.dropped(), 1);
    server.refuse(1, code::PUBLISH_BAD_NAME, "no grant");
    let status = Status::error(code::PUBLISH_BAD_NAME, "no grant");
    let expected = ServerOutput::Send(Command::OnStatus(status).to_message(1));
    assert_eq!(drain(&mut server), [expected]);
    server.accept(1);
    assert_eq!(drain(&mut server), []);
    assert_eq!(give(&mut server, 1, &play("s")).len(), 1);
}

#[test]
fn our_own_commands_go_to_publishers_only() {
    let mut publisher = publishing();
    publisher.request_keyframe(1);
    publisher.limit_bitrate(1, 300_000);
    publisher.offer_subflow(1, subflow());
    publisher.report_received(1, Received::default());
    publisher.report_growth(1, 300);
    assert_eq!(
        words(drain(&mut publisher)),
        [
            "onKeyframeRequest@1",
            "onBitrate@1",
            "onSubflow@1",
            "onReceived@1",
            "onGrowth@1"
        ]
    );
    let mut player = playing();
    player.request_keyframe(1);
    player.limit_bitrate(1, 300_000);
    player.offer_subflow(1, subflow());
    player.report_received(1, Received::default());
    player.report_growth(1, 300);
    assert_eq!(drain(&mut player), []);
    assert_eq!(give(&mut publisher, 1, &Command::RequestKeyframe), []);
    assert_eq!(give(&mut publisher, 1, &Command::Heard(HEARD)), []);
    let (stream_id, contends) = (1, true);
    let contend = Command::Contend { contends };
    let expected = ServerOutput::Contend {
        stream_id,
        contends,
    };
    assert_eq!(give(&mut publisher, 1, &contend), [expected]);
    assert_eq!(give(&mut player, 1, &contend), []);
}

#[test]
fn pings_go_both_ways() {
    let mut server = server();
    server.ping(7);
    assert_eq!(words(drain(&mut server)), ["User(PingRequest(7))"]);
    let event = |event| Control::User(event).to_message();
    server.receive(event(UserEvent::PingResponse(7))).unwrap();
    assert_eq!(drain(&mut server), [ServerOutput::Pong { timestamp: 7 }]);
    server.receive(event(UserEvent::PingRequest(8))).unwrap();
    assert_eq!(words(drain(&mut server)), ["User(PingResponse(8))"]);
}

#[test]
fn other_calls_are_answered() {
    let mut server = connected("live", "");
    let (transaction, name) = (3.0, "s".to_owned());
    let length = Command::GetStreamLength { transaction, name };
    assert_eq!(words(give(&mut server, 0, &length)), ["_result@0"]);
    let name = "s".to_owned();
    let subscribe = Command::FcSubscribe { transaction, name };
    let outputs = words(give(&mut server, 0, &subscribe));
    assert_eq!(outputs, ["onFCSubscribe@0 NetStream.Play.Start"]);
    let other = |transaction| Command::Other {
        name: "what".into(),
        transaction,
        values: vec![],
    };
    let outputs = words(give(&mut server, 0, &other(3.0)));
    assert_eq!(outputs, ["_error@0 NetConnection.Call.Failed"]);
    assert_eq!(give(&mut server, 0, &other(0.0)), []);
    let status = Status::notice(code::PLAY_START, "");
    for strange in [
        Command::OnStatus(status.clone()),
        Command::OnFc {
            answered: Fc::Publish,
            status,
        },
        Command::OnKeyframeRequest,
    ] {
        assert_eq!(give(&mut server, 0, &strange), []);
    }
}

#[test]
fn the_query_may_be_on_the_name_the_app_or_the_url() {
    let ask = |app: &str, tc_url: &str, name: &str| {
        let mut server = connected(app, tc_url);
        let outputs = give(&mut server, 1, &publish(name));
        let [ServerOutput::Request(request)] = &outputs[..] else {
            panic!("{outputs:?}");
        };
        (
            request.app.clone(),
            request.name.clone(),
            request.grant().map(str::to_owned),
        )
    };
    let expected = |grant: Option<&str>| ("live".into(), "s".into(), grant.map(str::to_owned));
    assert_eq!(
        ask("live", "rtmp://h/live", "s?grant=a.b"),
        expected(Some("a.b"))
    );
    assert_eq!(
        ask("live?grant=a.b", "rtmp://h/live", "s"),
        expected(Some("a.b"))
    );
    assert_eq!(
        ask("live/", "rtmp://h/live?grant=a.b", "/s"),
        expected(Some("a.b"))
    );
    assert_eq!(
        ask("live?grant=no", "", "s?x=1&grant=yes"),
        expected(Some("yes"))
    );
    assert_eq!(ask("live", "rtmp://h/live", "s?x=1"), expected(None));
}

#[test]
fn an_aggregate_is_taken_apart() {
    let mut server = publishing();
    let whole = [
        &[8, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xAF, 0, 0, 0, 12][..],
        &[9, 0, 0, 1, 0, 0, 5, 0, 0, 0, 0, 0x17, 0, 0, 0, 12],
    ];
    server
        .receive(message(MessageKind::Aggregate, 1, &whole.concat()))
        .unwrap();
    let outputs = drain(&mut server);
    let kinds: Vec<_> = outputs
        .iter()
        .map(|output| match output {
            ServerOutput::Media(message) => (message.kind, message.timestamp),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, [(MessageKind::Audio, 40), (MessageKind::Video, 45)]);
}

#[test]
fn what_a_client_may_not_do() {
    let mut fresh = server();
    let transaction = 1.0;
    let create = Command::CreateStream { transaction };
    let command = "createStream".to_owned();
    let expected = Err(SessionError::NotConnected { command });
    assert_eq!(fresh.receive(create.to_message(0)), expected);

    let mut server = connected("live", "");
    let again = connect("live", "").to_message(0);
    assert_eq!(server.receive(again), Err(SessionError::ConnectedTwice));
    for stream_id in [0, 2] {
        let command = "publish";
        let expected = Err(SessionError::StreamNotFree { command, stream_id });
        assert_eq!(server.receive(publish("s").to_message(stream_id)), expected);
    }
    give(&mut server, 1, &play("s"));
    let (command, stream_id) = ("play", 1);
    let expected = Err(SessionError::StreamNotFree { command, stream_id });
    assert_eq!(server.receive(play("s").to_message(1)), expected);

    let long = "x".repeat(8193);
    let (length, max) = (8193, 8192);
    let part = "stream name";
    let expected = Err(SessionError::TooLong { part, length, max });
    assert_eq!(server.receive(publish(&long).to_message(1)), expected);
    let part = "app";
    let expected = Err(SessionError::TooLong { part, length, max });
    assert_eq!(fresh.receive(connect(&long, "").to_message(0)), expected);

    for _ in 1..8 {
        give(&mut server, 0, &create);
    }
    let expected = Err(SessionError::TooManyStreams { max: 8 });
    assert_eq!(server.receive(create.to_message(0)), expected);
    give(&mut server, 0, &Command::DeleteStream { stream_id: 8 });
    assert_eq!(give(&mut server, 0, &create).len(), 1);

    let garbage = message(MessageKind::CommandAmf0, 0, &[0xFF]);
    assert!(matches!(
        server.receive(garbage),
        Err(SessionError::Command(CommandError::Amf0(_)))
    ));
}
