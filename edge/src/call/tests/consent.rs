//! Who is recorded when: consent, pauses, statements, and the log that goes with the files.

use super::*;
use counterpart_shared::api::RecordControl;
use counterpart_shared::grant::{Composite, Layout};

fn terms(asks_consent: bool, record_control: RecordControl) -> Terms {
    Terms {
        asks_consent,
        record_control,
        prompts: vec!["Do you buy of your own will?".into(), "Is it clear?".into()],
        ..Terms::default()
    }
}

fn call_with(terms: Terms, record: bool) -> Call {
    Call::create(id("c-1"), id("alice"), desk(), record, terms, 0)
}

/// The agent has accepted.
fn talking(terms: Terms, record: bool) -> Call {
    let mut call = call_with(terms, record);
    say(&mut call, request(), 10);
    let (room, agent) = (id("r1"), id("bob"));
    let accepted = ToCall::Accepted { room, agent };
    say(&mut call, Input::Letter(accepted), 20);
    call
}

fn consent(by: Party, given: bool) -> Input {
    command(by, CallCommand::Consent { id: id("c"), given })
}

fn record(by: Party, on: bool, reason: Option<&str>) -> Input {
    let (id, reason) = (id("r"), reason.map(str::to_owned));
    command(by, CallCommand::Record { id, on, reason })
}

fn prompt(number: u32) -> Input {
    let id = id("p");
    command(Party::Callee, CallCommand::Prompt { id, number })
}

fn end_prompt(answered: bool) -> Input {
    let id = id("e");
    command(Party::Callee, CallCommand::PromptEnd { id, answered })
}

fn to_fleet(outputs: &[Output]) -> Vec<String> {
    let letters = outputs.iter().filter_map(|output| match output {
        Output::Letter(Letter::Fleet(letter)) => Some(to_json(letter)),
        _ => None,
    });
    letters.collect()
}

