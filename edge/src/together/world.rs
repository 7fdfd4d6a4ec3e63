//! Two desks and their calls, the letters between them, and the time.

use super::node::{CallNode, DeskNode};
use super::post::Posted;
use crate::desk::Input;
use crate::link::{Address, ToCall, ToDesk};
use counterpart_shared::id::{CallId, DeskId, Party, RoomId};
use std::collections::BTreeMap;

/// How many rooms there are: the last two are at the second desk.
pub(super) const ROOMS: u8 = 5;
const ROOMS_IN_FRONT: u8 = 3;

/// One thing that happens, after a pause.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) what: u8,
    pub(super) who: u8,
    pub(super) pick: u16,
    pub(super) pause: u64,
}

/// All of it.
pub(super) struct World {
    pub(super) now: u64,
    pub(super) desks: BTreeMap<DeskId, DeskNode>,
    pub(super) calls: BTreeMap<CallId, CallNode>,
    pub(super) flights: Vec<Posted>,
    /// When each call came to the desk where it is: the time that counts, and the desks' own order.
    pub(super) arrived: BTreeMap<CallId, (u64, usize)>,
    pub(super) ids: u32,
}

pub(super) fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("an id")
}

/// The first desk or the second.
pub(super) fn desk(second: bool) -> DeskId {
    id(if second { "back" } else { "front" })
}

pub(super) fn room(n: u8) -> RoomId {
    id(&format!("r{}", n % ROOMS))
}

pub(super) fn desk_of(n: u8) -> DeskId {
    desk(n % ROOMS >= ROOMS_IN_FRONT)
}

impl World {
    pub(super) fn new() -> Self {
        let desks = [false, true].map(|second| {
            let desk = desk(second);
            (desk.clone(), DeskNode::new(Address::Desk(desk)))
        });
        Self {
            now: 1_000_000,
            desks: desks.into(),
            calls: BTreeMap::new(),
            flights: Vec::new(),
            arrived: BTreeMap::new(),
            ids: 0,
        }
    }

    pub(super) fn take(&mut self, step: Step) {
        let Step {
            what, who, pick, ..
        } = step;
        match what {
            0 | 1 => self.enter_room(who),
            2 => self.leave_room(who),
            3 | 4 => self.open(who, pick),
            5 => self.close(who),
            6..=8 => self.answer(who, true),
            9 => self.answer(who, false),
            10..=12 => self.create(pick),
            13 => self.with_call(pick, |call, now| call.connect(Party::Caller, now)),
            14 => self.with_call(pick, |call, now| call.disconnect(Party::Caller, now)),
            15 => self.join(pick),
            16 => self.with_call(pick, |call, now| call.disconnect(Party::Callee, now)),
            17 | 18 => self.say(who, pick),
            19 => self.hang_up(who, pick),
            20 => self.configure(pick),
            21 => self.restart_desk(desk_of(who), pick.is_multiple_of(2)),
            22 => self.with_call(pick, move |call, now| {
                call.restart(who.is_multiple_of(2), now);
            }),
            23 | 24 => self.pass(step.pause),
            25 => self.settle(),
            26 => drop(self.take_flight(pick)),
            27 | 28 => self.ship(),
            29 | 30 => self.hand_on(who, pick),
            _ => self.deliver(pick, who.is_multiple_of(4)),
        }
        self.check();
    }

    pub(super) fn desk_turn(&mut self, desk: &DeskId, input: Input) {
        let now = self.now;
        let outputs = self.desk_at(desk).turn(input, now);
        self.look(desk, &outputs);
    }

    pub(super) fn desk_at(&mut self, desk: &DeskId) -> &mut DeskNode {
        self.desks.get_mut(desk).expect("one of the two")
    }

    pub(super) fn restart_desk(&mut self, desk: DeskId, sockets_too: bool) {
        let now = self.now;
        let outputs = self.desk_at(&desk).restart(sockets_too, now);
        self.look(&desk, &outputs);
    }

