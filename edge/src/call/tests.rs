//! The call as a story, its rules one by one, and what holds whatever happens.

use super::*;
use crate::link::{CreatedBy, Lease, Letter, ToCall, ToDesk, ToFleet};
use crate::table::{Row, to_json};
use counterpart_shared::api::{
    ApiError, CallCommand, CallMessage, CallPhase, EndReason, Endpoints, EntryBody, ErrorCode,
    MediaUrls, NodeEvent, OneTimeKey, StreamFormat,
};
use counterpart_shared::grant::{Act, Grant, KeySet, Signer};
use counterpart_shared::id::{ClientId, NodeId, Party};
use proptest::prelude::*;

fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn signer() -> Signer {
    Signer::from_seed(&[7; 32])
}

fn direct() -> CreatedBy {
    let callee = id("bob");
    CreatedBy::Direct { callee }
}

fn desk() -> CreatedBy {
    let desk = id("front");
    CreatedBy::Desk { desk }
}

fn call(to: CreatedBy) -> Call {
    Call::create(id("c-1"), id("alice"), to, true, 0)
}

fn lease(node: &str, keys: usize) -> Lease {
    let key = |at: usize| OneTimeKey {
        label: id(&format!("k{at}")),
        sha256: "ab".repeat(32),
        expires_at: 1_000_000_000,
    };
    Lease {
        node: id(node),
        endpoints: Endpoints {
            host: "node.example".into(),
            rtmp_port: 1935,
            http_port: 8080,
            udp_port: 4433,
            one_time: true,
        },
        daily_sha256: "dd".repeat(32),
        keys: (0..keys).map(key).collect(),
    }
}

/// Says something and answers the fleet's questions; everything but the questions comes back.
fn say(call: &mut Call, input: Input, now: u64) -> Vec<Output> {
    let mut all = Vec::new();
    for output in call.handle(input, &signer(), now) {
        if let Output::Ask(ask) = output {
            let node = ask.node().map_or("n1", NodeId::as_str).to_owned();
            let lease = Ok(lease(&node, ask.keys() as usize));
            all.extend(call.handle(Input::Leased { ask, lease }, &signer(), now));
        } else {
            all.push(output);
        }
    }
    all
}

fn command(party: Party, command: CallCommand) -> Input {
    Input::Command {
        party,
        command,
        earlier: None,
    }
}

fn begin(party: Party, node: &str) -> Input {
    Input::Letter(ToCall::Stream {
        party,
        node: id(node),
        event: NodeEvent::StreamBegin(StreamFormat::default()),
    })
}

fn text(party: Party, body: &str) -> Input {
    let text = body.to_owned();
    command(party, CallCommand::Text { id: id("t"), text })
}

fn request() -> Input {
    command(Party::Caller, CallCommand::Request { id: id("r") })
}

fn accept() -> Input {
    command(Party::Callee, CallCommand::Accept { id: id("a") })
}

fn urls(party: Party) -> Input {
    command(party, CallCommand::Urls { id: id("u") })
}

fn hang_up(party: Party) -> Input {
    command(party, CallCommand::Hangup { id: id("h") })
}

fn kinds(outputs: &[Output]) -> Vec<EntryBody> {
    let body = |output: &Output| match output {
        Output::Append(entry) => Some(entry.body.clone()),
        _ => None,
    };
    outputs.iter().filter_map(body).collect()
}

fn plays(outputs: &[Output]) -> Vec<(Party, MediaUrls)> {
    let play = |output: &Output| match output {
        Output::Send(to, CallMessage::Play { urls, .. }) => Some((*to, urls.clone())),
        _ => None,
    };
    outputs.iter().filter_map(play).collect()
}

fn refused(outputs: &[Output]) -> Option<ErrorCode> {
    let code = |output: &Output| match output {
        Output::Reply(CallMessage::Error { error, .. }) => Some(error.code),
        _ => None,
    };
    outputs.iter().find_map(code)
}

fn own(outputs: &[Output]) -> counterpart_shared::api::PartyUrls {
    let urls = |output: &Output| match output {
        Output::Reply(CallMessage::Urls { urls, .. }) => Some(urls.clone()),
        _ => None,
    };
    outputs.iter().find_map(urls).unwrap()
}

fn grant(urls: &MediaUrls, now_s: u64) -> Grant {
    let token = urls.rtmp.split_once("?grant=").unwrap().1;
    let keys = KeySet::from_keys(&[signer().public_key()]).unwrap();
    keys.verify_grant(token, now_s).unwrap()
}

