//! What a call keeps beside its log: pictures, rating, note, recordings, stills.

use super::*;
use crate::link::Visitor;
use counterpart_shared::api::{
    Image, MAX_IMAGES, MAX_IMAGES_BYTES, Rating, RecordedFile, Recordings,
};
use counterpart_shared::grant::Role;
use std::collections::BTreeMap;

fn picture(n: usize, bytes: u64) -> Image {
    let sha256 = format!("{n:064x}");
    Image {
        url: crate::picture::address_of(&id("c-1"), &sha256),
        media_type: "image/png".into(),
        bytes: Some(bytes),
        width: Some(2),
        height: Some(1),
        sha256: Some(sha256),
    }
}

fn does(call: &mut Call, user: &str, deed: Deed) -> (Result<(), ErrorCode>, Vec<Output>) {
    let user = id(user);
    let mut out = call.handle(Input::Deed { user, deed }, &signer(), 50);
    match out.pop() {
        Some(Output::Settled(outcome)) => (outcome.map_err(|error| error.code), out),
        other => panic!("{other:?}"),
    }
}

fn keep(call: &mut Call, user: &str, image: Image) -> Result<(), ErrorCode> {
    does(call, user, Deed::Keep(image)).0
}

fn show(call: &mut Call, image: Image) -> Vec<Output> {
    say(
        call,
        command(Party::Caller, CallCommand::Image { id: id("i"), image }),
        60,
    )
}

/// At the desk `front`, with the agent bob.
fn talking() -> Call {
    let mut call = call(desk());
    say(&mut call, Input::Connected(Party::Caller), 0);
    say(&mut call, request(), 7);
    let (room, agent) = (id("r1"), id("bob"));
    say(
        &mut call,
        Input::Letter(ToCall::Accepted { room, agent }),
        8,
    );
    call
}

#[test]
fn pictures_are_bounded_in_number_and_size() {
    let mut call = talking();
    assert_eq!(
        keep(&mut call, "carol", picture(0, 1)),
        Err(ErrorCode::Forbidden)
    );
    for n in 0..MAX_IMAGES {
        assert_eq!(keep(&mut call, "alice", picture(n, 5)), Ok(()));
    }
    assert_eq!(keep(&mut call, "bob", picture(3, 5)), Ok(()), "sent again");
    assert_eq!(
        keep(&mut call, "bob", picture(99, 5)),
        Err(ErrorCode::Conflict)
    );
    let mut call = talking();
    assert_eq!(
        keep(&mut call, "bob", picture(1, MAX_IMAGES_BYTES - 5)),
        Ok(())
    );
    assert_eq!(
        keep(&mut call, "bob", picture(2, 6)),
        Err(ErrorCode::Conflict)
    );
    assert_eq!(keep(&mut call, "bob", picture(3, 5)), Ok(()));
    say(&mut call, hang_up(Party::Caller), 55);
    assert_eq!(
        keep(&mut call, "bob", picture(4, 0)),
        Err(ErrorCode::Conflict)
    );
}

#[test]
fn a_picture_of_the_calls_own_is_shown_as_it_is_kept() {
    let mut call = talking();
    keep(&mut call, "alice", picture(1, 5)).unwrap();
    let bare = |n: usize| Image {
        bytes: None,
        width: None,
        height: None,
        sha256: None,
        ..picture(n, 0)
    };
    let out = show(&mut call, bare(1));
    assert!(
        matches!(&kinds(&out)[..], [EntryBody::Image { image, .. }] if *image == picture(1, 5))
    );
    assert_eq!(
        refused(&show(&mut call, bare(2))),
        Some(ErrorCode::NotFound)
    );
    let elsewhere = Image {
        url: "/v1/calls/c-2/images/ab".into(),
        ..bare(1)
    };
    assert_eq!(
        refused(&show(&mut call, elsewhere)),
        Some(ErrorCode::NotFound)
    );
    for wrong in [
        Image {
            media_type: "image/gif".into(),
            ..bare(1)
        },
        picture(1, 6),
    ] {
        assert_eq!(
            refused(&show(&mut call, wrong)),
            Some(ErrorCode::BadRequest)
        );
    }
}

fn visitor(user: &str, role: Role, desk: &str) -> Visitor {
    Visitor {
        user: id(user),
        role,
        desk: Some(id(desk)),
    }
}

