//! The desk's rules one by one, and what holds whatever happens.

mod handed_on;
mod random;
mod stored;

use super::pace::TELL_EVERY;
use super::*;
use crate::link::{HandedOn, Letter, Needs, ToCall, ToDesk};
use crate::table::Row;
use counterpart_shared::api::{
    CloseReason, DeskCommand, DeskMessage, DeskSettings, EndReason, ErrorCode, GoneReason,
    RoomPhase, RoomState,
};
use counterpart_shared::id::{CallId, RoomId, UserId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// How long an offer rings, and an agent may be gone, unless it is set otherwise.
const RING: u64 = 20_000;
const GRACE: u64 = 15_000;

fn room(n: u8) -> RoomId {
    format!("r{n}").parse().unwrap()
}

fn call(n: u32) -> CallId {
    format!("c{n}").parse().unwrap()
}

fn agent(n: u8) -> UserId {
    format!("agent{n}").parse().unwrap()
}

fn connected(n: u8) -> Input {
    let (room, agent) = (room(n), agent(n));
    Input::Connected { room, agent }
}

fn closed(n: u8) -> Input {
    Input::Closed {
        room: room(n),
        others: false,
    }
}

fn command(n: u8, command: DeskCommand) -> Input {
    Input::Command {
        room: room(n),
        command,
        earlier: false,
    }
}

fn open(n: u8) -> Input {
    able(n, &[])
}

/// Opens a room whose agent has these skills.
fn able(n: u8, skills: &[&str]) -> Input {
    let id = "o".parse().unwrap();
    let skills = skills.iter().map(|skill| skill.parse().unwrap()).collect();
    command(n, DeskCommand::Open { id, skills })
}

fn close(n: u8) -> Input {
    let id = "c".parse().unwrap();
    command(n, DeskCommand::Close { id })
}

fn accept(n: u8, c: u32) -> Input {
    let id = "a".parse().unwrap();
    command(n, DeskCommand::Accept { id, call: call(c) })
}

fn reject(n: u8, c: u32) -> Input {
    let id = "j".parse().unwrap();
    command(n, DeskCommand::Reject { id, call: call(c) })
}

fn enter(c: u32) -> Input {
    needing(c, 0, &[])
}

/// A caller with this priority who needs these skills.
fn needing(c: u32, priority: u8, skills: &[&str]) -> Input {
    let skills = skills.iter().map(|skill| skill.parse().unwrap()).collect();
    Input::Letter(ToDesk::Enter {
        call: call(c),
        customer: "alice".parse().unwrap(),
        needs: Needs { skills, priority },
        handed_on: None,
    })
}

fn leave(c: u32) -> Input {
    Input::Letter(ToDesk::Leave { call: call(c) })
}

fn alarm(rooms: &[u8]) -> Input {
    let present = rooms.iter().map(|&n| room(n)).collect();
    Input::Alarm { present }
}

/// A desk with these rooms open, the first one for the longest time.
fn with_rooms(rooms: &[u8]) -> Desk {
    let mut desk = Desk::default();
    for (now, &n) in rooms.iter().enumerate() {
        desk.handle(connected(n), now as u64);
        desk.handle(open(n), now as u64);
    }
    desk
}

fn state(desk: &Desk, n: u8) -> RoomState {
    let board = desk.board(0);
    let found = board.rooms.iter().find(|one| one.room.room == room(n));
    found.unwrap().room.state
}

fn rings_at(desk: &Desk, c: u32) -> Option<RoomId> {
    desk.room_of(&call(c))
}

fn line(desk: &Desk) -> Vec<CallId> {
    desk.board(0).line.into_iter().map(|one| one.call).collect()
}

fn letters(outputs: &[Output]) -> Vec<(CallId, ToCall)> {
    let letter = |output: &Output| match output {
        Output::Letter(Letter::Call(call, letter)) => Some((call.clone(), letter.clone())),
        _ => None,
    };
    outputs.iter().filter_map(letter).collect()
}

fn position(position: u32, wait_s: Option<u64>) -> ToCall {
    ToCall::Position { position, wait_s }
}

fn gone(outputs: &[Output]) -> Vec<GoneReason> {
    let reason = |output: &Output| match output {
        Output::Send(_, DeskMessage::OfferGone { reason, .. }) => Some(*reason),
        _ => None,
    };
    outputs.iter().filter_map(reason).collect()
}

fn conflict(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| {
        matches!(output, Output::Reply(DeskMessage::Error { error, .. }) if error.code == ErrorCode::Conflict)
    })
}

