//! Callers whom an agent hands on, and the counts of the day.

use super::*;
use counterpart_shared::api::Today;

fn handed_on(c: u32, arrived: u64, to: Option<u8>, from: Option<u8>) -> Input {
    let Input::Letter(ToDesk::Enter {
        call,
        customer,
        needs,
        ..
    }) = enter(c)
    else {
        unreachable!("a caller enters by a letter");
    };
    let handed_on = Some(HandedOn {
        arrived,
        to: to.map(room),
        from: from.map(room),
    });
    Input::Letter(ToDesk::Enter {
        call,
        customer,
        needs,
        handed_on,
    })
}

/// A room where an agent talks to this caller.
fn talking(desk: &mut Desk, n: u8, c: u32, now: u64) {
    desk.handle(accept(n, c), now);
    assert_eq!(rings_at(desk, c), Some(room(n)));
}

#[test]
fn who_is_handed_on_waits_before_those_who_came_later() {
    let mut desk = with_rooms(&[1]);
    desk.handle(enter(0), 100);
    talking(&mut desk, 1, 0, 110);
    desk.handle(enter(1), 200);
    desk.handle(enter(2), 400);
    desk.handle(handed_on(3, 300, None, None), 500);
    desk.handle(handed_on(4, 50, None, None), 500);
    assert_eq!(line(&desk), [4, 1, 3, 2].map(call));
}

#[test]
fn who_is_handed_on_to_a_room_waits_for_it_while_it_is_open() {
    let mut desk = with_rooms(&[1, 2]);
    desk.handle(enter(0), 100);
    talking(&mut desk, 1, 0, 110);
    let out = desk.handle(handed_on(5, 90, Some(1), None), 200);
    assert_eq!(
        state(&desk, 2),
        RoomState::Idle,
        "it is not for anyone else"
    );
    assert!(letters(&out).contains(&(call(5), position(1, None))));
    assert_eq!(desk.board(200).line[0].room, Some(room(1)));
    let mut other = desk.clone();
    desk.handle(leave(0), 300);
    assert_eq!(rings_at(&desk, 5), Some(room(1)));
    // The agent declines: now he waits for whoever is free.
    desk.handle(reject(1, 5), 400);
    assert_eq!(rings_at(&desk, 5), Some(room(2)));
    // The agent closes instead, after his talk.
    other.handle(close(1), 300);
    assert_eq!(rings_at(&other, 5), None);
    other.handle(leave(0), 310);
    assert_eq!(rings_at(&other, 5), Some(room(2)));
}

#[test]
fn the_agent_who_handed_him_on_is_asked_last() {
    let mut desk = with_rooms(&[1, 2]);
    desk.handle(handed_on(5, 90, None, Some(1)), 200);
    assert_eq!(rings_at(&desk, 5), Some(room(2)));
    let mut alone = with_rooms(&[1]);
    alone.handle(handed_on(5, 90, None, Some(1)), 200);
    assert_eq!(rings_at(&alone, 5), Some(room(1)));
}

#[test]
fn who_is_handed_on_is_let_in_though_the_line_is_full() {
    let mut desk = Desk::default();
    desk.handle(configure(r#"{"max_line":0}"#), 0);
    desk.handle(handed_on(1, 0, None, None), 1);
    assert_eq!(line(&desk), [call(1)]);
    desk.handle(enter(2), 2);
    assert_eq!(line(&desk), [call(1)]);
}

#[test]
fn nobody_is_sent_to_wait_where_nobody_will_come() {
    let code =
        |desk: &Desk, n: Option<u8>| desk.hand_over(n.map(room).as_ref(), 0).map_err(|e| e.code);
    assert_eq!(code(&Desk::default(), None), Err(ErrorCode::NotFound));
    let mut desk = with_rooms(&[1, 2]);
    desk.handle(close(2), 1);
    assert!(code(&desk, None).is_ok());
    assert!(code(&desk, Some(1)).is_ok());
    assert_eq!(code(&desk, Some(2)), Err(ErrorCode::Conflict));
    assert_eq!(code(&desk, Some(3)), Err(ErrorCode::NotFound));
    desk.handle(configure(r#"{"hours":[]}"#), 2);
    assert_eq!(code(&desk, Some(1)), Err(ErrorCode::DeskClosed));
}

#[test]
fn the_day_is_counted_on_the_desks_own_clock() {
    let mut desk = with_rooms(&[1]);
    let noon = 43_200_000;
    desk.handle(enter(0), noon);
    desk.handle(reject(1, 0), noon + 1_000);
    talking(&mut desk, 1, 0, noon + 10_000);
    desk.handle(enter(1), noon + 11_000);
    desk.handle(leave(0), noon + 70_000);
    desk.handle(leave(1), noon + 71_000);
    desk.handle(enter(2), noon + 72_000);
    desk.handle(alarm(&[1]), noon + 72_000 + RING);
    let today = Today {
        offered: 4,
        answered: 1,
        missed: 1,
        abandoned: 1,
        mean_wait_s: Some(10),
        mean_talk_s: Some(60),
    };
    assert_eq!(desk.board(noon + 100_000).today, today);
    let midnight = 86_400_000;
    assert_eq!(desk.board(midnight - 1).today, today);
    assert_eq!(desk.board(midnight).today, Today::default());
    desk.handle(leave(2), midnight + 1);
    assert_eq!(desk.board(midnight + 1).today.abandoned, 1);
    desk.handle(configure(r#"{"utc_offset_min":480}"#), midnight + 2);
    assert_eq!(
        desk.board(midnight + 2).today.abandoned,
        1,
        "the same day in Beijing"
    );
}
