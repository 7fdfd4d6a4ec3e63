//! The rules one by one.

use super::*;
use crate::link::Visitor;
use counterpart_shared::grant::Role;

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
    let nobody = || alarm([false; 2]);
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
    let mut waiting = call(desk());
    say(&mut waiting, Input::Connected(Party::Caller), 0);
    say(&mut waiting, request(), 0);
    let party = Party::Caller;
    let others = false;
    say(&mut waiting, Input::Closed { party, others }, 1_000);
    assert_eq!(
        of(&waiting, nobody(), 16_000),
        Some(EndReason::Abandoned),
        "who does not come back has left the line"
    );
    let out = say(&mut talking, alarm([false; 2]), LEASE - 1);
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
    assert_eq!(call.due(1_000), Some(1_000 + CHECK_WAITING));
    say(&mut call, gone(false), 1_000);
    assert_eq!(call.due(1_000), Some(1_000 + AWAY_AFTER));
    let alarm = || alarm([true, false]);
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
        user: id("bob"),
        kind: AskKind::Play {
            party: Party::Callee,
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
fn a_new_socket_gets_the_log_in_order() {
    let mut seat = Seat::new(Party::Caller.into(), 5, 0);
    assert_eq!(seat.entries(true, HOLD - 1), Delivery::Nothing);
    assert_eq!(seat.follows(true, 5), Delivery::Nothing);
    assert!(seat.is_held());
    assert_eq!(seat.resumes(3, true), Delivery::After(3));
    assert!(!seat.is_held());
    assert_eq!(seat.entries(true, 0), Delivery::Live);
    let fresh = || Seat::new(Party::Caller.into(), 5, 0);
    assert_eq!(fresh().entries(true, HOLD), Delivery::After(5));
    assert_eq!(fresh().speaks(true), Delivery::After(5));
    assert_eq!(fresh().follows(true, 6), Delivery::After(5));
    let mut hidden = Seat::new(Party::Callee.into(), 0, 0);
    assert_eq!(hidden.resumes(0, false), Delivery::Nothing);
    assert_eq!(hidden.speaks(false), Delivery::Nothing);
    assert_eq!(
        (hidden.entries(false, 9_999), hidden.due(false)),
        (Delivery::Nothing, None)
    );
    assert_eq!(hidden.entries(true, 9_999), Delivery::After(0));
}

#[test]
fn an_agent_who_dials_before_the_desks_letter_is_awaited() {
    let visitor = |role, desk| Visitor {
        user: id("bob"),
        role,
        desk: Some(id(desk)),
    };
    let bob = visitor(Role::Agent, "front");
    let mut call = call(desk());
    assert!(!call.awaits(&bob), "nobody was asked yet");
    say(&mut call, request(), 1);
    assert!(call.awaits(&bob));
    assert!(!call.awaits(&visitor(Role::Agent, "back")));
    assert!(!call.awaits(&visitor(Role::Customer, "front")));
    assert!(!call.may_watch(&bob));
    assert!(call.may_watch(&visitor(Role::Supervisor, "front")));
    assert!(!call.may_watch(&visitor(Role::Supervisor, "back")));
    let letter = ToCall::Accepted {
        room: id("r1"),
        agent: id("bob"),
    };
    say(&mut call, Input::Letter(letter), 2);
    assert!(!call.awaits(&bob));

    let mut call = self::call(direct());
    say(&mut call, request(), 1);
    assert!(!call.awaits(&bob) && !call.may_watch(&visitor(Role::Supervisor, "front")));
}
