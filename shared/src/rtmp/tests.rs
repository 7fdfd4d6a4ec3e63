//! Control messages, commands, data and aggregates: pinned bytes and round trips.

use super::aggregate::AggregateError;
use super::*;
use crate::amf0::Value;
use bytes::Bytes;
use proptest::prelude::*;

fn body(digits: &str) -> Bytes {
    hex::decode(digits.replace([' ', '\n'], "")).unwrap().into()
}

fn of(kind: MessageKind, payload: Bytes) -> Message {
    Message {
        kind,
        stream_id: 0,
        timestamp: 0,
        payload,
    }
}

#[test]
fn control_messages_are_pinned() {
    use MessageKind::*;
    let bandwidth = |limit| Control::SetPeerBandwidth { window: 1, limit };
    let buffer = UserEvent::SetBufferLength {
        stream_id: 1,
        length: 100,
    };
    let all = [
        (Control::SetChunkSize(60_000), SetChunkSize, "0000ea60"),
        (Control::Abort(6), Abort, "00000006"),
        (Control::Acknowledgement(7), Acknowledgement, "00000007"),
        (
            Control::WindowAcknowledgementSize(2_500_000),
            WindowAcknowledgementSize,
            "002625a0",
        ),
        (
            bandwidth(PeerBandwidth::Hard),
            SetPeerBandwidth,
            "0000000100",
        ),
        (
            bandwidth(PeerBandwidth::Soft),
            SetPeerBandwidth,
            "0000000101",
        ),
        (
            bandwidth(PeerBandwidth::Dynamic),
            SetPeerBandwidth,
            "0000000102",
        ),
        (
            Control::User(UserEvent::StreamBegin(1)),
            UserControl,
            "000000000001",
        ),
        (
            Control::User(UserEvent::StreamEof(1)),
            UserControl,
            "000100000001",
        ),
        (
            Control::User(UserEvent::StreamDry(1)),
            UserControl,
            "000200000001",
        ),
        (Control::User(buffer), UserControl, "00030000000100000064"),
        (
            Control::User(UserEvent::StreamIsRecorded(1)),
            UserControl,
            "000400000001",
        ),
        (
            Control::User(UserEvent::PingRequest(9)),
            UserControl,
            "000600000009",
        ),
        (
            Control::User(UserEvent::PingResponse(9)),
            UserControl,
            "000700000009",
        ),
        (Control::User(UserEvent::Other(31)), UserControl, "001f"),
    ];
    for (control, kind, digits) in all {
        let message = of(kind, body(digits));
        assert_eq!(control.to_message(), message);
        assert_eq!(Control::from_message(&message), Ok(Some(control)));
        for end in 0..message.payload.len() {
            let cut = of(kind, message.payload.slice(..end));
            let length = end;
            assert!(
                matches!(Control::from_message(&cut), Err(ControlError::Truncated { length: l, .. }) if l == length)
            );
        }
    }
    let unknown = of(SetPeerBandwidth, body("0000000103"));
    assert_eq!(
        Control::from_message(&unknown),
        Err(ControlError::LimitType(3))
    );
    assert_eq!(Control::from_message(&of(Audio, Bytes::new())), Ok(None));
}

