//! What is left of a call when it is over.

use super::*;

fn stored(outputs: &[Output]) -> String {
    let records = archived(outputs);
    assert_eq!(records.len(), 1, "told once");
    to_json(&records[0])
}

#[test]
fn a_desk_call_is_archived_with_its_times() {
    let mut call = call(desk());
    say(&mut call, Input::Connected(Party::Caller), 5);
    say(&mut call, request(), 10);
    let (room, agent) = (id("r1"), id("bob"));
    say(
        &mut call,
        Input::Letter(ToCall::Accepted { room, agent }),
        30,
    );
    let (party, node) = (Party::Caller, id("n1"));
    let event = NodeEvent::RecordingStarted;
    say(
        &mut call,
        Input::Letter(ToCall::Stream { party, node, event }),
        40,
    );
    let out = say(&mut call, hang_up(Party::Callee), 50);
    assert_eq!(
        stored(&out),
        r#"{"call":"c-1","desk":"front","room":"r1","customer":"alice","agent":"bob","created_at":0,"requested_at":10,"answered_at":30,"ended_at":50,"by":"callee","reason":"hang_up","recorded":true}"#
    );
    let out = say(&mut call, hang_up(Party::Caller), 60);
    assert_eq!(archived(&out), [], "over is over");
}

#[test]
fn a_direct_call_that_nobody_answered_names_who_was_asked() {
    let mut call = call(direct());
    say(&mut call, request(), 10);
    let out = say(&mut call, hang_up(Party::Caller), 20);
    assert_eq!(
        stored(&out),
        r#"{"call":"c-1","customer":"alice","agent":"bob","created_at":0,"requested_at":10,"ended_at":20,"by":"caller","reason":"abandoned","recorded":false}"#
    );
}

#[test]
fn a_call_that_never_asked_is_archived_without_a_request() {
    for to in [desk(), direct()] {
        let mut call = call(to);
        let present = [false; 2];
        let out = say(&mut call, alarm(present), NEW_LEASE);
        assert_eq!(call.phase, CallPhase::Ended);
        let [record] = &archived(&out)[..] else {
            panic!("{out:?}");
        };
        assert_eq!(record.requested_at, None);
        assert_eq!(record.reason, EndReason::Lease);
    }
}

#[test]
fn a_call_of_an_older_version_is_archived_with_what_is_known() {
    let json = r#"{"id":"c-1","phase":"requested","to":{"kind":"desk","desk":"front"},"caller":"alice","record":false,"seq":1,"serial":0,"parties":[{"seen":true,"away":false},{"seen":false,"away":false}]}"#;
    let mut call: Call = serde_json::from_str(json).unwrap();
    let out = say(&mut call, hang_up(Party::Caller), 20);
    assert_eq!(
        stored(&out),
        r#"{"call":"c-1","desk":"front","customer":"alice","ended_at":20,"by":"caller","reason":"abandoned","recorded":false}"#
    );
}

#[test]
fn only_what_is_over_is_forgotten_or_shown_to_others() {
    let mut call = call(desk());
    let (front, back) = (id("front"), id("back"));
    let code = |call: &Call, desk| call.may_review(desk).map_err(|error| error.code);
    say(&mut call, request(), 10);
    let forget = || Input::Letter(ToCall::Forget);
    assert_eq!(say(&mut call, forget(), 11), []);
    assert_eq!(code(&call, Some(&front)), Err(ErrorCode::Conflict));
    assert_eq!(code(&call, None), Err(ErrorCode::Conflict));
    say(&mut call, hang_up(Party::Caller), 20);
    assert_eq!(code(&call, Some(&front)), Ok(()));
    assert_eq!(code(&call, Some(&back)), Err(ErrorCode::Forbidden));
    assert_eq!(code(&call, None), Ok(()));
    assert_eq!(say(&mut call, forget(), 21), [Output::Forget]);
}

#[test]
fn how_long_a_recorded_call_must_be_kept_goes_into_the_archive() {
    let terms = Terms {
        least_days: 90,
        ..Terms::default()
    };
    for (recorded, kept) in [
        (true, r#","recorded":true,"least_days":90}"#),
        (false, r#","recorded":false}"#),
    ] {
        let terms = terms.clone();
        let mut call = Call::create(id("c-1"), id("alice"), desk(), true, terms, 0);
        say(&mut call, request(), 10);
        if recorded {
            let (party, node) = (Party::Caller, id("n1"));
            let event = NodeEvent::RecordingStarted;
            let letter = ToCall::Stream { party, node, event };
            say(&mut call, Input::Letter(letter), 20);
        }
        let json = stored(&say(&mut call, hang_up(Party::Caller), 30));
        assert!(json.ends_with(kept), "{json}");
    }
}