#[test]
fn who_is_idle_for_the_longest_time_is_asked_first() {
    let mut desk = with_rooms(&[2, 1, 3]);
    for (c, n) in [(1, 2), (2, 1), (3, 3)] {
        desk.handle(enter(c), 10);
        assert_eq!(rings_at(&desk, c), Some(room(n)));
    }
    let out = desk.handle(enter(4), 10);
    assert_eq!(letters(&out), [(call(4), position(1, None))]);
}

#[test]
fn an_offer_is_taken() {
    let mut desk = with_rooms(&[1]);
    let out = desk.handle(enter(1), 10);
    let expires_at = 10 + RING;
    assert!(out.iter().any(|output| matches!(output,
        Output::Send(_, DeskMessage::Offer { expires_at: at, .. }) if *at == expires_at)));
    assert!(conflict(&desk.handle(accept(1, 2), 11)), "another call");
    let out = desk.handle(accept(1, 1), 11);
    let (room, agent) = (room(1), agent(1));
    assert_eq!(letters(&out), [(call(1), ToCall::Accepted { room, agent })]);
    assert!(conflict(&desk.handle(accept(1, 1), 12)), "taken already");
    desk.handle(leave(1), 13);
    assert_eq!(state(&desk, 1), RoomState::Idle);
}

#[test]
fn an_offer_that_is_missed_closes_the_room_and_keeps_the_place() {
    let mut desk = with_rooms(&[1]);
    desk.handle(enter(1), 0);
    desk.handle(enter(2), 1);
    assert_eq!(desk.due(), Some(RING));
    assert_eq!(desk.handle(alarm(&[1]), RING - 1), []);
    let out = desk.handle(alarm(&[1]), RING);
    assert_eq!(gone(&out), [GoneReason::Missed]);
    assert_eq!(state(&desk, 1), RoomState::Close);
    assert_eq!(line(&desk), [call(1), call(2)]);
    desk.handle(open(1), RING + 1);
    assert_eq!(rings_at(&desk, 1), Some(room(1)));
}

#[test]
fn a_rejected_call_goes_to_the_next_agent() {
    let mut desk = with_rooms(&[1, 2]);
    desk.handle(enter(1), 10);
    let out = desk.handle(reject(1, 1), 10);
    assert_eq!(gone(&out), [GoneReason::Rejected]);
    assert_eq!(state(&desk, 1), RoomState::Idle);
    assert_eq!(rings_at(&desk, 1), Some(room(2)));
    desk.handle(close(2), 11);
    assert_eq!(rings_at(&desk, 1), Some(room(1)), "he is the only one left");
    desk.handle(reject(1, 1), 12);
    assert_eq!(rings_at(&desk, 1), Some(room(1)), "and is asked again");
}

#[test]
fn a_caller_who_leaves_is_nowhere_at_once() {
    let mut desk = with_rooms(&[1]);
    desk.handle(enter(1), 0);
    desk.handle(enter(2), 0);
    desk.handle(enter(3), 0);
    let out = desk.handle(leave(2), TELL_EVERY);
    assert_eq!(letters(&out), [(call(3), position(1, None))]);
    let out = desk.handle(leave(1), TELL_EVERY + 1);
    assert_eq!(gone(&out), [GoneReason::Abandoned]);
    assert_eq!(rings_at(&desk, 3), Some(room(1)));
    assert_eq!(desk.handle(leave(9), 3), []);
    assert_eq!(
        desk.handle(enter(3), 3),
        [],
        "in the line or in a room, not both"
    );
}