#[test]
fn seven_steps_between_two_people() {
    let mut call = call(direct());
    for party in Party::BOTH {
        say(&mut call, Input::Connected(party), 1_000);
    }
    let pair = own(&say(&mut call, urls(Party::Caller), 100_000));
    let publish = grant(&pair.publish, 100);
    assert_eq!(
        (publish.act, publish.record, publish.serial),
        (Act::Publish, true, 1)
    );
    assert_eq!((publish.iat, publish.nbf, publish.exp), (100, 70, 400));
    let play = grant(&pair.play, 100);
    assert_eq!((play.act, play.record, play.serial), (Act::Play, false, 2));

    let out = say(&mut call, begin(Party::Caller, "n1"), 101_000);
    let code = 1002;
    assert!(matches!(kinds(&out)[..], [EntryBody::StreamBegin { code: c, .. }] if c == code));
    assert_eq!(plays(&out), []);

    let out = say(&mut call, request(), 102_000);
    assert_eq!(kinds(&out), [EntryBody::Request { desk: None }]);
    let (to, urls_of_a) = plays(&out).pop().unwrap();
    let for_b = grant(&urls_of_a, 102);
    assert_eq!(
        (to, for_b.party, for_b.sub.as_str()),
        (Party::Callee, Party::Callee, "bob")
    );
    assert_eq!(for_b.stream.as_str(), "c-1.caller");

    let out = say(&mut call, accept(), 103_000);
    assert!(matches!(kinds(&out)[..], [EntryBody::Accept { .. }]));
    let out = say(&mut call, urls(Party::Callee), 104_000);
    assert_eq!(own(&out).publish.stream.as_str(), "c-1.callee");
    assert_eq!(plays(&out).len(), 1, "and the caller's stream once more");
    let out = say(&mut call, begin(Party::Callee, "n1"), 105_000);
    assert_eq!(plays(&out)[0].0, Party::Caller);
}

#[test]
fn a_desk_brings_the_callee() {
    let mut call = call(desk());
    say(&mut call, Input::Connected(Party::Caller), 0);
    let out = say(&mut call, request(), 1);
    let enter = ToDesk::Enter {
        call: id("c-1"),
        customer: id("alice"),
    };
    assert!(out.contains(&Output::Letter(Letter::Desk(id("front"), enter))));
    let letter = |letter| Input::Letter(letter);
    say(&mut call, letter(ToCall::Position { position: 2 }), 2);
    assert_eq!(call.position, Some(2));
    let (room, agent) = (id("r1"), id("bob"));
    let out = say(&mut call, letter(ToCall::Accepted { room, agent }), 3);
    assert!(matches!(
        kinds(&out)[..],
        [EntryBody::Accept { room: Some(_), .. }]
    ));
    assert_eq!(call.party_of(&id("bob")), Some(Party::Callee));
    assert_eq!(call.position, None);
    let out = say(
        &mut call,
        Input::Alarm {
            present: [true, false],
        },
        3 + AWAY_AFTER,
    );
    let party = Party::Callee;
    assert_eq!(
        kinds(&out),
        [EntryBody::PeerAway { party }],
        "an agent who never comes is away"
    );
    let out = say(&mut call, hang_up(Party::Caller), 9_000_000);
    let leave = ToDesk::Leave { call: id("c-1") };
    assert!(out.contains(&Output::Letter(Letter::Desk(id("front"), leave))));
    let end = ToFleet::End { call: id("c-1") };
    assert!(out.contains(&Output::Letter(Letter::Fleet(end))));
}

#[test]
fn who_may_say_what_and_when() {
    use ErrorCode::{BadRequest, Conflict, Forbidden, TooLarge};
    let reject = || command(Party::Callee, CallCommand::Reject { id: id("j") });
    let mut ringing = call(direct());
    say(&mut ringing, request(), 0);
    let table = [
        (call(direct()), text(Party::Caller, "x"), Some(Conflict)),
        (call(direct()), urls(Party::Callee), Some(Conflict)),
        (call(direct()), accept(), Some(Conflict)),
        (call(direct()), hang_up(Party::Callee), Some(Conflict)),
        (ringing.clone(), request(), Some(Conflict)),
        (ringing.clone(), text(Party::Callee, "x"), None),
        (ringing.clone(), text(Party::Callee, ""), Some(BadRequest)),
        (
            ringing.clone(),
            text(Party::Callee, &"x".repeat(4096)),
            None,
        ),
        (
            ringing.clone(),
            text(Party::Callee, &"x".repeat(4097)),
            Some(TooLarge),
        ),
        (ringing.clone(), reject(), None),
        (call(desk()), reject(), Some(Forbidden)),
    ];
    for (mut call, input, wanted) in table {
        let out = say(&mut call, input.clone(), 1);
        assert_eq!(refused(&out), wanted, "{input:?}");
    }
    let by_caller = command(Party::Caller, CallCommand::Accept { id: id("a") });
    assert_eq!(refused(&say(&mut ringing, by_caller, 1)), Some(Forbidden));
}