#[test]
fn a_caller_is_recorded_once_he_agrees_and_no_longer_than_he_does() {
    let mut call = call_with(terms(true, RecordControl::Nobody), false);
    let out = say(&mut call, consent(Party::Caller, true), 5);
    assert_eq!(refused(&out), Some(ErrorCode::Conflict), "nobody asked yet");
    let out = say(&mut call, request(), 10);
    let asked = [
        EntryBody::Request {
            desk: Some(id("front")),
        },
        EntryBody::RecordingAsk,
    ];
    assert_eq!(kinds(&out), asked);
    let out = say(&mut call, consent(Party::Callee, true), 11);
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden));
    assert!(!call.record);

    let out = say(&mut call, consent(Party::Caller, true), 12);
    assert_eq!(kinds(&out), [EntryBody::RecordingConsent { given: true }]);
    assert_eq!(to_fleet(&out), [r#"{"type":"record","call":"c-1"}"#]);
    assert!(call.record, "what is published later is recorded, too");
    let out = say(&mut call, consent(Party::Caller, true), 13);
    assert_eq!((kinds(&out), to_fleet(&out)), (vec![], vec![]), "no news");

    let out = say(&mut call, consent(Party::Caller, false), 14);
    assert_eq!(kinds(&out), [EntryBody::RecordingConsent { given: false }]);
    assert_eq!(to_fleet(&out), [r#"{"type":"record_end","call":"c-1"}"#]);
    assert!(!call.record);
}

#[test]
fn a_desk_that_does_not_ask_hears_no_consent() {
    for record in [true, false] {
        let mut call = talking(terms(false, RecordControl::Nobody), record);
        let out = say(&mut call, consent(Party::Caller, false), 30);
        assert_eq!(refused(&out), Some(ErrorCode::Conflict));
        assert_eq!(call.record, record);
    }
    let mut call = call_with(terms(true, RecordControl::Nobody), true);
    let out = say(&mut call, request(), 10);
    let asked = EntryBody::Request {
        desk: Some(id("front")),
    };
    assert_eq!(kinds(&out), [asked], "he has asked for it himself");
}

#[test]
fn an_agent_pauses_with_a_reason_where_the_desk_lets_him() {
    let mut call = talking(terms(false, RecordControl::Nobody), true);
    let out = say(
        &mut call,
        record(Party::Callee, false, Some("card number")),
        30,
    );
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden));

    let mut call = talking(terms(false, RecordControl::Agent), true);
    for reason in [None, Some(""), Some("\u{7}")] {
        let out = say(&mut call, record(Party::Callee, false, reason), 30);
        assert_eq!(refused(&out), Some(ErrorCode::BadRequest), "{reason:?}");
    }
    let out = say(&mut call, record(Party::Caller, false, Some("no")), 31);
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden));
    let out = say(
        &mut call,
        record(Party::Callee, false, Some("card number")),
        32,
    );
    let (by, supervisor) = (Some(Party::Callee), None);
    let reason = "card number".to_owned();
    let paused = EntryBody::RecordingPause {
        by,
        supervisor: supervisor.clone(),
        reason,
    };
    assert_eq!(kinds(&out), [paused]);
    assert_eq!(to_fleet(&out), [r#"{"type":"record_end","call":"c-1"}"#]);
    let out = say(&mut call, record(Party::Callee, true, None), 33);
    assert_eq!(kinds(&out), [EntryBody::RecordingBegin { by, supervisor }]);
    assert_eq!(to_fleet(&out), [r#"{"type":"record","call":"c-1"}"#]);
}

#[test]
fn a_supervisor_does_so_while_he_watches_where_the_desk_lets_him() {
    let says = |on, reason: Option<&str>| {
        let reason = reason.map(str::to_owned);
        let command = CallCommand::Record {
            id: id("r"),
            on,
            reason,
        };
        let user = id("ann");
        Input::WatcherSays { user, command }
    };
    let mut call = talking(terms(false, RecordControl::Agent), true);
    let out = say(&mut call, says(false, Some("card number")), 30);
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden));

    let mut call = talking(terms(true, RecordControl::Supervisor), false);
    let out = say(&mut call, record(Party::Callee, true, None), 30);
    assert_eq!(refused(&out), Some(ErrorCode::Forbidden), "the agent");
    let out = say(&mut call, says(true, None), 31);
    assert_eq!(refused(&out), Some(ErrorCode::Conflict), "no consent");
    say(&mut call, consent(Party::Caller, true), 32);
    let out = say(&mut call, says(false, None), 33);
    assert_eq!(refused(&out), Some(ErrorCode::BadRequest), "no reason");
    let out = say(&mut call, says(false, Some("card number")), 34);
    let paused = kinds(&out);
    assert_eq!(
        serde_json::to_string(&paused).unwrap(),
        r#"[{"kind":"recording.pause","supervisor":"ann","reason":"card number"}]"#
    );
    assert_eq!(to_fleet(&out), [r#"{"type":"record_end","call":"c-1"}"#]);
    let out = say(&mut call, says(true, None), 35);
    assert_eq!(
        serde_json::to_string(&kinds(&out)).unwrap(),
        r#"[{"kind":"recording.begin","supervisor":"ann"}]"#
    );
    let out = say(&mut call, says(true, None), 36);
    assert_eq!((kinds(&out), refused(&out)), (vec![], None), "no news");
    say(
        &mut call,
        command(Party::Callee, CallCommand::Hangup { id: id("h") }),
        37,
    );
    let out = say(&mut call, says(false, Some("x")), 38);
    assert_eq!(refused(&out), Some(ErrorCode::Conflict), "over");
}

#[test]
fn no_agent_records_whom_did_not_agree() {
    let mut call = talking(terms(true, RecordControl::Agent), false);
    for answer in [None, Some(false)] {
        if let Some(given) = answer {
            say(&mut call, consent(Party::Caller, given), 30);
        }
        let out = say(&mut call, record(Party::Callee, true, None), 31);
        assert_eq!(refused(&out), Some(ErrorCode::Conflict), "{answer:?}");
    }
    say(&mut call, consent(Party::Caller, true), 32);
    say(&mut call, record(Party::Callee, false, Some("pin")), 33);
    let out = say(&mut call, record(Party::Callee, true, None), 34);
    assert_eq!(
        kinds(&out),
        [EntryBody::RecordingBegin {
            by: Some(Party::Callee),
            supervisor: None
        }]
    );
}

#[test]
fn statements_are_read_one_after_the_other() {
    let mut call = talking(terms(false, RecordControl::Nobody), true);
    for number in [0, 3] {
        let out = say(&mut call, prompt(number), 30);
        assert_eq!(refused(&out), Some(ErrorCode::NotFound), "{number}");
    }
    assert_eq!(
        refused(&say(&mut call, end_prompt(true), 30)),
        Some(ErrorCode::Conflict)
    );
    let (number, text) = (2, "Is it clear?".to_owned());
    let out = say(&mut call, prompt(2), 31);
    assert_eq!(kinds(&out), [EntryBody::PromptBegin { number, text }]);
    assert_eq!(
        refused(&say(&mut call, prompt(1), 32)),
        Some(ErrorCode::Conflict)
    );
    let out = say(&mut call, end_prompt(false), 33);
    let answered = false;
    assert_eq!(kinds(&out), [EntryBody::PromptEnd { number, answered }]);
    assert_eq!(refused(&say(&mut call, prompt(1), 34)), None);
}

#[test]
fn the_log_is_handed_in_where_something_was_recorded() {
    for recorded in [true, false] {
        let mut call = talking(Terms::default(), true);
        if recorded {
            let (party, node, event) = (Party::Caller, id("n1"), NodeEvent::RecordingStarted);
            say(
                &mut call,
                Input::Letter(ToCall::Stream { party, node, event }),
                30,
            );
        }
        let out = say(&mut call, hang_up(Party::Caller), 40);
        let at = |wanted: &dyn Fn(&Output) -> bool| out.iter().position(wanted);
        let log = at(&|output| *output == Output::HandInLog);
        let end =
            at(&|output| matches!(output, Output::Letter(Letter::Fleet(ToFleet::End { .. }))));
        let appended = at(&|output| matches!(output, Output::Append(_)));
        assert_eq!(log.is_some(), recorded);
        if let Some(log) = log {
            assert!(appended < Some(log) && Some(log) < end, "{out:?}");
        }
    }
}

#[test]
fn who_publishes_tells_the_node_how_the_desk_wants_the_composite() {
    let mut call = call_with(
        Terms {
            layout: Layout::PictureInPicture,
            composite: Composite::Live,
            ..Terms::default()
        },
        true,
    );
    let kind = AskKind::Own {
        party: Party::Caller,
        id: Some(id("u")),
    };
    let user = id("alice");
    let (ask, lease) = (Ask { user, kind }, Ok(lease("n1", 2)));
    let urls = own(&call.handle(Input::Leased { ask, lease }, &signer(), 5_000));
    let layouts = [&urls.publish, &urls.play].map(|urls| grant(urls, 5).layout);
    assert_eq!(layouts, [Layout::PictureInPicture, Layout::SideBySide]);
    let composites = [&urls.publish, &urls.play].map(|urls| grant(urls, 5).composite);
    assert_eq!(composites, [Composite::Live, Composite::After]);
    let desks = [&urls.publish, &urls.play].map(|urls| grant(urls, 5).desk);
    assert_eq!(desks, [call.desk().cloned(), None]);
    assert!(call.desk().is_some());
}