    /// Alarms ring when they are due.
    pub(super) fn pass(&mut self, pause: u64) {
        let until = self.now + pause;
        while let Some(at) = self.next_alarm().filter(|&at| at <= until) {
            self.now = self.now.max(at);
            self.ring();
            self.check();
        }
        self.now = until;
    }

    fn next_alarm(&self) -> Option<u64> {
        let calls = self.calls.values().filter_map(|call| call.armed);
        let desks = self.desks.values().filter_map(|desk| desk.armed);
        calls.chain(desks).min()
    }

    fn ring(&mut self) {
        let now = self.now;
        for second in [false, true] {
            let desk = desk(second);
            if self.desks[&desk].armed.is_some_and(|at| at <= now) {
                let outputs = self.desk_at(&desk).alarm(now);
                self.look(&desk, &outputs);
            }
        }
        for call in self.calls.values_mut() {
            if call.armed.is_some_and(|at| at <= now) {
                call.alarm(now);
            }
        }
    }

    /// Everyone tries his oldest letters once more; what was on its way stays there.
    fn ship(&mut self) {
        let calls = self.calls.values().flat_map(|call| call.office.heads());
        let desks = self.desks.values().flat_map(|desk| desk.office.heads());
        let letters: Vec<Posted> = calls.chain(desks).collect();
        self.flights.extend(letters);
    }

    fn take_flight(&mut self, pick: u16) -> Option<Posted> {
        let count = self.flights.len();
        (count > 0).then(|| self.flights.swap_remove(usize::from(pick) % count))
    }

    /// Any of what is under way arrives, and may arrive once more later.
    fn deliver(&mut self, pick: u16, again: bool) {
        let Some(letter) = self.take_flight(pick) else {
            return;
        };
        if again && self.flights.len() < 200 {
            self.flights.push(letter.clone());
        }
        match (&letter.to, &letter.json) {
            (Address::Desk(desk), Some(_)) => self.desk_gets(desk, &letter),
            (Address::Call(call), Some(json)) => {
                let call = self
                    .calls
                    .get_mut(call)
                    .expect("letters go to calls that are");
                if call.office.first_time(&letter) {
                    let letter: ToCall = serde_json::from_str(json).expect("a letter");
                    call.turn(crate::call::Input::Letter(letter), self.now);
                }
            }
            (Address::Desk(desk), None) => {
                return self.desk_at(desk).office.answered(letter.seq);
            }
            (Address::Call(call), None) => {
                let call = self.calls.get_mut(call).expect("it wrote the letter");
                return call.office.answered(letter.seq);
            }
            (Address::Fleet | Address::Account | Address::Archive, _) => return,
        }
        self.flights.push(Posted {
            from: letter.to,
            to: letter.from,
            seq: letter.seq,
            json: None,
        });
    }

    fn desk_gets(&mut self, desk: &DeskId, letter: &Posted) {
        if !self.desk_at(desk).office.first_time(letter) {
            return;
        }
        let json = letter.json.as_ref().expect("a letter");
        let letter: ToDesk = serde_json::from_str(json).expect("a letter");
        if let ToDesk::Enter {
            call, handed_on, ..
        } = &letter
        {
            let time = handed_on.as_ref().map_or(self.now, |how| how.arrived);
            self.ids += 1;
            self.arrived.insert(call.clone(), (time, self.ids as usize));
        }
        self.desk_turn(desk, Input::Letter(letter));
    }

    /// The link is good for a while: everything arrives. Then desks and calls are of one mind.
    pub(super) fn settle(&mut self) {
        for _ in 0..1000 {
            let quiet = self.desks.values().all(|desk| desk.office.is_empty())
                && self.calls.values().all(|call| call.office.is_empty());
            if quiet {
                return self.check_settled();
            }
            self.ship();
            while !self.flights.is_empty() {
                self.deliver(0, false);
            }
        }
        panic!("they write to each other without end");
    }
}