fn every_command() -> Vec<Command> {
    let (transaction, name) = (2.0, "s?grant=a.b".to_owned());
    let status = Status::error(code::PUBLISH_BAD_NAME, "why");
    let connect = Connect {
        app: "live".into(),
        tc_url: "rtmp://h/live".into(),
        flash_ver: "x".into(),
        object_encoding: Some(0.0),
        four_cc_list: vec!["avc1".into(), "Opus".into()],
    };
    let on_fc = |answered| Command::OnFc {
        answered,
        status: status.clone(),
    };
    vec![
        Command::Connect {
            transaction: 1.0,
            connect,
        },
        Command::Connect {
            transaction: 1.0,
            connect: Connect::default(),
        },
        Command::ReleaseStream {
            transaction,
            name: name.clone(),
        },
        Command::FcPublish {
            transaction,
            name: name.clone(),
        },
        Command::FcUnpublish {
            transaction,
            name: name.clone(),
        },
        Command::FcSubscribe {
            transaction,
            name: name.clone(),
        },
        Command::CreateStream { transaction },
        Command::Publish {
            transaction,
            name: name.clone(),
            kind: "live".into(),
        },
        Command::Play {
            transaction,
            name: name.clone(),
        },
        Command::DeleteStream { stream_id: 7 },
        Command::CloseStream,
        Command::Pause {
            transaction,
            paused: true,
        },
        Command::GetStreamLength { transaction, name },
        Command::OnStatus(status.clone()),
        on_fc(Fc::Publish),
        on_fc(Fc::Unpublish),
        on_fc(Fc::Subscribe),
        Command::Result {
            transaction,
            values: vec![Value::Null, 1.0.into()],
        },
        Command::Error {
            transaction,
            status,
        },
        Command::OnKeyframeRequest,
        Command::OnBitrate {
            bits_per_second: 300_000.0,
        },
        Command::OnSubflow(subflow()),
        Command::OnReceived(RECEIVED),
        Command::OnGrowth { growth: 300 },
        Command::RequestKeyframe,
        Command::Contend { contends: true },
        Command::Heard(HEARD),
        Command::Other {
            name: "_checkbw".into(),
            transaction,
            values: vec![Value::Null],
        },
    ]
}

#[test]
fn every_command_is_read_as_it_was_written() {
    for command in every_command() {
        let message = command.to_message(3);
        assert_eq!(message.stream_id, 3);
        assert_eq!(Command::from_message(&message), Ok(command.clone()));
        let amf3 = of(
            MessageKind::CommandAmf3,
            [&[0][..], &message.payload].concat().into(),
        );
        assert_eq!(Command::from_message(&amf3), Ok(command));
        for end in 0..message.payload.len() {
            let cut = of(MessageKind::CommandAmf0, message.payload.slice(..end));
            let _ = Command::from_message(&cut);
        }
    }
}

const RECEIVED: Received = Received {
    expected: 100,
    missing: 5,
    round_trip: 50,
    pictures: 7,
};

const HEARD: Heard = Heard {
    timestamp: 300,
    clock: 100,
};

fn subflow() -> Subflow {
    Subflow {
        host: "l.h".into(),
        ticket: "ab".into(),
        sha256: "cd".into(),
    }
}

#[test]
fn our_own_commands_are_pinned() {
    let pairs = [
        (
            Command::OnKeyframeRequest,
            "02 0011 6f6e4b65796672616d6552657175657374 00 0000000000000000 05",
        ),
        (
            Command::RequestKeyframe,
            "02 000f 726571756573744b65796672616d65 00 0000000000000000 05",
        ),
        (
            Command::OnBitrate {
                bits_per_second: 300_000.0,
            },
            "02 0009 6f6e42697472617465 00 0000000000000000 05 00 41124f8000000000",
        ),
        (
            Command::OnSubflow(subflow()),
            "02 0009 6f6e537562666c6f77 00 0000000000000000 05 02 0003 6c2e68 02 0002 6162 02 0002 6364",
        ),
        (
            Command::OnReceived(RECEIVED),
            "02 000a 6f6e5265636569766564 00 0000000000000000 05 \
             00 4059000000000000 00 4014000000000000 00 4049000000000000 00 401c000000000000",
        ),
        (
            Command::OnGrowth { growth: 300 },
            "02 0008 6f6e47726f777468 00 0000000000000000 05 00 4072c00000000000",
        ),
        (
            Command::Contend { contends: true },
            "02 0007 636f6e74656e64 00 0000000000000000 05 01 01",
        ),
        (
            Command::Heard(HEARD),
            "02 0005 6865617264 00 0000000000000000 05 00 4072c00000000000 00 4059000000000000",
        ),
    ];
    for (command, digits) in pairs {
        assert_eq!(command.to_message(1).payload, body(digits));
    }
}

