//! What people do.

use super::node::CallNode;
use super::world::{ROOMS, World, desk, desk_of, id, room};
use crate::call::{Call, Input as CallInput};
use crate::desk::Input;
use crate::link::{CreatedBy, Needs, Terms};
use counterpart_shared::api::{CallCommand, DeskCommand, DeskSettings};
use counterpart_shared::id::{CallId, ClientId, Party, Skill};
use std::collections::BTreeSet;

/// How many calls there are at most.
const CALLS: usize = 7;

fn skills(some: bool) -> BTreeSet<Skill> {
    some.then(|| id("x")).into_iter().collect()
}

impl World {
    fn next_id<T: std::str::FromStr>(&mut self) -> T
    where
        T::Err: std::fmt::Debug,
    {
        self.ids += 1;
        id(&format!("i{}", self.ids))
    }

    pub(super) fn enter_room(&mut self, who: u8) {
        let (desk, room) = (desk_of(who), room(who));
        let agent = id(&format!("agent{}", who % ROOMS));
        self.desk_at(&desk).present.insert(room.clone());
        self.desk_turn(&desk, Input::Connected { room, agent });
    }

    pub(super) fn leave_room(&mut self, who: u8) {
        let (desk, room) = (desk_of(who), room(who));
        if self.desk_at(&desk).present.remove(&room) {
            let others = false;
            self.desk_turn(&desk, Input::Closed { room, others });
        }
    }

    pub(super) fn open(&mut self, who: u8, pick: u16) {
        let skills = skills(pick.is_multiple_of(2));
        self.tell_desk(who, |id| DeskCommand::Open { id, skills });
    }

    pub(super) fn close(&mut self, who: u8) {
        self.tell_desk(who, |id| DeskCommand::Close { id });
    }

    /// Each command may come twice: the first acknowledgement was lost.
    fn tell_desk(&mut self, who: u8, command: impl FnOnce(ClientId) -> DeskCommand) {
        let desk = desk_of(who);
        if !self.desks[&desk].present.contains(&room(who)) {
            return;
        }
        let (command, now) = (command(self.next_id()), self.now);
        for _ in 0..1 + who / 128 {
            let outputs = self.desk_at(&desk).command(room(who), command.clone(), now);
            self.look(&desk, &outputs);
        }
    }

    /// The agent answers what his room shows.
    pub(super) fn answer(&mut self, who: u8, yes: bool) {
        let board = self.desks[&desk_of(who)].machine.board(self.now);
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

    pub(super) fn configure(&mut self, pick: u16) {
        let settings = DeskSettings {
            wrap_up_s: if pick.is_multiple_of(2) { 0 } else { 10 },
            max_line: if pick.is_multiple_of(3) { 2 } else { 1000 },
            presence_s: if pick.is_multiple_of(5) { 5 } else { 15 },
            ..DeskSettings::default()
        };
        let desk = desk(pick.is_multiple_of(7));
        let to = desk.clone();
        self.desk_turn(&to, Input::Configure { desk, settings });
    }

    /// A call is made, its caller comes and asks.
    pub(super) fn create(&mut self, pick: u16) {
        if self.calls.len() >= CALLS {
            return;
        }
        let call: CallId = id(&format!("c{}", self.calls.len()));
        let needs = Needs {
            skills: skills(pick.is_multiple_of(3)),
            priority: pick.is_multiple_of(5).into(),
        };
        let to = CreatedBy::Desk {
            desk: desk(pick.is_multiple_of(4)),
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

    pub(super) fn with_call(&mut self, pick: u16, act: impl FnOnce(&mut CallNode, u64)) {
        let count = self.calls.len().max(1);
        if let Some(call) = self.calls.values_mut().nth(usize::from(pick) % count) {
            act(call, self.now);
        }
    }

    pub(super) fn join(&mut self, pick: u16) {
        self.with_call(pick, |call, now| {
            if call.machine.callee.is_some() {
                call.connect(Party::Callee, now);
            }
        });
    }

    pub(super) fn say(&mut self, who: u8, pick: u16) {
        let command = CallCommand::Text {
            id: self.next_id(),
            text: "hello".into(),
        };
        self.by_party(who, pick, command);
    }

    pub(super) fn hang_up(&mut self, who: u8, pick: u16) {
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

    /// An agent hands his caller on; his command, or the desk's answer to it, may come twice.
    pub(super) fn hand_on(&mut self, who: u8, pick: u16) {
        let command = CallCommand::Transfer {
            id: self.next_id(),
            desk: who.is_multiple_of(3).then(|| desk_of(who)),
            room: who.is_multiple_of(2).then(|| room(who)),
            skills: skills(who.is_multiple_of(5)),
        };
        let count = self.calls.len().max(1);
        let Some(call) = self.calls.values_mut().nth(usize::from(pick) % count) else {
            return;
        };
        if !call.sockets[Party::Callee as usize] {
            return;
        }
        for wish in call.command(Party::Callee, command, self.now) {
            for _ in 0..1 + who / 128 {
                let desk = &self.desks[&wish.desk].machine;
                let admission = desk.hand_over(wish.room.as_ref(), self.now);
                let wish = wish.clone();
                call.turn(CallInput::Admitted { wish, admission }, self.now);
            }
        }
    }
}