#[test]
fn a_command_sent_again_is_acknowledged_again_and_nothing_else() {
    let mut call = call(direct());
    say(&mut call, request(), 0);
    let before = call.clone();
    let earlier = Some(Done { seq: Some(7) });
    let again = Input::Command {
        party: Party::Caller,
        command: CallCommand::Text {
            id: id("t"),
            text: "x".into(),
        },
        earlier,
    };
    let (id, seq) = (id::<ClientId>("t"), Some(7));
    let ack = CallMessage::Ack { id, seq };
    assert_eq!(say(&mut call, again, 1), [Output::Reply(ack)]);
    assert_eq!(call, before);
}

#[test]
fn how_a_call_ends() {
    let reason = |call: &mut Call, input: Input, now: u64| {
        let out = say(call, input, now);
        assert_eq!(call.phase, CallPhase::Ended);
        kinds(&out).into_iter().find_map(|body| match body {
            EntryBody::End { reason, .. } => Some(reason),
            _ => None,
        })
    };
    let mut ringing = call(direct());
    say(&mut ringing, request(), 0);
    let mut talking = ringing.clone();
    say(&mut talking, accept(), 0);
    let nobody = || Input::Alarm {
        present: [false; 2],
    };
    let of = |call: &Call, input, now| reason(&mut call.clone(), input, now);
    assert_eq!(
        of(&ringing, hang_up(Party::Caller), 1),
        Some(EndReason::Abandoned)
    );
    assert_eq!(
        of(&ringing, hang_up(Party::Callee), 1),
        Some(EndReason::Rejected)
    );
    assert_eq!(
        of(&talking, hang_up(Party::Callee), 1),
        Some(EndReason::HangUp)
    );
    assert_eq!(of(&talking, nobody(), LEASE), Some(EndReason::Lease));
    assert_eq!(of(&ringing, nobody(), LEASE), Some(EndReason::Lease));
    assert_eq!(
        of(&call(direct()), nobody(), NEW_LEASE),
        Some(EndReason::Lease)
    );
    let out = say(
        &mut talking,
        Input::Alarm {
            present: [false; 2],
        },
        LEASE - 1,
    );
    assert_eq!(kinds(&out), []);
    say(&mut talking, hang_up(Party::Caller), 1);
    let out = say(&mut talking, hang_up(Party::Callee), 1);
    assert_eq!(
        (kinds(&out).len(), refused(&out)),
        (0, None),
        "both may hang up"
    );
    assert_eq!(talking.due(1), None);
}

#[test]
fn a_party_is_away_after_the_grace_and_back_again() {
    let mut call = call(direct());
    say(&mut call, Input::Connected(Party::Caller), 0);
    say(&mut call, Input::Connected(Party::Callee), 0);
    say(&mut call, request(), 0);
    let gone = |others| Input::Closed {
        party: Party::Callee,
        others,
    };
    say(&mut call, gone(true), 1_000);
    assert_eq!(call.due(1_000), Some(1_000 + CHECK_EVERY));
    say(&mut call, gone(false), 1_000);
    assert_eq!(call.due(1_000), Some(1_000 + AWAY_AFTER));
    let alarm = || Input::Alarm {
        present: [true, false],
    };
    assert_eq!(say(&mut call, alarm(), 1_000 + AWAY_AFTER - 1), []);
    let party = Party::Callee;
    let out = say(&mut call, alarm(), 1_000 + AWAY_AFTER);
    assert_eq!(kinds(&out), [EntryBody::PeerAway { party }]);
    assert_eq!(kinds(&say(&mut call, alarm(), 900_000)), [], "once");
    let out = say(&mut call, Input::Connected(party), 900_001);
    let Output::Reply(CallMessage::Hello { seq, .. }) = &out[0] else {
        panic!("hello is the first message: {out:?}");
    };
    assert_eq!(*seq, 2, "and speaks of the log before the arrival");
    assert_eq!(kinds(&out), [EntryBody::PeerBack { party }]);
}