#[test]
fn close_waits_for_the_end_of_a_talk() {
    let mut desk = with_rooms(&[1]);
    desk.handle(enter(1), 0);
    desk.handle(accept(1, 1), 1);
    desk.handle(close(1), 2);
    assert_eq!(state(&desk, 1), RoomState::Busy);
    desk.handle(leave(1), 3);
    assert_eq!(state(&desk, 1), RoomState::Close);
}

#[test]
fn an_absent_agent_is_not_asked_and_closes_after_the_grace() {
    let mut desk = with_rooms(&[1]);
    desk.handle(closed(1), 100);
    desk.handle(enter(1), 101);
    assert_eq!(line(&desk), [call(1)]);
    assert_eq!(desk.due(), Some(100 + GRACE));
    desk.handle(connected(1), 102);
    assert_eq!(rings_at(&desk, 1), Some(room(1)), "he is back");
    desk.handle(closed(1), 200);
    desk.handle(alarm(&[]), 200 + GRACE - 1);
    assert_eq!(state(&desk, 1), RoomState::Busy);
    let out = desk.handle(alarm(&[]), 200 + GRACE);
    assert_eq!(gone(&out), [GoneReason::Missed]);
    assert_eq!(state(&desk, 1), RoomState::Close);
}

#[test]
fn an_agent_who_went_during_a_talk_is_closed_after_it() {
    let mut desk = with_rooms(&[1]);
    desk.handle(enter(1), 0);
    desk.handle(accept(1, 1), 1);
    desk.handle(closed(1), 2);
    desk.handle(alarm(&[]), 2 + GRACE);
    assert_eq!(state(&desk, 1), RoomState::Busy);
    desk.handle(leave(1), 3 + GRACE);
    assert_eq!(state(&desk, 1), RoomState::Close);
}

#[test]
fn an_agent_who_reloads_his_page_hears_it_ring_again() {
    let mut desk = with_rooms(&[1]);
    desk.handle(enter(1), 0);
    let out = desk.handle(connected(1), 5);
    assert!(matches!(out[0], Output::Reply(DeskMessage::Room(_))));
    assert!(matches!(
        out[1],
        Output::Reply(DeskMessage::Offer {
            expires_at: RING,
            ..
        })
    ));
    assert!(desk.admit(&room(1), &agent(1)).is_ok());
    assert!(desk.admit(&room(1), &agent(2)).is_err());
    assert!(desk.admit(&room(7), &agent(2)).is_ok());
}

#[test]
fn a_command_sent_again_changes_nothing() {
    let mut desk = with_rooms(&[1]);
    desk.handle(enter(1), 0);
    let Input::Command { room, command, .. } = reject(1, 1) else {
        unreachable!();
    };
    let earlier = true;
    let again = Input::Command {
        room,
        command,
        earlier,
    };
    let out = desk.handle(again, 1);
    assert!(matches!(out[..], [Output::Reply(DeskMessage::Ack { .. })]));
}

fn configure(json: &str) -> Input {
    let settings: DeskSettings = serde_json::from_str(json).unwrap();
    check_settings(&settings, 0).unwrap();
    let desk = "front".parse().unwrap();
    Input::Configure { desk, settings }
}

