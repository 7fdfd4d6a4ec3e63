//! What goes beyond two people who talk: handing on, watching, limits.

use super::*;
use crate::link::Admission;
use counterpart_shared::api::{ByeReason, Image, Quality};
use counterpart_shared::id::UserId;

fn accepted(room: &str, agent: &str) -> Input {
    let (room, agent) = (id(room), id(agent));
    Input::Letter(ToCall::Accepted { room, agent })
}

/// At the desk `front`, with the agent bob, whose stream is live.
fn at_a_desk() -> Call {
    let mut call = call(desk());
    say(&mut call, Input::Connected(Party::Caller), 0);
    say(&mut call, request(), 7);
    say(&mut call, accepted("r1", "bob"), 8);
    say(&mut call, Input::Connected(Party::Callee), 9);
    say(&mut call, begin(Party::Callee, "n1"), 10);
    call
}

fn transfer(desk: Option<&str>, room: Option<&str>) -> Input {
    let transfer = CallCommand::Transfer {
        id: id("x"),
        desk: desk.map(id),
        room: room.map(id),
        skills: Default::default(),
    };
    command(Party::Callee, transfer)
}

fn wish(outputs: &[Output]) -> HandOver {
    let [Output::AskDesk(wish)] = outputs else {
        panic!("the desk is asked and nothing else happens: {outputs:?}");
    };
    wish.clone()
}

fn admission() -> Admission {
    Admission {
        record: true,
        terms: Terms {
            presence_s: 30,
            ..Terms::default()
        },
    }
}

fn hand_on(call: &mut Call, desk: Option<&str>, room: Option<&str>) -> Vec<Output> {
    let wish = wish(&say(call, transfer(desk, room), 20));
    let admission = Ok(admission());
    say(call, Input::Admitted { wish, admission }, 21)
}

#[test]
fn a_caller_who_is_handed_on_keeps_his_call() {
    let mut call = at_a_desk();
    let serial = call.serial;
    call.record = false;
    let out = hand_on(&mut call, Some("back"), Some("r9"));
    assert!(matches!(&kinds(&out)[..], [EntryBody::Transfer { from, .. }] if *from == id("bob")));
    let bye = CallMessage::Bye {
        reason: ByeReason::Transferred,
    };
    assert!(out.contains(&Output::Send(Party::Callee.into(), bye)));
    assert!(out.contains(&Output::Dismiss(
        Party::Callee.into(),
        ByeReason::Transferred
    )));
    let letters: Vec<&Letter> = out
        .iter()
        .filter_map(|output| match output {
            Output::Letter(letter) => Some(letter),
            _ => None,
        })
        .collect();
    let enter = ToDesk::Enter {
        call: id("c-1"),
        customer: id("alice"),
        needs: Needs::default(),
        handed_on: Some(HandedOn {
            arrived: 7,
            to: Some(id("r9")),
            from: None,
        }),
    };
    let end = ToFleet::GrantsEnd {
        call: id("c-1"),
        user: id("bob"),
        serial,
    };
    let record = ToFleet::Record { call: id("c-1") };
    assert_eq!(
        letters,
        [
            &Letter::Fleet(end),
            &Letter::Desk(id("front"), ToDesk::Leave { call: id("c-1") }),
            &Letter::Fleet(record),
            &Letter::Desk(id("back"), enter),
        ]
    );
    assert_eq!(
        (call.phase, call.callee.as_ref()),
        (CallPhase::Requested, None)
    );
    assert_eq!((call.record, call.terms.presence_s), (true, 30));
    // The next agent is somebody else under the same seat.
    let out = say(&mut call, accepted("r9", "carol"), 30);
    assert!(
        matches!(&kinds(&out)[..], [EntryBody::Accept { callee, .. }] if *callee == id("carol"))
    );
    assert_eq!(call.party_of(&id("bob")), None);
    assert_eq!(call.owner(Party::Callee), "callee.1");
    let out = say(&mut call, hang_up(Party::Caller), 40);
    let leave = ToDesk::Leave { call: id("c-1") };
    assert!(out.contains(&Output::Letter(Letter::Desk(id("back"), leave))));
}

#[test]
fn on_the_same_desk_the_agent_himself_is_asked_last() {
    let mut call = at_a_desk();
    let out = hand_on(&mut call, None, None);
    let handed_on = out.iter().find_map(|output| match output {
        Output::Letter(Letter::Desk(_, ToDesk::Enter { handed_on, .. })) => handed_on.clone(),
        _ => None,
    });
    assert_eq!(handed_on.unwrap().from, Some(id("r1")));
}