#[test]
fn who_may_see_and_who_may_hear() {
    let mut call = talking();
    let customer = visitor("alice", Role::Customer, "front");
    let agent = visitor("bob", Role::Agent, "front");
    let chief = visitor("ann", Role::Supervisor, "front");
    let other = visitor("eve", Role::Supervisor, "back");
    let stranger = visitor("carol", Role::Agent, "front");
    let operator = visitor("olga", Role::Operator, "front");
    let all = [&customer, &agent, &chief, &other, &stranger, &operator];
    let of = |call: &Call| {
        let seen = all.map(|one| call.may_see(Some(one)).is_ok());
        let heard = all.map(|one| call.may_hear(Some(one)).is_ok());
        (seen, heard)
    };
    let seen = [true, true, true, false, false, false];
    let heard = [false, true, true, false, false, false];
    assert_eq!(of(&call), (seen, heard));
    assert!(call.may_see(None).is_err() && call.may_hear(None).is_ok());
    say(&mut call, hang_up(Party::Caller), 20);
    assert_eq!(of(&call), (seen, heard));
    assert!(call.may_see(None).is_ok());
}

#[test]
fn the_last_rating_and_the_last_note_count() {
    let rating = |stars: u8| {
        Deed::Rate(Rating {
            stars,
            comment: None,
        })
    };
    let note = |text: &str| Deed::Note(text.into());
    let mut early = call(desk());
    say(&mut early, request(), 7);
    assert_eq!(
        does(&mut early, "alice", rating(5)).0,
        Err(ErrorCode::Conflict)
    );
    assert_eq!(
        does(&mut early, "bob", note("x")).0,
        Err(ErrorCode::Forbidden)
    );
    let mut call = talking();
    assert_eq!(
        does(&mut call, "bob", rating(5)).0,
        Err(ErrorCode::Forbidden)
    );
    assert_eq!(
        does(&mut call, "alice", note("x")).0,
        Err(ErrorCode::Forbidden)
    );
    assert_eq!(does(&mut call, "alice", rating(2)), (Ok(()), vec![]));
    assert_eq!(does(&mut call, "bob", note("first")), (Ok(()), vec![]));
    assert_eq!(does(&mut call, "alice", rating(4)), (Ok(()), vec![]));
    let out = say(&mut call, hang_up(Party::Caller), 55);
    let kept = to_json(&archived(&out)[0]);
    assert!(
        kept.ends_with(r#""rating":{"stars":4},"note":"first"}"#),
        "{kept}"
    );
    let (outcome, out) = does(&mut call, "bob", note(""));
    let [Output::Letter(letter)] = &out[..] else {
        panic!("{out:?}");
    };
    assert_eq!(outcome, Ok(()));
    assert_eq!(
        letter.json(),
        r#"{"remarks":{"call":"c-1","rating":{"stars":4}}}"#
    );
}

fn file(name: &str) -> RecordedFile {
    RecordedFile {
        path: format!("c-1/{name}"),
        bytes: 5,
        started_at: None,
        duration_ms: 7,
        sha256: "ab".into(),
    }
}

fn tells(call: &mut Call, party: Party, node: &str, event: NodeEvent) -> Vec<Output> {
    let node = id(node);
    say(
        call,
        Input::Letter(ToCall::Stream { party, node, event }),
        70,
    )
}

#[test]
fn recordings_are_found_at_their_nodes() {
    let mut call = talking();
    let ready = |name: &str| NodeEvent::RecordingReady {
        files: vec![file(name)],
    };
    tells(&mut call, Party::Caller, "n1", ready("caller-1.mp4"));
    tells(&mut call, Party::Callee, "n2", ready("callee-1.mp4"));
    let still = NodeEvent::StillReady {
        file: file("caller-2.png"),
        width: 640,
        height: 360,
        taken_at: 65,
    };
    let out = tells(&mut call, Party::Caller, "n1", still);
    assert!(matches!(
        &kinds(&out)[..],
        [EntryBody::Still {
            width: 640,
            taken_at: 65,
            ..
        }]
    ));
    assert_eq!(call.recorded_at().len(), 2);
    let stored = call.changes().into_iter().map(|change| Row {
        kind: change.kind.to_owned(),
        key: change.key,
        json: change.json.unwrap(),
    });
    let stored: Vec<Row> = stored.collect();
    assert_eq!(
        stored.last().unwrap().json,
        r#"{"party":"caller","node":"n1","files":[{"path":"c-1/caller-2.png","bytes":5,"duration_ms":7,"sha256":"ab"}]}"#
    );
    let call = Call::load(&stored).unwrap().unwrap();
    let mut ends = lease("n1", 0).endpoints;
    ends.https_port = Some(8443);
    let reached = BTreeMap::from([(id::<NodeId>("n1"), ends)]);
    let Recordings { files } = call.files(&id("ann"), &reached, &signer(), 5_000_000);
    let [first, second, third] = &files[..] else {
        panic!("{files:?}");
    };
    assert_eq!(
        (&second.url, second.expires_at),
        (&None, None),
        "its node is gone"
    );
    assert_eq!(third.file.path, "c-1/caller-2.png");
    let url = first.url.as_deref().unwrap();
    let (at, token) = url.split_once("?grant=").unwrap();
    assert_eq!(at, "https://node.example:8443/recordings/c-1/caller-1.mp4");
    let keys = KeySet::from_keys(&[signer().public_key()]).unwrap();
    let grant = keys.verify_grant(token, 5_000).unwrap();
    assert_eq!(
        (grant.act, grant.stream.as_str()),
        (Act::Review, "c-1.caller")
    );
    assert_eq!((grant.sub.as_str(), grant.node.as_str()), ("ann", "n1"));
    assert_eq!(grant.exp * 1000, 5_000_000 + REVIEW_LIFE);
    assert_eq!(first.expires_at, Some(5_000_000 + REVIEW_LIFE));
}

fn wants_deleted(call: &mut Call, by: &str) -> (Result<(), ErrorCode>, Vec<Output>) {
    let (least_days, by) = (0, by.to_owned());
    let wish = Input::DeleteRecordings { least_days, by };
    let mut out = call.handle(wish, &signer(), 80);
    let Some(settled) = out.iter().position(|one| matches!(one, Output::Settled(_))) else {
        panic!("{out:?}");
    };
    let Output::Settled(outcome) = out.remove(settled) else {
        unreachable!();
    };
    (outcome.map_err(|error| error.code), out)
}

#[test]
fn recordings_are_deleted_at_their_nodes_and_the_log_says_at_whose_wish() {
    let mut call = talking();
    let ready = |name: &str| NodeEvent::RecordingReady {
        files: vec![file(name)],
    };
    tells(&mut call, Party::Caller, "n1", ready("caller.mp4"));
    let (refused, out) = wants_deleted(&mut call, "API key k-1");
    assert_eq!((refused, out), (Err(ErrorCode::Conflict), vec![]));
    let hang_up = CallCommand::Hangup { id: id("h") };
    say(&mut call, command(Party::Caller, hang_up), 75);
    tells(&mut call, Party::Callee, "n2", ready("callee.mp4"));

    let letter = r#"{"type":"record_delete","call":"c-1","nodes":["n1","n2"],"by":"API key k-1"}"#;
    let sent = |out: &[Output]| {
        let letters = out.iter().filter_map(|output| match output {
            Output::Letter(Letter::Fleet(letter)) => Some(crate::table::to_json(letter)),
            _ => None,
        });
        letters.collect::<Vec<_>>()
    };
    let (done, out) = wants_deleted(&mut call, "API key k-1");
    let by = "API key k-1".to_owned();
    assert_eq!(kinds(&out), [EntryBody::RecordingDelete { by }]);
    assert_eq!((done, sent(&out)), (Ok(()), vec![letter.to_owned()]));
    let (_, out) = wants_deleted(&mut call, "API key k-1");
    assert_eq!((kinds(&out), sent(&out).len()), (vec![], 1), "no news");

    let deleted = |rule: &str, files: &[&str]| NodeEvent::RecordingDeleted {
        rule: rule.to_owned(),
        at: 79,
        files: files.iter().map(|name| format!("c-1/{name}")).collect(),
    };
    let rule = "asked for by API key k-1";
    // Of another node's files, and of those that nobody knows, it says nothing.
    let names = ["caller.mp4", "callee.mp4", "caller.wav"];
    let out = tells(&mut call, Party::Caller, "n1", deleted(rule, &names));
    let files = vec!["c-1/caller.mp4".to_owned()];
    let told = EntryBody::RecordingDeleted {
        rule: rule.to_owned(),
        files,
    };
    assert_eq!(kinds(&out), [told]);
    let again = tells(&mut call, Party::Caller, "n1", deleted(rule, &names));
    assert_eq!(kinds(&again), []);
    let nodes = BTreeMap::from([(id::<NodeId>("n1"), lease("n1", 0).endpoints)]);
    let Recordings { files } = call.files(&id("ann"), &nodes, &signer(), 5_000_000);
    let gone = files[0].deleted.as_ref().unwrap();
    assert_eq!((gone.at, gone.rule.as_str()), (79, rule));
    assert_eq!((&files[0].url, files[0].expires_at), (&None, None));
    assert_eq!(files[1].deleted, None);

    let month = "retention of 30 days";
    tells(
        &mut call,
        Party::Callee,
        "n2",
        deleted(month, &["callee.mp4"]),
    );
    assert!(call.recorded_at().is_empty());
    let (done, out) = wants_deleted(&mut call, "API key k-1");
    assert_eq!((done, out), (Ok(()), vec![]), "all is gone");
    // What is finished later goes too.
    let out = tells(&mut call, Party::Caller, "n1", ready("call.mp4"));
    let by = "API key k-1".to_owned();
    assert_eq!(kinds(&out)[1..], [EntryBody::RecordingDelete { by }]);
    let letter = r#"{"type":"record_delete","call":"c-1","nodes":["n1"],"by":"API key k-1"}"#;
    assert_eq!(sent(&out), [letter]);
}

#[test]
fn a_wish_that_comes_before_the_files_is_remembered() {
    let mut call = talking();
    let hang_up = CallCommand::Hangup { id: id("h") };
    say(&mut call, command(Party::Caller, hang_up), 75);
    let (done, out) = wants_deleted(&mut call, "API key k-1");
    assert_eq!((done, out), (Ok(()), vec![]));
    let files = vec![file("caller.mp4")];
    let ready = NodeEvent::RecordingReady { files };
    let out = tells(&mut call, Party::Caller, "n1", ready);
    assert!(
        matches!(
            &kinds(&out)[..],
            [
                EntryBody::RecordingReady { .. },
                EntryBody::RecordingDelete { .. }
            ]
        ),
        "{out:?}"
    );
}

#[test]
fn what_shows_both_parties_belongs_to_neither() {
    let mut call = talking();
    let files = vec![file("call.mp4")];
    let ready = NodeEvent::MadeReady { files };
    let out = tells(&mut call, Party::Caller, "n1", ready);
    assert!(matches!(
        &kinds(&out)[..],
        [EntryBody::RecordingReady { party: None, files }] if files[0].path == "c-1/call.mp4"
    ));
    let reason = "no space".to_owned();
    let failed = NodeEvent::MadeFailed { reason };
    let out = tells(&mut call, Party::Caller, "n1", failed);
    assert!(matches!(
        &kinds(&out)[..],
        [EntryBody::RecordingFailed { party: None, reason }] if reason == "no space"
    ));
    let Recordings { files } = call.files(&id("ann"), &BTreeMap::new(), &signer(), 5_000_000);
    assert_eq!((files.len(), files[0].party), (1, None));
}

#[test]
fn the_agent_takes_stills_of_what_is_live() {
    let still = |party| CallCommand::Still { id: id("s"), party };
    let by = |party, of| command(party, still(of));
    let mut direct_call = call(direct());
    say(&mut direct_call, request(), 1);
    say(&mut direct_call, accept(), 2);
    let out = say(&mut direct_call, by(Party::Callee, Party::Caller), 3);
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden));
    let mut call = talking();
    let out = say(&mut call, by(Party::Callee, Party::Caller), 9);
    assert_eq!(refused(&out), Some(ErrorCode::Conflict), "nothing is shown");
    say(&mut call, begin(Party::Caller, "n1"), 10);
    let out = say(&mut call, by(Party::Caller, Party::Caller), 11);
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden));
    let out = say(&mut call, by(Party::Callee, Party::Caller), 12);
    let wanted = ToFleet::Still {
        call: id("c-1"),
        party: Party::Caller,
        id: id("s"),
    };
    assert_eq!(out[0], Output::Letter(Letter::Fleet(wanted)));
    assert!(matches!(
        out[2],
        Output::Reply(CallMessage::Ack { seq: None, .. })
    ));
    let reason = "no picture yet".to_owned();
    let out = tells(
        &mut call,
        Party::Caller,
        "n1",
        NodeEvent::StillFailed { reason },
    );
    assert!(matches!(&kinds(&out)[..], [EntryBody::StillFailed { .. }]));
    assert_eq!(
        tells(&mut call, Party::Caller, "n1", NodeEvent::Unknown),
        []
    );
}