#[test]
fn the_archive_hears_of_a_new_retention_and_of_nothing_else() {
    let mut desk = Desk::default();
    let mut told = |json| match &desk.handle(configure(json), 0)[..] {
        [
            Output::Letter(Letter::Fleet(_)),
            Output::Letter(Letter::Account(_)),
        ] => None,
        [
            Output::Letter(Letter::Archive(letter)),
            Output::Letter(Letter::Fleet(_)),
            Output::Letter(Letter::Account(_)),
        ] => Some(crate::table::to_json(letter)),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(r#"{"offer_s":30}"#), None);
    let week = r#"{"retention":{"desk":"front","days":7}}"#;
    assert_eq!(told(r#"{"retention_days":7}"#).as_deref(), Some(week));
    assert_eq!(told(r#"{"retention_days":7,"offer_s":40}"#), None);
    let none = r#"{"retention":{"desk":"front"}}"#;
    assert_eq!(told("{}").as_deref(), Some(none));
}

#[test]
fn the_fleet_hears_of_the_least_retention_whenever_a_desk_is_set() {
    let mut desk = Desk::default();
    let mut told = |json| match &desk.handle(configure(json), 0)[..] {
        [
            Output::Letter(Letter::Fleet(letter)),
            Output::Letter(Letter::Account(_)),
        ] => crate::table::to_json(letter),
        other => panic!("{other:?}"),
    };
    let quarter = r#"{"type":"least","desk":"front","days":90}"#;
    assert_eq!(told(r#"{"record_least_days":90}"#), quarter);
    // A version before this one may have kept it to itself.
    assert_eq!(told(r#"{"record_least_days":90}"#), quarter);
    let none = r#"{"type":"least","desk":"front","days":0}"#;
    assert_eq!(told("{}"), none);
}

#[test]
fn the_list_of_desks_hears_what_it_shows() {
    let mut desk = Desk::default();
    let hours = r#""hours":[{"day":1,"from_min":0,"to_min":60}]"#;
    let json = format!(r#"{{"title":{{"zh":"贷款","en":"Loans"}},{hours},"utc_offset_min":480}}"#);
    let out = desk.handle(configure(&json), 0);
    let [.., Output::Letter(letter @ Letter::Account(_))] = &out[..] else {
        panic!("{out:?}");
    };
    assert_eq!(letter.address(), crate::link::Address::Account);
    assert_eq!(
        letter.json(),
        format!(
            r#"{{"desk":{{"desk":"front","listing":{{"title":{{"zh":"贷款","en":"Loans"}},{hours},"utc_offset_min":480}}}}}}"#
        )
    );
}

fn reason(desk: &Desk, n: u8) -> Option<CloseReason> {
    let row = desk.rooms.get(&room(n)).unwrap();
    row.view(room(n)).reason
}

#[test]
fn settings_count_at_once() {
    let mut desk = with_rooms(&[1]);
    desk.handle(configure(r#"{"offer_s":30,"presence_s":5}"#), 0);
    desk.handle(enter(1), 0);
    assert_eq!(desk.due(), Some(30_000));
    desk.handle(closed(1), 10);
    assert_eq!(desk.due(), Some(5_010));
    desk.handle(configure(r#"{"presence_s":300}"#), 20);
    assert_eq!(desk.due(), Some(30_000), "what rings rings on");
}

#[test]
fn a_closed_room_says_why() {
    let mut desk = with_rooms(&[1, 2, 3]);
    desk.handle(connected(4), 5);
    desk.handle(close(1), 5);
    desk.handle(closed(2), 5);
    desk.handle(alarm(&[1, 3, 4]), 5 + GRACE);
    desk.handle(enter(1), 5 + GRACE);
    desk.handle(alarm(&[1, 3, 4]), 5 + GRACE + RING);
    assert_eq!(reason(&desk, 1), Some(CloseReason::Asked));
    assert_eq!(reason(&desk, 2), Some(CloseReason::Absent));
    assert_eq!(reason(&desk, 3), Some(CloseReason::Missed));
    assert_eq!(reason(&desk, 4), None, "never opened");
    desk.handle(open(3), 9 + GRACE + RING);
    assert_eq!(reason(&desk, 3), None);
}

#[test]
fn who_may_not_wait_is_told_why() {
    let mut desk = with_rooms(&[1]);
    desk.handle(configure(r#"{"max_line":1,"record":"on"}"#), 0);
    assert!(desk.admission(0).is_ok_and(|told| told.record));
    desk.handle(enter(1), 1);
    desk.handle(enter(2), 1);
    let refused = |reason| ToCall::Refused { reason };
    assert_eq!(desk.admission(2).unwrap_err().code, ErrorCode::LineFull);
    let out = desk.handle(enter(3), 2);
    assert_eq!(letters(&out), [(call(3), refused(EndReason::LineFull))]);
    desk.handle(configure(r#"{"hours":[]}"#), 3);
    assert_eq!(desk.admission(3).unwrap_err().code, ErrorCode::DeskClosed);
    let out = desk.handle(enter(4), 3);
    assert_eq!(letters(&out), [(call(4), refused(EndReason::DeskClosed))]);
    assert_eq!(line(&desk), [call(2)], "who waits already waits on");
}

#[test]
fn who_has_priority_comes_first_and_keeps_his_place() {
    let mut desk = with_rooms(&[1]);
    desk.handle(enter(1), 0);
    desk.handle(enter(2), 1);
    desk.handle(needing(3, 2, &[]), 2);
    desk.handle(needing(4, 9, &[]), 3);
    desk.handle(needing(5, 2, &[]), 4);
    assert_eq!(line(&desk), [call(4), call(3), call(5), call(2)]);
    desk.handle(alarm(&[1]), RING);
    assert_eq!(line(&desk), [4, 3, 5, 1, 2].map(call));
}

#[test]
fn a_caller_rings_only_at_who_can_serve_him() {
    let mut desk = Desk::default();
    desk.handle(connected(1), 0);
    desk.handle(open(1), 0);
    desk.handle(connected(2), 1);
    desk.handle(able(2, &["loans", "zh"]), 1);
    desk.handle(needing(1, 0, &["loans"]), 2);
    assert_eq!(rings_at(&desk, 1), Some(room(2)), "though 1 is idle longer");
    desk.handle(needing(2, 0, &["loans"]), 3);
    desk.handle(needing(3, 0, &["deaf"]), 3);
    assert_eq!(line(&desk), [call(2), call(3)]);
    desk.handle(enter(4), 4);
    assert_eq!(rings_at(&desk, 4), Some(room(1)), "nobody ahead wants him");
    let many: Vec<String> = (0..17).map(|n| format!("s{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let out = desk.handle(able(2, &many), 5);
    assert!(out.iter().any(|output| matches!(output,
        Output::Reply(DeskMessage::Error { error, .. }) if error.code == ErrorCode::BadRequest)));
}

#[test]
fn after_a_talk_the_agent_finishes_his_notes() {
    let mut desk = with_rooms(&[1, 2]);
    desk.handle(configure(r#"{"wrap_up_s":30}"#), 5);
    for c in [1, 2] {
        desk.handle(enter(c), 10);
        desk.handle(accept(c as u8, c), 10);
        desk.handle(leave(c), 1_010);
    }
    let view = |desk: &Desk, n| desk.rooms.get(&room(n)).unwrap().view(room(n));
    assert_eq!(view(&desk, 1).phase, Some(RoomPhase::Wrapping));
    assert_eq!(view(&desk, 1).call, Some(call(1)));
    desk.handle(enter(3), 1_020);
    assert_eq!(line(&desk), [call(3)]);
    desk.handle(open(2), 1_030);
    assert_eq!(rings_at(&desk, 3), Some(room(2)), "he was done earlier");
    assert_eq!(desk.handle(leave(1), 1_040), [], "it left before");
    desk.handle(leave(3), 1_040);
    assert_eq!(state(&desk, 2), RoomState::Idle, "no talk, no notes");
    desk.handle(alarm(&[1, 2]), 31_010);
    assert_eq!(state(&desk, 1), RoomState::Idle);
}

#[test]
fn places_and_waits_are_told_together_when_they_change() {
    let mut desk = with_rooms(&[1]);
    desk.handle(enter(1), 0);
    desk.handle(accept(1, 1), 0);
    for c in 2..=4 {
        let out = desk.handle(enter(c), 1);
        assert_eq!(letters(&out), [(call(c), position(c - 1, None))]);
    }
    let out = desk.handle(leave(1), 60_000);
    let told = letters(&out);
    assert!(told.contains(&(call(3), position(1, Some(60)))), "{told:?}");
    assert!(told.contains(&(call(4), position(2, Some(120)))));
    let out = desk.handle(leave(3), 60_100);
    assert_eq!(letters(&out), [], "told a moment ago");
    let due = 60_000 + TELL_EVERY;
    assert_eq!(desk.due(), Some(due));
    let out = desk.handle(alarm(&[1]), due);
    assert_eq!(letters(&out), [(call(4), position(1, Some(60)))]);
    assert_eq!(desk.due(), Some(60_000 + RING));
}