#[test]
fn who_may_hand_on_and_when() {
    let mut direct_call = call(direct());
    say(&mut direct_call, request(), 0);
    say(&mut direct_call, accept(), 0);
    let out = say(&mut direct_call, transfer(Some("back"), None), 1);
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden));
    let mut call = at_a_desk();
    let Input::Command {
        command: by_him, ..
    } = transfer(Some("back"), None)
    else {
        unreachable!("it is a command");
    };
    let out = say(&mut call, command(Party::Caller, by_him), 1);
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden));
    // The desk does not take him: nothing has changed.
    let wish = wish(&say(&mut call, transfer(Some("back"), None), 20));
    let admission = Err(ApiError::new(ErrorCode::NotFound, "no rooms"));
    let before = call.clone();
    let out = say(
        &mut call,
        Input::Admitted {
            wish: wish.clone(),
            admission,
        },
        21,
    );
    assert_eq!(refused(&out), Some(ErrorCode::NotFound));
    assert_eq!(call, before);
    // It answers twice, because the command came twice.
    for code in [None, Some(ErrorCode::Conflict)] {
        let (wish, admission) = (wish.clone(), Ok(self::admission()));
        let out = say(&mut call, Input::Admitted { wish, admission }, 22);
        assert_eq!(refused(&out), code);
    }
    let out = say(&mut call, text(Party::Callee, "still here?"), 23);
    assert_eq!(refused(&out), Some(ErrorCode::Conflict));
}

#[test]
fn urls_that_the_fleet_gives_too_late_go_to_nobody_else() {
    let mut call = at_a_desk();
    let asks: Vec<Ask> = call
        .handle(urls(Party::Callee), &signer(), 15)
        .into_iter()
        .filter_map(|output| match output {
            Output::Ask(ask) => Some(ask),
            _ => None,
        })
        .collect();
    hand_on(&mut call, None, None);
    say(&mut call, accepted("r2", "carol"), 30);
    for ask in asks {
        let lease = Ok(lease("n1", 2));
        let out = call.handle(Input::Leased { ask, lease }, &signer(), 31);
        assert!(plays(&out).is_empty());
        assert_eq!(refused(&out), Some(ErrorCode::Conflict));
    }
}

fn watch_plays(outputs: &[Output]) -> Vec<(UserId, Party, MediaUrls)> {
    let play = |output: &Output| match output {
        Output::Send(Who::Watcher(user), CallMessage::Play { party, urls }) => {
            Some((user.clone(), *party, urls.clone()))
        }
        _ => None,
    };
    outputs.iter().filter_map(play).collect()
}

fn ann_says(command: CallCommand) -> Input {
    let user = id("ann");
    Input::WatcherSays { user, command }
}

#[test]
fn a_supervisor_sees_both_and_nobody_sees_him() {
    let mut call = at_a_desk();
    let seq = call.seq;
    let out = say(&mut call, Input::Watched(id("ann")), 20);
    assert!(matches!(
        &out[0],
        Output::Reply(CallMessage::Watching { seq: 3, .. })
    ));
    let [(user, party, urls)] = &watch_plays(&out)[..] else {
        panic!("one stream is live: {out:?}");
    };
    assert_eq!((user.as_str(), *party), ("ann", Party::Callee));
    let grant = grant(urls, 0);
    assert!(grant.watch && grant.act == Act::Play && grant.sub == id("ann"));
    assert_eq!(call.seq, seq, "the log says nothing");
    let out = say(&mut call, begin(Party::Caller, "n1"), 30);
    assert_eq!(watch_plays(&out)[0].1, Party::Caller);
    let out = say(&mut call, ann_says(CallCommand::Urls { id: id("u") }), 31);
    assert_eq!(watch_plays(&out).len(), 2);
    let text = CallCommand::Text {
        id: id("t"),
        text: "hello".into(),
    };
    let out = say(&mut call, ann_says(text), 32);
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden));
    // He goes: what begins now is not for him.
    let (user, others) = (id("ann"), false);
    say(&mut call, Input::Unwatched { user, others }, 33);
    let out = say(&mut call, begin(Party::Caller, "n2"), 34);
    assert_eq!(watch_plays(&out), []);
    let left = call.watchers.get(&id("ann"));
    assert_eq!(left, Some(&false), "but it is known that he was here");
}

