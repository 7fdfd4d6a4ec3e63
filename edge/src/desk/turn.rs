//! One decision under way: the desk, the time, and what has come out so far.

use super::input::{Input, Output};
use super::room::Place;
use super::settings::check_skills;
use super::state::Desk;
use crate::link::{Letter, Listing, ToAccount, ToArchive, ToCall, ToDesk, ToFleet};
use counterpart_shared::api::{
    ApiError, CloseReason, DeskCommand, DeskMessage, DeskSettings, ErrorCode, GoneReason,
};
use counterpart_shared::id::{CallId, ClientId, DeskId, RoomId, Skill};
use std::collections::BTreeSet;

pub(super) struct Turn<'a> {
    pub(super) desk: &'a mut Desk,
    pub(super) now: u64,
    pub(super) out: Vec<Output>,
}

type Outcome = Result<(), ApiError>;

impl<'a> Turn<'a> {
    pub(super) fn new(desk: &'a mut Desk, now: u64) -> Self {
        let out = Vec::new();
        Self { desk, now, out }
    }

    /// Whatever happened, free rooms and waiting callers are brought together afterwards.
    pub(super) fn take(&mut self, input: Input) {
        match input {
            Input::Connected { room, agent } => self.connected(room, agent),
            Input::Closed { room, others } => self.closed(&room, others),
            Input::Command {
                room,
                command,
                earlier,
            } => self.command(&room, command, earlier),
            Input::Letter(ToDesk::Enter {
                call,
                customer,
                needs,
                handed_on,
            }) => self.enter(call, customer, needs, handed_on),
            Input::Letter(ToDesk::Leave { call }) => self.leave(&call),
            Input::Configure { desk, settings } => self.configure(desk, settings),
            Input::Alarm { present } => self.alarm(&present),
        }
        self.match_up();
        self.tell_positions();
    }

    /// The archive and the nodes hear of what concerns the calls that they keep already, the account of what its list shows. The
    /// fleet is told each time, for it may not have been when this was set: what it knows already changes nothing there.
    fn configure(&mut self, desk: DeskId, settings: DeskSettings) {
        let days = settings.retention_days;
        if self.desk.settings().retention_days != days {
            let desk = desk.clone();
            let letter = ToArchive::Retention { desk, days };
            self.out.push(Output::Letter(Letter::Archive(letter)));
        }
        let least = ToFleet::Least {
            desk: desk.clone(),
            days: settings.record_least_days,
        };
        self.out.push(Output::Letter(Letter::Fleet(least)));
        let listing = Listing::from(&settings);
        let letter = ToAccount::Desk { desk, listing };
        self.out.push(Output::Letter(Letter::Account(letter)));
        *self.desk.settings.get_mut() = settings;
    }

    fn command(&mut self, room: &RoomId, command: DeskCommand, earlier: bool) {
        let id = id_of(&command).clone();
        let outcome = if earlier {
            Ok(())
        } else {
            self.carry_out(room, command)
        };
        match outcome {
            Err(error) => self.reply(DeskMessage::Error {
                id: Some(id),
                error,
            }),
            Ok(()) if earlier => self.reply(DeskMessage::Ack { id }),
            Ok(()) => {
                self.out.push(Output::Remember(room.clone(), id.clone()));
                self.reply(DeskMessage::Ack { id });
            }
        }
    }

    fn carry_out(&mut self, room: &RoomId, command: DeskCommand) -> Outcome {
        match command {
            DeskCommand::Open { skills, .. } => {
                check_skills(&skills)?;
                self.open(room, skills)
            }
            DeskCommand::Close { .. } => self.close(room),
            DeskCommand::Accept { call, .. } => self.accept(room, &call),
            DeskCommand::Reject { call, .. } => self.reject(room, &call),
        }
        .map_err(|detail| ApiError::new(ErrorCode::Conflict, detail))
    }

    fn open(&mut self, room: &RoomId, skills: BTreeSet<Skill>) -> Result<(), String> {
        let row = self
            .desk
            .rooms
            .get_mut(room)
            .ok_or("the room is not entered")?;
        row.closing = false;
        row.skills = skills;
        if matches!(row.place, Place::Close { .. } | Place::Wrapping { .. }) {
            self.put(room, Place::Idle);
        }
        Ok(())
    }

    /// A ringing offer goes to the next agent; a talk is finished first.
    fn close(&mut self, room: &RoomId) -> Result<(), String> {
        let row = self
            .desk
            .rooms
            .get_mut(room)
            .ok_or("the room is not entered")?;
        match row.place {
            Place::Close { .. } => {}
            Place::Idle | Place::Wrapping { .. } => {
                self.put(room, Place::closed(CloseReason::Asked));
            }
            Place::Offered { .. } => {
                let then = Place::closed(CloseReason::Asked);
                self.offer_failed(room, GoneReason::Rejected, then);
            }
            Place::Talking { .. } => row.closing = true,
        }
        Ok(())
    }

    pub(super) fn reply(&mut self, message: DeskMessage) {
        self.out.push(Output::Reply(message));
    }

    pub(super) fn send(&mut self, room: &RoomId, message: DeskMessage) {
        self.out.push(Output::Send(room.clone(), message));
    }

    pub(super) fn tell_call(&mut self, call: &CallId, letter: ToCall) {
        self.out
            .push(Output::Letter(Letter::Call(call.clone(), letter)));
    }

    /// A room does something else from now on, and its agent sees it.
    pub(super) fn put(&mut self, room: &RoomId, place: Place) {
        let now = self.now;
        let Some(row) = self.desk.rooms.get_mut(room) else {
            return;
        };
        row.place = place;
        row.since = now;
        let view = row.view(room.clone());
        self.send(room, DeskMessage::Room(view));
    }
}

/// The client's id of a command.
pub fn id_of(command: &DeskCommand) -> &ClientId {
    match command {
        DeskCommand::Open { id, .. }
        | DeskCommand::Close { id }
        | DeskCommand::Accept { id, .. }
        | DeskCommand::Reject { id, .. } => id,
    }
}
