//! What happens, and what must hold.

use super::node::{CallNode, DeskNode};
use super::post::Posted;
use crate::call::Call;
use crate::desk::{Input, Output};
use crate::link::{Address, CreatedBy, Letter, Needs, Terms, ToCall, ToDesk};
use counterpart_shared::api::{
    CallCommand, CallPhase, DeskCommand, DeskSettings, EntryBody, RoomPhase, RoomState,
};
use counterpart_shared::id::{CallId, DeskId, Party, RoomId};
use std::collections::{BTreeMap, BTreeSet};

/// How many rooms and calls there are at most.
const ROOMS: u8 = 3;
const CALLS: usize = 7;

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
    now: u64,
    desk: DeskNode,
    calls: BTreeMap<CallId, CallNode>,
    flights: Vec<Posted>,
    /// In which order the desk took its callers.
    arrived: Vec<CallId>,
    ids: u32,
}

fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("an id")
}

fn desk() -> DeskId {
    id("front")
}

fn room(n: u8) -> RoomId {
    id(&format!("r{}", n % ROOMS))
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            now: 1_000_000,
            desk: DeskNode::new(Address::Desk(desk())),
            calls: BTreeMap::new(),
            flights: Vec::new(),
            arrived: Vec::new(),
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
            5 => self.tell_desk(who, |id| DeskCommand::Close { id }),
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
            21 => self.restart_desk(who.is_multiple_of(2)),
            22 => self.with_call(pick, move |call, now| {
                call.restart(who.is_multiple_of(2), now)
            }),
            23 | 24 => self.pass(step.pause),
            25 => self.settle(),
            26 => drop(self.take_flight(pick)),
            27 | 28 => self.ship(),
            _ => self.deliver(pick, who.is_multiple_of(4)),
        }
        self.check();
    }

    fn next_id<T: std::str::FromStr>(&mut self) -> T
    where
        T::Err: std::fmt::Debug,
    {
        self.ids += 1;
        id(&format!("i{}", self.ids))
    }

    fn enter_room(&mut self, who: u8) {
        let agent = id(&format!("agent{}", who % ROOMS));
        self.desk.present.insert(room(who));
        let room = room(who);
        self.desk_turn(Input::Connected { room, agent });
    }

    fn leave_room(&mut self, who: u8) {
        if self.desk.present.remove(&room(who)) {
            let (room, others) = (room(who), false);
            self.desk_turn(Input::Closed { room, others });
        }
    }

    fn open(&mut self, who: u8, pick: u16) {
        let skills: BTreeSet<_> = (pick.is_multiple_of(2))
            .then(|| id("x"))
            .into_iter()
            .collect();
        self.tell_desk(who, |id| DeskCommand::Open { id, skills });
    }

    /// Each command may come twice: the first acknowledgement was lost.
    fn tell_desk(
        &mut self,
        who: u8,
        command: impl FnOnce(counterpart_shared::id::ClientId) -> DeskCommand,
    ) {
        if !self.desk.present.contains(&room(who)) {
            return;
        }
        let command = command(self.next_id());
        for _ in 0..1 + who / 128 {
            let outputs = self.desk.command(room(who), command.clone(), self.now);
            self.look(&outputs);
        }
    }

    /// The agent answers what his room shows.
    fn answer(&mut self, who: u8, yes: bool) {
        let board = self.desk.machine.board();
        let shown = board.rooms.iter().find(|one| one.room.room == room(who));
        let Some(call) = shown.and_then(|one| one.room.call.clone()) else {
            return;
        };
        self.tell_desk(who, |id| {
            if yes {
                DeskCommand::Accept { id, call }
            } else {
                DeskCommand::Reject { id, call }
            }
        });
    }

    fn configure(&mut self, pick: u16) {
        let settings = DeskSettings {
            wrap_up_s: if pick.is_multiple_of(2) { 0 } else { 10 },
            max_line: if pick.is_multiple_of(3) { 2 } else { 1000 },
            presence_s: if pick.is_multiple_of(5) { 5 } else { 15 },
            ..DeskSettings::default()
        };
        let desk = desk();
        self.desk_turn(Input::Configure { desk, settings });
    }

    /// A call is made, its caller comes and asks.
    fn create(&mut self, pick: u16) {
        if self.calls.len() >= CALLS {
            return;
        }
        let call: CallId = id(&format!("c{}", self.calls.len()));
        let needs = Needs {
            skills: (pick.is_multiple_of(3))
                .then(|| id("x"))
                .into_iter()
                .collect(),
            priority: pick.is_multiple_of(5).into(),
        };
        let to = CreatedBy::Desk {
            desk: desk(),
            needs,
        };
        let terms = Terms::default();
        let machine = Call::create(call.clone(), id("alice"), to, false, terms, self.now);
        let mut node = CallNode::new(machine, self.now);
        node.connect(Party::Caller, self.now);
        let request = CallCommand::Request { id: self.next_id() };
        for _ in 0..1 + pick % 2 {
            node.command(Party::Caller, request.clone(), self.now);
        }
        self.calls.insert(call, node);
    }

    fn with_call(&mut self, pick: u16, act: impl FnOnce(&mut CallNode, u64)) {
        let count = self.calls.len().max(1);
        if let Some(call) = self.calls.values_mut().nth(usize::from(pick) % count) {
            act(call, self.now);
        }
    }

    fn join(&mut self, pick: u16) {
        self.with_call(pick, |call, now| {
            if call.machine.callee.is_some() {
                call.connect(Party::Callee, now);
            }
        });
    }

    fn say(&mut self, who: u8, pick: u16) {
        let command = CallCommand::Text {
            id: self.next_id(),
            text: "hello".into(),
        };
        self.by_party(who, pick, command);
    }

    fn hang_up(&mut self, who: u8, pick: u16) {
        let id = self.next_id();
        self.by_party(who, pick, CallCommand::Hangup { id });
    }

    fn by_party(&mut self, who: u8, pick: u16, command: CallCommand) {
        let party = Party::BOTH[usize::from(who % 2)];
        self.with_call(pick, move |call, now| {
            for _ in 0..1 + who / 128 {
                if call.sockets[party as usize] {
                    call.command(party, command.clone(), now);
                }
            }
        });
    }

    fn restart_desk(&mut self, sockets_too: bool) {
        let outputs = self.desk.restart(sockets_too, self.now);
        self.look(&outputs);
    }

    fn desk_turn(&mut self, input: Input) {
        let outputs = self.desk.turn(input, self.now);
        self.look(&outputs);
    }

    /// Alarms ring when they are due.
    fn pass(&mut self, pause: u64) {
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
        calls.chain(self.desk.armed).min()
    }

    fn ring(&mut self) {
        let now = self.now;
        if self.desk.armed.is_some_and(|at| at <= now) {
            let outputs = self.desk.alarm(now);
            self.look(&outputs);
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
        let letters: Vec<Posted> = calls.chain(self.desk.office.heads()).collect();
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
            (Address::Desk(_), Some(_)) => self.desk_gets(&letter),
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
            (Address::Desk(_), None) => return self.desk.office.answered(letter.seq),
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

    fn desk_gets(&mut self, letter: &Posted) {
        if !self.desk.office.first_time(letter) {
            return;
        }
        let json = letter.json.as_ref().expect("a letter");
        let letter: ToDesk = serde_json::from_str(json).expect("a letter");
        if let ToDesk::Enter { call, .. } = &letter {
            self.arrived.push(call.clone());
        }
        self.desk_turn(Input::Letter(letter));
    }

    /// Whoever an offer went to, nobody before him could have had it.
    fn look(&self, outputs: &[Output]) {
        for output in outputs {
            if let Output::Letter(Letter::Call(call, ToCall::Offered { room, .. })) = output {
                self.not_overtaking(call, room);
            }
        }
    }

    fn not_overtaking(&self, call: &CallId, room: &RoomId) {
        let board = self.desk.machine.board();
        let place = |call: &CallId| self.arrived.iter().position(|one| one == call);
        let priority = self.calls[call].machine_priority();
        let shown = board.rooms.iter().find(|one| one.room.room == *room);
        let skills = &shown.expect("it rings").skills;
        for waiting in &board.line {
            let before = place(&waiting.call) < place(call) && waiting.priority == priority;
            let before = before || waiting.priority > priority;
            assert!(
                !(before && waiting.skills.is_subset(skills)),
                "{call} overtook {} at {room}",
                waiting.call
            );
        }
    }

    /// What holds at every moment, however much is still under way.
    fn check(&self) {
        let board = self.desk.machine.board();
        let busy = board
            .rooms
            .iter()
            .filter(|one| one.room.state == RoomState::Busy);
        let wraps = |phase: Option<RoomPhase>| phase == Some(RoomPhase::Wrapping);
        let in_rooms = busy
            .filter(|one| !wraps(one.room.phase))
            .filter_map(|one| one.room.call.clone());
        let in_line = board.line.iter().map(|one| one.call.clone());
        let mut places: Vec<CallId> = in_rooms.chain(in_line).collect();
        let count = places.len();
        places.sort();
        places.dedup();
        assert_eq!(places.len(), count, "a call is in at most one place");
        let free = board
            .rooms
            .iter()
            .filter(|one| one.room.state == RoomState::Idle && one.present);
        for room in free {
            let wanted =
                |one: &&counterpart_shared::api::BoardWaiting| one.skills.is_subset(&room.skills);
            let waiting = board.line.iter().find(wanted);
            assert!(waiting.is_none(), "{room:?} is free and {waiting:?} waits");
        }
        for call in self.calls.values() {
            call.check_log();
        }
    }

    /// The link is good for a while: everything arrives. Then desk and calls are of one mind.
    pub(super) fn settle(&mut self) {
        for _ in 0..1000 {
            let quiet = self.desk.office.is_empty()
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

    fn check_settled(&self) {
        self.check();
        let board = self.desk.machine.board();
        let line: BTreeSet<&CallId> = board.line.iter().map(|one| &one.call).collect();
        let with = |phase: RoomPhase| {
            let rooms = board
                .rooms
                .iter()
                .filter(move |one| one.room.phase == Some(phase));
            rooms
                .filter_map(|one| one.room.call.as_ref())
                .collect::<BTreeSet<_>>()
        };
        let (ringing, talking) = (with(RoomPhase::Offered), with(RoomPhase::Talking));
        for (id, call) in &self.calls {
            let waits = line.contains(id) || ringing.contains(id);
            let phase = call.machine.phase;
            assert_eq!(waits, phase == CallPhase::Requested, "{id} {phase:?}");
            assert_eq!(
                talking.contains(id),
                phase == CallPhase::Talking,
                "{id} {phase:?}"
            );
            let shown = board
                .rooms
                .iter()
                .find(|one| talking.contains(id) && one.room.call.as_ref() == Some(id));
            if let Some(shown) = shown {
                assert_eq!(call.machine.room.as_ref(), Some(&shown.room.room));
                assert_eq!(call.machine.callee.as_ref(), Some(&shown.room.agent));
            }
        }
    }

    /// Everybody goes away: every wait, offer and call ends, and no room stays busy.
    pub(super) fn end(&mut self) {
        self.restart_desk(true);
        for call in self.calls.values_mut() {
            call.restart(true, self.now);
        }
        for _ in 0..60 {
            self.pass(60_000);
            self.settle();
        }
        let board = self.desk.machine.board();
        assert!(board.line.is_empty(), "{:?}", board.line);
        assert!(
            board
                .rooms
                .iter()
                .all(|one| one.room.state == RoomState::Close),
            "{:?}",
            board.rooms
        );
        for call in self.calls.values() {
            assert_eq!(call.machine.phase, CallPhase::Ended);
            let ends = call
                .log
                .iter()
                .filter(|entry| matches!(entry.body, EntryBody::End { .. }));
            assert_eq!(ends.count(), 1, "a call ends once");
            assert_eq!(call.armed, None, "and is left in peace");
        }
    }
}

impl CallNode {
    fn machine_priority(&self) -> u8 {
        match &self.machine.to {
            CreatedBy::Desk { needs, .. } => needs.priority,
            CreatedBy::Direct { .. } => 0,
        }
    }

    /// What was acknowledged is there, once, where it was said to be.
    fn check_log(&self) {
        let mut texts = BTreeMap::new();
        for entry in &self.log {
            if let EntryBody::Text { from, id, .. } = &entry.body {
                let twice = texts.insert((*from, id.clone()), entry.seq);
                assert!(twice.is_none(), "{id} is there twice");
            }
        }
        for (key, seq) in &self.acknowledged {
            assert!(
                *seq >= 1 && *seq <= self.log.len() as u64,
                "{key:?} is lost"
            );
            if let Some(at) = texts.get(key) {
                assert_eq!(at, seq);
            }
        }
        for key in texts.keys() {
            assert!(self.acknowledged.contains_key(key), "stored and not said");
        }
    }
}