#[test]
fn a_stream_that_moved_is_played_where_it_is() {
    let mut call = call(direct());
    for party in Party::BOTH {
        say(&mut call, Input::Connected(party), 0);
    }
    say(&mut call, request(), 0);
    say(&mut call, begin(Party::Caller, "n1"), 1);
    let out = say(&mut call, begin(Party::Caller, "n2"), 2);
    assert_eq!(plays(&out)[0].1.node.as_str(), "n2");
    let end = |node: &str| {
        Input::Letter(ToCall::Stream {
            party: Party::Caller,
            node: id(node),
            event: NodeEvent::StreamEnd {
                reason: "gone".into(),
            },
        })
    };
    assert_eq!(
        say(&mut call, end("n1"), 3),
        [],
        "the old one's end is no news"
    );
    assert_eq!(kinds(&say(&mut call, end("n2"), 4)).len(), 1);
    let ask = Ask {
        holder: Party::Callee,
        kind: AskKind::Play {
            node: id("n2"),
            socket_only: false,
        },
    };
    let late = Input::Leased {
        ask,
        lease: Ok(lease("n2", 1)),
    };
    assert_eq!(
        say(&mut call, late, 5),
        [],
        "it ended while the fleet was asked"
    );
}

#[test]
fn without_a_node_there_is_an_answer() {
    let mut call = call(direct());
    let none = || Err(ApiError::new(ErrorCode::NoNode, "none"));
    for input in [urls(Party::Caller), Input::Urls(Party::Caller)] {
        let Output::Ask(ask) = call.handle(input, &signer(), 0).remove(0) else {
            panic!("a question to the fleet");
        };
        let lease = none();
        let out = call.handle(Input::Leased { ask, lease }, &signer(), 0);
        let by_http = Output::Answer(Box::new(none().map(|_: Lease| unreachable!())));
        assert!(refused(&out) == Some(ErrorCode::NoNode) || out == [by_http]);
    }
}

#[test]
fn urls_have_every_form() {
    let signer = signer();
    let mut call = call(direct());
    let mut hosts = Vec::new();
    for (host, keys) in [("node.example", 1), ("::1", 0)] {
        let mut lease = lease("n1", keys);
        lease.endpoints.host = host.into();
        lease.endpoints.one_time = keys > 0;
        let kind = AskKind::Own { id: Some(id("u")) };
        let holder = Party::Caller;
        let ask = Ask { holder, kind };
        let lease = Ok(lease);
        hosts.push(own(&call.handle(Input::Leased { ask, lease }, &signer, 0)));
    }
    let cut = |url: &str| {
        let (before, after) = url.split_once("?grant=").unwrap();
        let fragment = after
            .split_once('#')
            .map_or("", |(_, fragment)| &fragment[..9]);
        format!("{before} {fragment}")
    };
    // Keys are taken from the end: the only one went to the publish URL.
    let named = &hosts[0].publish;
    assert_eq!(
        cut(&named.rtmp),
        "rtmp://node.example:1935/live/c-1.caller "
    );
    assert_eq!(named.flv, None);
    assert_eq!(
        cut(&named.quic),
        "quic://k0.node.example:4433/live/c-1.caller sha256=ab"
    );
    let page = cut(&named.webtransport);
    assert_eq!(
        page,
        "https://k0.node.example:4433/rtmp/live/c-1.caller sha256=ab"
    );
    assert!(named.one_time && !hosts[0].play.one_time);
    let literal = &hosts[1].play;
    let flv = literal.flv.as_ref().unwrap();
    assert_eq!(cut(flv), "http://[::1]:8080/live/c-1.caller.flv ");
    assert_eq!(
        cut(&literal.quic),
        "quic://[::1]:4433/live/c-1.caller sha256=dd"
    );
}

#[test]
fn a_new_socket_gets_the_log_in_order() {
    let mut seat = Seat::new(Party::Caller, 5, 0);
    assert_eq!(seat.entries(true, HOLD - 1), Delivery::Nothing);
    assert_eq!(seat.follows(true, 5), Delivery::Nothing);
    assert_eq!(seat.resumes(3, true), Delivery::After(3));
    assert_eq!(seat.entries(true, 0), Delivery::Live);
    let fresh = || Seat::new(Party::Caller, 5, 0);
    assert_eq!(fresh().entries(true, HOLD), Delivery::After(5));
    assert_eq!(fresh().speaks(true), Delivery::After(5));
    assert_eq!(fresh().follows(true, 6), Delivery::After(5));
    let mut hidden = Seat::new(Party::Callee, 0, 0);
    assert_eq!(hidden.resumes(0, false), Delivery::Nothing);
    assert_eq!(hidden.speaks(false), Delivery::Nothing);
    assert_eq!(
        (hidden.entries(false, 9_999), hidden.due(false)),
        (Delivery::Nothing, None)
    );
    assert_eq!(hidden.entries(true, 9_999), Delivery::After(0));
}

