//! An agent hands the caller on. The call goes back into a line, with its log, its caller and its recording; the
//! agent is out of it.

use super::command::{Outcome, conflict};
use super::input::{HandOver, Output};
use super::state::PartyState;
use super::turn::Turn;
use super::who::Who;
use crate::link::{Admission, CreatedBy, HandedOn, Letter, Needs, ToDesk, ToFleet};
use counterpart_shared::api::{ApiError, ByeReason, CallMessage, CallPhase, EntryBody, ErrorCode};
use counterpart_shared::id::{DeskId, Party, UserId};

impl Turn<'_> {
    /// Asks the desk first: where nobody will ever come, nobody is sent to wait.
    pub(super) fn hand_over(&mut self, party: Party, wish: HandOver) -> Outcome {
        self.may_hand_over(party)?;
        self.out.push(Output::AskDesk(wish));
        Ok(())
    }

    /// The desk has answered. Meanwhile the call may have ended, or been handed on by the same command sent twice.
    pub(super) fn admitted(&mut self, wish: HandOver, admission: Result<Admission, ApiError>) {
        let outcome = self.may_hand_over(Party::Callee);
        let outcome = outcome.and_then(|()| self.is_still_his(&wish));
        match outcome.and(admission) {
            Ok(admission) => self.go_on(wish, admission),
            Err(error) => self.reply(CallMessage::Error {
                id: Some(wish.id),
                error,
            }),
        }
    }

    fn may_hand_over(&self, party: Party) -> Outcome {
        self.is_agents_turn(party, "hands the caller on")
    }

    fn is_still_his(&self, wish: &HandOver) -> Outcome {
        match self.call.callee.as_ref() == Some(&wish.from) {
            true => Ok(()),
            false => Err(conflict("the call went on to somebody else")),
        }
    }

    fn go_on(&mut self, wish: HandOver, admission: Admission) {
        let agent = self.call.callee.take().expect("who talks is known");
        let seq = self.append(EntryBody::Transfer {
            from: agent.clone(),
            desk: wish.desk.clone(),
            room: wish.room.clone(),
        });
        let id = wish.id.clone();
        self.send(Party::Callee, CallMessage::Ack { id, seq: Some(seq) });
        self.dismiss(agent);
        self.move_to(wish, admission);
    }

    /// The agent sees and hears nothing more; his pictures make room for the next one's.
    fn dismiss(&mut self, agent: UserId) {
        let party = Party::Callee;
        self.show_out(party.into(), agent);
        let live = self.call.party(party).live.clone();
        *self.call.party_mut(party) = PartyState {
            live,
            ..PartyState::absent(self.now)
        };
    }

    /// Somebody is out of the call: he hears why, and what he was given opens nothing any more.
    fn show_out(&mut self, who: Who, user: UserId) {
        let reason = ByeReason::Transferred;
        let bye = CallMessage::Bye { reason };
        self.out.push(Output::Send(who.clone(), bye));
        self.out.push(Output::Dismiss(who, reason));
        let end = ToFleet::GrantsEnd {
            call: self.call.id.clone(),
            user,
            serial: self.call.serial,
        };
        self.out.push(Output::Letter(Letter::Fleet(end)));
    }

    /// Another desk's call is not for this one's supervisors.
    fn dismiss_watchers(&mut self) {
        for user in self.call.present_watchers() {
            self.call.watchers.insert(user.clone(), false);
            self.show_out(Who::Watcher(user.clone()), user);
        }
    }

    fn move_to(&mut self, wish: HandOver, admission: Admission) {
        let call = self.call.id.clone();
        let from = self.call.room.take();
        self.tell_desk(ToDesk::Leave { call: call.clone() });
        let stays = self.call.desk() == Some(&wish.desk);
        if !stays {
            self.dismiss_watchers();
        }
        let priority = self.call.needs().priority;
        let needs = Needs {
            skills: wish.skills,
            priority,
        };
        self.call.phase = CallPhase::Requested;
        self.call.handed_on += 1;
        if admission.record {
            self.record(true);
        }
        let before = self.call.desk().cloned();
        self.call.least.hand_on(before, &admission.terms);
        self.call.terms = admission.terms;
        self.call.reading = None;
        self.call.to = CreatedBy::Desk {
            desk: wish.desk,
            needs: needs.clone(),
        };
        self.tell_desk(ToDesk::Enter {
            call,
            customer: self.call.caller.clone(),
            needs,
            handed_on: Some(HandedOn {
                arrived: self.call.course.requested_at().unwrap_or(self.now),
                to: wish.room,
                from: from.filter(|_| stays),
            }),
        });
        self.ask_consent();
    }

    /// The desk that a wish means.
    pub(super) fn goal(&self, desk: Option<DeskId>) -> Result<DeskId, ApiError> {
        let here = || self.call.desk().cloned();
        desk.or_else(here)
            .ok_or_else(|| ApiError::new(ErrorCode::Forbidden, "a direct call cannot be handed on"))
    }
}
