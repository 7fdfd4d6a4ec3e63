//! The seven steps, and the way through a desk.

use super::*;

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
        needs: Needs::default(),
        handed_on: None,
    };
    assert!(out.contains(&Output::Letter(Letter::Desk(id("front"), enter))));
    let letter = |letter| Input::Letter(letter);
    let (position, wait_s) = (2, Some(90));
    let out = say(&mut call, letter(ToCall::Position { position, wait_s }), 2);
    let told = CallMessage::Position { position, wait_s };
    assert_eq!(out, [Output::Send(Party::Caller.into(), told)]);
    assert_eq!(call.position, Some(2));
    let (room, agent) = (id("r1"), id("bob"));
    let out = say(&mut call, letter(ToCall::Accepted { room, agent }), 3);
    assert!(matches!(
        kinds(&out)[..],
        [EntryBody::Accept { room: Some(_), .. }]
    ));
    assert_eq!(call.party_of(&id("bob")), Some(Party::Callee));
    assert_eq!(call.position, None);
    let out = say(&mut call, alarm([true, false]), 3 + AWAY_AFTER);
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
