//! For how long recordings are kept at least, whatever the business server wants.

use super::*;
use crate::link::Admission;
use counterpart_shared::api::RecordedFile;

const DAY: u64 = 86_400_000;

fn terms(least_days: u32) -> Terms {
    Terms {
        least_days,
        ..Terms::default()
    }
}

/// Alice and bob talk at the desk `front`, which wants recordings kept for so long.
fn talking(least_days: u32) -> Call {
    let terms = terms(least_days);
    let mut call = Call::create(id("c-1"), id("alice"), desk(), true, terms, 0);
    say(&mut call, request(), 7);
    let (room, agent) = (id("r1"), id("bob"));
    let accepted = ToCall::Accepted { room, agent };
    say(&mut call, Input::Letter(accepted), 8);
    call
}

/// A call that was over at `at`, with a file at a node.
fn over(least_days: u32, at: u64) -> Call {
    let mut call = talking(least_days);
    say(&mut call, hang_up(Party::Caller), at);
    let files = vec![RecordedFile {
        path: "c-1/caller.mp4".into(),
        bytes: 5,
        started_at: None,
        duration_ms: 7,
        sha256: "ab".into(),
    }];
    let (party, node) = (Party::Caller, id("n1"));
    let event = NodeEvent::RecordingReady { files };
    let letter = ToCall::Stream { party, node, event };
    say(&mut call, Input::Letter(letter), at);
    call
}

/// What comes of the wish to delete, when the desks want so many days now.
fn wish(call: &mut Call, least_days: u32, now: u64) -> Result<(), ApiError> {
    let by = "API key k-1".to_owned();
    let out = say(call, Input::DeleteRecordings { least_days, by }, now);
    let asked = kinds(&out).contains(&EntryBody::RecordingDelete {
        by: "API key k-1".into(),
    });
    let settled = out.iter().find_map(|output| match output {
        Output::Settled(outcome) => Some(outcome.clone()),
        _ => None,
    });
    let outcome = settled.unwrap();
    assert_eq!(asked, outcome.is_ok(), "what is refused is not noted");
    outcome
}

fn until(outcome: Result<(), ApiError>) -> u64 {
    let error = outcome.unwrap_err();
    assert_eq!(error.code, ErrorCode::Retained);
    error.until.unwrap()
}

#[test]
fn the_stricter_of_then_and_now_decides_until_when() {
    const END: u64 = 50;
    for (then, now, days) in [(2, 0, 2), (2, 3, 3), (3, 2, 3), (0, 1, 1)] {
        let mut call = over(then, END);
        let free = END + days * DAY;
        assert_eq!(until(wish(&mut call, now, END)), free);
        assert_eq!(until(wish(&mut call, now, free - 1)), free);
        let outcome = wish(&mut call, now, free);
        assert_eq!(outcome, Ok(()), "{then} then, {now} now");
    }
    assert_eq!(wish(&mut over(0, END), 0, END), Ok(()));
}

/// A call that ended under a version that did not note when.
fn of_old(course: &str) -> Call {
    let json = format!(
        r#"{{"id":"c-1","phase":"ended","to":{{"kind":"desk","desk":"front"}},"caller":"alice","record":true,"seq":1,"serial":0,"parties":[{{"seen":true,"away":false}},{{"seen":false,"away":false}}],"course":{course}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

#[test]
fn of_a_call_whose_end_was_not_noted_the_latest_that_is_known_counts() {
    for (course, known) in [
        (r#"{"created_at":5,"requested_at":6,"answered_at":7}"#, 7),
        (r#"{"created_at":5,"requested_at":6}"#, 6),
        (r#"{"created_at":5}"#, 5),
    ] {
        let call = of_old(course);
        assert_eq!(until(call.may_be_deleted(1, 10)), known + DAY);
        assert_eq!(call.may_be_deleted(1, known + DAY), Ok(()), "{course}");
    }
    assert_eq!(of_old("{}").may_be_deleted(1, 3 * DAY), Ok(()));
}

#[test]
fn a_refusal_names_the_days_and_the_end() {
    let error = wish(&mut over(2, 50), 0, 60).unwrap_err();
    assert_eq!(
        error.detail,
        "it must be kept for 2 days after its end at 50"
    );
}

#[test]
fn what_is_finished_after_an_allowed_wish_goes_whatever_is_wanted_since() {
    let mut call = over(1, 50);
    assert_eq!(wish(&mut call, 0, 50 + DAY), Ok(()));
    let (party, node) = (Party::Callee, id("n2"));
    let files = vec![RecordedFile {
        path: "c-1/callee.mp4".into(),
        bytes: 5,
        started_at: None,
        duration_ms: 7,
        sha256: "ab".into(),
    }];
    let event = NodeEvent::RecordingReady { files };
    let letter = ToCall::Stream { party, node, event };
    let out = say(&mut call, Input::Letter(letter), 60 + DAY);
    assert!(matches!(
        &kinds(&out)[..],
        [
            EntryBody::RecordingReady { .. },
            EntryBody::RecordingDelete { .. }
        ]
    ));
}

#[test]
fn of_a_call_that_was_handed_on_every_desk_counts() {
    let mut call = talking(3);
    let wish_to_hand_on = HandOver {
        from: id("bob"),
        id: id("t"),
        desk: id("back"),
        room: None,
        skills: Default::default(),
    };
    let admission = Admission {
        record: true,
        terms: terms(1),
    };
    let admitted = Input::Admitted {
        wish: wish_to_hand_on,
        admission: Ok(admission),
    };
    say(&mut call, admitted, 20);
    let desks: Vec<String> = call.desks().iter().map(ToString::to_string).collect();
    assert_eq!(desks, ["back", "front"]);
    // As it is stored.
    let rows = call.changes().into_iter().map(|change| Row {
        kind: change.kind.to_owned(),
        key: change.key,
        json: change.json.unwrap(),
    });
    let rows: Vec<Row> = rows.collect();
    let stored = &rows[0].json;
    assert!(
        stored.contains(r#""least":{"days":3,"earlier":["front"]}"#),
        "{stored}"
    );
    let mut call = Call::load(&rows).unwrap().unwrap();
    say(&mut call, hang_up(Party::Caller), 50);
    assert_eq!(until(wish(&mut call, 0, 60)), 50 + 3 * DAY);
}

#[test]
fn a_direct_call_is_no_desks() {
    let mut call = call(direct());
    say(&mut call, request(), 1);
    assert!(call.desks().is_empty());
    say(&mut call, hang_up(Party::Caller), 2);
    assert_eq!(until(wish(&mut call, 1, 3)), 2 + DAY);
}

#[test]
fn who_publishes_tells_the_node_for_how_long() {
    let mut call = talking(90);
    let kind = AskKind::Own {
        party: Party::Caller,
        id: Some(id("u")),
    };
    let user = id("alice");
    let (ask, lease) = (Ask { user, kind }, Ok(lease("n1", 2)));
    let urls = own(&call.handle(Input::Leased { ask, lease }, &signer(), 5_000));
    let [publish, play] = [&urls.publish, &urls.play].map(|urls| grant(urls, 5));
    assert_eq!([publish.least_days, play.least_days], [90, 0]);
    assert_eq!([publish.desk, play.desk], [Some(id("front")), None]);
}
