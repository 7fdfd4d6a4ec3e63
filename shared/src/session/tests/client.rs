//! The client's side against foreign servers' ways.

use super::*;

fn sent(outputs: &[ClientOutput]) -> Vec<String> {
    let sent = outputs.iter().map(|output| match output {
        ClientOutput::Send(message) => word(&ServerOutput::Send(message.clone())),
        other => format!("{other:?}"),
    });
    sent.collect()
}

fn give(client: &mut ClientSession, stream_id: u32, command: &Command) -> Vec<ClientOutput> {
    client.receive(command.to_message(stream_id)).unwrap();
    drain_client(client)
}

fn result(transaction: f64, value: Value) -> Command {
    Command::Result {
        transaction,
        values: vec![Value::Null, value],
    }
}

fn status(status: Status) -> Command {
    Command::OnStatus(status)
}

/// Up to the answer to createStream, which is message stream 5.
fn started(mut client: ClientSession) -> ClientSession {
    give(&mut client, 0, &result(1.0, Value::Null));
    give(&mut client, 0, &result(4.0, 5.0.into()));
    client
}

fn ready(client: ClientSession, code: &str) -> ClientSession {
    let mut client = started(client);
    let outputs = give(&mut client, 5, &status(Status::notice(code, "")));
    assert_eq!(outputs, [ClientOutput::Ready { stream_id: 5 }]);
    client
}

#[test]
fn the_steps_of_a_publish() {
    let mut client = ClientSession::publish("live", "rtmp://h:1935/live", "s?grant=g");
    assert_eq!(sent(&drain_client(&mut client)), ["connect@0"]);
    let outputs = give(&mut client, 0, &result(1.0, Value::Null));
    let expected = [
        "WindowAcknowledgementSize(2500000)",
        "SetChunkSize(60000)",
        "releaseStream@0",
        "FCPublish@0",
        "createStream@0",
    ];
    assert_eq!(sent(&outputs), expected);
    assert_eq!(give(&mut client, 0, &result(2.0, Value::Undefined)), []);
    let refused = Command::Error {
        transaction: 3.0,
        status: Status::error(code::CALL_FAILED, ""),
    };
    assert_eq!(give(&mut client, 0, &refused), []);
    let outputs = give(&mut client, 0, &result(4.0, 5.0.into()));
    assert_eq!(sent(&outputs), ["publish@5"]);
    assert_eq!(client.stream_id(), None);
    let begins = status(Status::notice(code::PUBLISH_START, ""));
    assert_eq!(
        give(&mut client, 5, &begins),
        [ClientOutput::Ready { stream_id: 5 }]
    );
    assert_eq!(client.stream_id(), Some(5));
    assert_eq!(
        give(&mut client, 5, &Command::OnKeyframeRequest),
        [ClientOutput::KeyframeRequest]
    );
    let bits_per_second = 3e5;
    assert_eq!(
        give(&mut client, 5, &Command::OnBitrate { bits_per_second }),
        [ClientOutput::Bitrate {
            bits_per_second: 300_000
        }]
    );
    assert_eq!(
        give(&mut client, 5, &Command::OnSubflow(subflow())),
        [ClientOutput::Subflow(subflow())]
    );
    let received = Received {
        expected: 9,
        ..Received::default()
    };
    assert_eq!(
        give(&mut client, 5, &Command::OnReceived(received)),
        [ClientOutput::Received(received)]
    );
    assert_eq!(
        give(&mut client, 5, &Command::OnGrowth { growth: 300 }),
        [ClientOutput::Growth { growth: 300 }]
    );
    client.request_keyframe();
    assert_eq!(drain_client(&mut client), []);
    client.close();
    assert_eq!(
        sent(&drain_client(&mut client)),
        ["FCUnpublish@0", "deleteStream@0"]
    );
    client.close();
    assert_eq!(drain_client(&mut client), []);
}

#[test]
fn a_play_gets_its_media_and_no_notices() {
    let mut client = ready(ClientSession::play("live", "", "s"), code::PLAY_START);
    for notice in [
        data::message(5, &["|RtmpSampleAccess".into(), true.into(), true.into()]),
        data::message(5, &["onStatus".into(), Value::object([])]),
        audio(6),
    ] {
        client.receive(notice).unwrap();
        assert_eq!(drain_client(&mut client), []);
    }
    for media in [audio(5), data::on_metadata(5, vec![])] {
        client.receive(media.clone()).unwrap();
        assert_eq!(drain_client(&mut client), [ClientOutput::Media(media)]);
    }
    client.request_keyframe();
    assert_eq!(sent(&drain_client(&mut client)), ["requestKeyframe@5"]);
    let gone = Status::notice(code::PLAY_UNPUBLISH_NOTIFY, "");
    let outputs = give(&mut client, 5, &status(gone.clone()));
    assert_eq!(outputs, [ClientOutput::Status(gone)]);
    client.close();
    assert_eq!(sent(&drain_client(&mut client)), ["deleteStream@0"]);
}

#[test]
fn a_no_at_each_step_is_a_refusal() {
    let no = Status::error(code::CONNECT_REJECTED, "no");
    let error = |transaction| Command::Error {
        transaction,
        status: no.clone(),
    };
    let refused = [ClientOutput::Refused(no.clone())];
    let client = || {
        let mut client = ClientSession::publish("live", "", "s");
        drain_client(&mut client);
        client
    };
    assert_eq!(give(&mut client(), 0, &error(1.0)), refused);
    let mut connected = client();
    give(&mut connected, 0, &result(1.0, Value::Null));
    assert_eq!(give(&mut connected, 0, &error(4.0)), refused);
    assert_eq!(give(&mut started(client()), 0, &error(5.0)), refused);
    let mut asked = started(client());
    assert_eq!(give(&mut asked, 5, &status(no.clone())), refused);
    assert_eq!(give(&mut asked, 5, &status(no.clone())), []);
    let mut nameless = client();
    give(&mut nameless, 0, &result(1.0, Value::Null));
    let outputs = give(&mut nameless, 0, &result(4.0, Value::Null));
    assert!(matches!(&outputs[..], [ClientOutput::Refused(_)]));
}

#[test]
fn an_end_closes() {
    for (code, error) in [
        (code::PLAY_STOP, false),
        (code::CONNECT_CLOSED, false),
        (code::PLAY_FAILED, true),
    ] {
        let mut client = ready(ClientSession::play("live", "", "s"), code::PLAY_START);
        let end = if error {
            Status::error(code, "")
        } else {
            Status::notice(code, "")
        };
        let outputs = give(&mut client, 5, &status(end.clone()));
        assert_eq!(outputs, [ClientOutput::Closed(end)]);
        assert_eq!(client.stream_id(), None);
    }
}

#[test]
fn pings_and_bandwidth_are_answered() {
    let mut client = ClientSession::play("live", "", "s");
    drain_client(&mut client);
    client.ping(3);
    let event = |event| Control::User(event).to_message();
    client.receive(event(UserEvent::PingRequest(4))).unwrap();
    client.receive(event(UserEvent::PingResponse(3))).unwrap();
    let limit = crate::rtmp::PeerBandwidth::Dynamic;
    for window in [1000, 1000, 2000] {
        client
            .receive(Control::SetPeerBandwidth { window, limit }.to_message())
            .unwrap();
    }
    let expected = [
        "User(PingRequest(3))",
        "User(PingResponse(4))",
        "Pong { timestamp: 3 }",
        "WindowAcknowledgementSize(1000)",
        "WindowAcknowledgementSize(2000)",
    ];
    assert_eq!(sent(&drain_client(&mut client)), expected);
}