#[test]
fn a_supervisor_may_end_the_call() {
    let mut call = at_a_desk();
    say(&mut call, Input::Watched(id("ann")), 20);
    let end = || ann_says(CallCommand::Hangup { id: id("h") });
    let out = say(&mut call, end(), 21);
    let (by, reason) = (None, EndReason::Supervisor);
    assert_eq!(kinds(&out), [EntryBody::End { by, reason }]);
    assert_eq!(call.phase, CallPhase::Ended);
    let out = say(&mut call, end(), 22);
    assert_eq!(kinds(&out), []);
    assert!(matches!(
        out[..],
        [Output::Reply(CallMessage::Ack { seq: None, .. })]
    ));
}

#[test]
fn pictures_and_the_network_stand_in_the_log() {
    let mut call = at_a_desk();
    let image = |url: &str| {
        let image = Image {
            url: url.into(),
            media_type: "image/png".into(),
            bytes: None,
            width: None,
            height: None,
            sha256: None,
        };
        command(Party::Caller, CallCommand::Image { id: id("i"), image })
    };
    let out = say(&mut call, image("https://h/x.png"), 20);
    assert!(matches!(kinds(&out)[..], [EntryBody::Image { .. }]));
    let out = say(&mut call, image("http://h/x.png"), 21);
    assert_eq!(refused(&out), Some(ErrorCode::BadRequest));
    let network = |quality| {
        let id = id("n");
        command(Party::Caller, CallCommand::Network { id, quality })
    };
    let party = Party::Caller;
    for (quality, entries) in [(Quality::Poor, 1), (Quality::Poor, 0), (Quality::Good, 1)] {
        let out = say(&mut call, network(quality), 22);
        let said = EntryBody::Network { party, quality };
        assert_eq!(kinds(&out), vec![said; entries]);
        assert!(
            out.iter()
                .any(|one| matches!(one, Output::Reply(CallMessage::Ack { .. })))
        );
    }
}

#[test]
fn who_says_too_much_is_told_when_there_is_room_again() {
    let mut call = at_a_desk();
    let most = call.terms.messages_per_10s;
    for _ in 0..most {
        assert_eq!(
            refused(&say(&mut call, text(Party::Caller, "x"), 1_000)),
            None
        );
    }
    let out = say(&mut call, text(Party::Caller, "x"), 4_000);
    assert_eq!(refused(&out), Some(ErrorCode::RateLimited));
    assert_eq!(kinds(&out), []);
    let out = say(&mut call, text(Party::Callee, "x"), 4_000);
    assert_eq!(refused(&out), None, "the other one has a window of his own");
    assert_eq!(
        refused(&say(&mut call, text(Party::Caller, "x"), 11_000)),
        None
    );
    let out = say(&mut call, text(Party::Caller, "bell \u{7}"), 11_001);
    assert_eq!(refused(&out), Some(ErrorCode::BadRequest));
}

#[test]
fn who_handed_on_before_cannot_take_the_call_from_the_next_agent() {
    let mut call = at_a_desk();
    let late = wish(&say(&mut call, transfer(Some("far"), None), 19));
    hand_on(&mut call, Some("back"), None);
    say(&mut call, accepted("r9", "carol"), 30);
    let (wish, admission) = (late, Ok(admission()));
    let out = say(&mut call, Input::Admitted { wish, admission }, 31);
    assert_eq!(refused(&out), Some(ErrorCode::Conflict));
    assert_eq!(call.callee, Some(id("carol")));
}

#[test]
fn a_supervisor_is_out_when_the_call_leaves_his_desk() {
    let mut call = at_a_desk();
    say(&mut call, Input::Watched(id("ann")), 15);
    let mut stays = call.clone();
    let ann = Who::Watcher(id("ann"));
    let gone = Output::Dismiss(ann, ByeReason::Transferred);
    let out = hand_on(&mut call, Some("back"), None);
    assert!(out.contains(&gone));
    let ends = |output: &&Output| matches!(output, Output::Letter(Letter::Fleet(ToFleet::GrantsEnd { user, .. })) if *user == id("ann"));
    assert_eq!(out.iter().filter(ends).count(), 1);
    let out = say(&mut call, begin(Party::Caller, "n2"), 40);
    assert_eq!(watch_plays(&out), []);
    let out = hand_on(&mut stays, None, None);
    assert!(!out.contains(&gone), "it is still his desk's");
}

#[test]
fn who_answered_is_known_though_the_next_one_never_did() {
    let mut call = at_a_desk();
    hand_on(&mut call, Some("back"), None);
    let out = say(&mut call, hang_up(Party::Caller), 40);
    let record = out.iter().find_map(|output| match output {
        Output::Letter(Letter::Archive(ToArchive::Ended(record))) => Some(record.clone()),
        _ => None,
    });
    let record = record.expect("it is archived");
    assert_eq!(record.agent, Some(id("bob")));
    assert_eq!(record.room, Some(id("r1")));
}