#[test]
fn what_a_command_lacks_is_named() {
    let refused = |values: &[Value]| {
        let payload = crate::amf0::write_all(values);
        Command::from_message(&of(MessageKind::CommandAmf0, payload)).unwrap_err()
    };
    let missing = |command: &str, part| CommandError::Missing {
        command: command.into(),
        part,
    };
    assert_eq!(refused(&[]), missing("", "name"));
    assert_eq!(refused(&[1.0.into()]), missing("", "name"));
    assert_eq!(
        refused(&["connect".into(), 1.0.into()]),
        missing("connect", "app")
    );
    let publish = ["publish".into(), 1.0.into(), Value::Null, false.into()];
    assert_eq!(refused(&publish), missing("publish", "stream name"));
    let audio = of(MessageKind::Audio, Bytes::new());
    assert_eq!(Command::from_message(&audio), Err(CommandError::Kind(8)));
}

#[test]
fn a_missing_transaction_is_none() {
    let payload = crate::amf0::write_all(&["closeStream".into()]);
    let message = of(MessageKind::CommandAmf0, payload);
    assert_eq!(Command::from_message(&message), Ok(Command::CloseStream));
}

#[test]
fn players_get_plain_data() {
    let values = [
        "onMetaData".into(),
        Value::object([("width", 360.0.into())]),
    ];
    let plain = data::message(1, &values);
    let set = [&["@setDataFrame".into()][..], &values].concat();
    let set = data::message(1, &set);
    let amf3 = Message {
        kind: MessageKind::DataAmf3,
        payload: [&[0][..], &set.payload].concat().into(),
        ..set.clone()
    };
    for published in [plain.clone(), set, amf3] {
        assert_eq!(data::metadata(&published), Ok(Some(values[1].clone())));
        assert_eq!(data::plain(published), plain);
    }
    let audio = of(MessageKind::Audio, plain.payload.clone());
    assert_eq!(data::plain(audio.clone()), audio);
    assert_eq!(data::metadata(&audio), Ok(None));
    let made = data::on_metadata(1, vec![("width".into(), 360.0.into())]);
    let expected =
        body("02 000a 6f6e4d65746144617461 08 00000001 0005 7769647468 00 4076800000000000 000009");
    assert_eq!(made.payload, expected);
}

#[test]
fn an_aggregate_is_split_and_its_times_are_moved() {
    let whole = body(
        "09 000002 000064 00 000000 aabb 0000000d
         08 000001 000078 00 000000 cc 0000000c
         12 000000 00006e 00 000000",
    );
    let aggregate = Message {
        timestamp: 1000,
        stream_id: 5,
        ..of(MessageKind::Aggregate, whole.clone())
    };
    let parts = aggregate::split(&aggregate).unwrap();
    let short: Vec<_> = parts
        .iter()
        .map(|part| (part.kind, part.stream_id, part.timestamp, &part.payload[..]))
        .collect();
    let expected = [
        (MessageKind::Video, 5, 1000, &[0xAA, 0xBB][..]),
        (MessageKind::Audio, 5, 1020, &[0xCC]),
        (MessageKind::DataAmf0, 5, 1010, &[]),
    ];
    assert_eq!(short, expected);
    let cut = of(MessageKind::Aggregate, whole.slice(..18));
    let expected = AggregateError::Truncated {
        length: 18,
        offset: 17,
        needed: 11,
    };
    assert_eq!(aggregate::split(&cut), Err(expected));
}

proptest! {
    #[test]
    fn garbage_never_panics(kind: u8, payload in prop::collection::vec(any::<u8>(), 0..100)) {
        let message = of(kind.into(), payload.into());
        prop_assert_eq!(u8::from(message.kind), kind);
        let _ = Control::from_message(&message);
        let _ = data::metadata(&message);
        let _ = aggregate::split(&message);
        if let Ok(command) = Command::from_message(&message) {
            let again = Command::from_message(&command.to_message(0));
            prop_assert!(again.is_ok());
        }
    }
}