#[test]
fn what_is_stored_is_pinned() {
    for json in [
        r#"{"id":"c-1","phase":"talking","to":{"kind":"desk","desk":"front"},"caller":"alice","callee":"bob","room":"r1","record":true,"seq":9,"serial":4,"parties":[{"seen":true,"away":false,"live":"n1"},{"gone_since":5,"seen":true,"away":true}]}"#,
        r#"{"id":"c-1","phase":"requested","to":{"kind":"direct","callee":"bob"},"caller":"alice","callee":"bob","record":false,"seq":0,"serial":0,"position":2,"parties":[{"seen":false,"away":false},{"seen":false,"away":false}]}"#,
    ] {
        let row = Row {
            kind: "call".into(),
            key: "call".into(),
            json: json.into(),
        };
        let call = Call::load(&[row]).unwrap().unwrap();
        assert_eq!(call.changes()[0].json.as_deref(), Some(json));
    }
    let json = r#"{"party":"callee","held":{"after":3,"until":9}}"#;
    let seat: Seat = serde_json::from_str(json).unwrap();
    assert_eq!(to_json(&seat), json);
    assert_eq!(Call::load(&[]), Ok(None));
}

fn any_input() -> impl Strategy<Value = Input> {
    let party = prop_oneof![Just(Party::Caller), Just(Party::Callee)];
    let node = prop_oneof![Just("n1"), Just("n2")];
    (party, node, 0..16u8, any::<[bool; 2]>()).prop_map(|(party, node, what, present)| match what {
        0 | 1 => Input::Connected(party),
        2 => Input::Closed {
            party,
            others: present[0],
        },
        3 => urls(party),
        4 => Input::Urls(party),
        5 | 6 => request(),
        7 => accept(),
        8 => text(party, "hello"),
        9 if present[0] => hang_up(party),
        10 => Input::Letter(ToCall::Position { position: 1 }),
        11 => Input::Letter(ToCall::Offered {
            room: id("r"),
            agent: id("bob"),
        }),
        12 => Input::Letter(ToCall::Accepted {
            room: id("r"),
            agent: id("bob"),
        }),
        13 => Input::Letter(ToCall::Stream {
            party,
            node: id(node),
            event: NodeEvent::StreamEnd { reason: "x".into() },
        }),
        14 => Input::Alarm { present },
        _ => begin(party, node),
    })
}

proptest! {
    #[test]
    fn whatever_happens(to_desk: bool, inputs in prop::collection::vec((any_input(), 0..20_000u64), 1..80)) {
        let mut call = call(if to_desk { desk() } else { direct() });
        let (mut now, mut seq, mut serial) = (0, 0, 0);
        let (mut entered, mut left, mut ended) = (0, 0, false);
        for (input, pause) in inputs {
            now += pause;
            for output in say(&mut call, input, now) {
                match output {
                    Output::Append(entry) => {
                        seq += 1;
                        prop_assert_eq!(entry.seq, seq, "the log has no gaps");
                        let is_end = matches!(entry.body, EntryBody::End { .. });
                        prop_assert!(!(ended && is_end), "a call ends once");
                        ended |= is_end;
                    }
                    Output::Send(to, CallMessage::Play { party, urls }) => {
                        prop_assert_eq!(to, party.other());
                        prop_assert_eq!(call.playable(to), Some(&urls.node));
                        let grant = grant(&urls, now / 1000);
                        prop_assert!(grant.serial > serial && grant.act == Act::Play);
                        serial = grant.serial;
                    }
                    Output::Letter(Letter::Desk(_, ToDesk::Enter { .. })) => entered += 1,
                    Output::Letter(Letter::Desk(_, ToDesk::Leave { .. })) => left += 1,
                    _ => {}
                }
            }
            prop_assert_eq!(call.phase == CallPhase::Ended, ended);
            prop_assert_eq!(call.due(now).is_none(), ended, "until the end it is looked after");
            prop_assert!(call.due(now).is_none_or(|at| at <= now + CHECK_EVERY));
        }
        // Left alone, it ends, and whoever entered a line has left it.
        for _ in 0..20 {
            now = call.due(now).unwrap_or(now).max(now);
            for output in say(&mut call, Input::Alarm { present: [false; 2] }, now) {
                left += usize::from(matches!(output, Output::Letter(Letter::Desk(_, ToDesk::Leave { .. }))));
            }
        }
        prop_assert_eq!(call.phase, CallPhase::Ended);
        prop_assert_eq!(entered, left);
    }
}
