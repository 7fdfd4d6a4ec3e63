//! What a party may say, and when.

use super::input::{Ask, AskKind, Done, HandOver, Output};
use super::review::no_party;
use super::turn::Turn;
use crate::desk::check_skills;
use crate::link::ToDesk;
use counterpart_shared::api::{
    ApiError, CallCommand, CallMessage, CallPhase, EndReason, EntryBody, ErrorCode,
};
use counterpart_shared::id::{ClientId, Party, UserId};

pub(super) type Outcome = Result<(), ApiError>;

impl Turn<'_> {
    pub(super) fn command(&mut self, party: Party, command: CallCommand, earlier: Option<Done>) {
        if let CallCommand::Resume { after } = command {
            return self.out.push(Output::Resume(after));
        }
        let id = command.id().cloned();
        if let Some((Done { seq }, id)) = earlier.zip(id.clone()) {
            return self.reply(CallMessage::Ack { id, seq });
        }
        if let Err(error) = self.carry_out(party, command) {
            self.reply(CallMessage::Error { id, error });
        }
    }

    fn carry_out(&mut self, party: Party, command: CallCommand) -> Outcome {
        match command {
            CallCommand::Resume { .. } => Ok(()),
            CallCommand::Urls { id } => self.urls(party, Some(id)),
            CallCommand::Request { id } => self.request(party, id),
            CallCommand::Accept { id } => self.accept(party, id),
            CallCommand::Reject { id } => self.reject(party, id),
            CallCommand::Text { id, text } => self.text(party, id, text),
            CallCommand::Image { id, image } => self.image(party, id, image),
            CallCommand::Network { id, quality } => self.network(party, id, quality),
            CallCommand::Transfer {
                id,
                desk,
                room,
                skills,
            } => {
                check_skills(&skills)?;
                let desk = self.goal(desk)?;
                let wish = HandOver {
                    from: self.is_there(party)?.clone(),
                    id,
                    desk,
                    room,
                    skills,
                };
                self.hand_over(party, wish)
            }
            CallCommand::Still { id, party: of } => self.still(party, id, of),
            CallCommand::Consent { id, given } => self.consent(party, id, given),
            CallCommand::Record { id, on, reason } => self.control_recording(party, id, on, reason),
            CallCommand::Prompt { id, number } => self.prompt(party, id, number),
            CallCommand::PromptEnd { id, answered } => self.end_prompt(party, id, answered),
            CallCommand::Hangup { id } => self.hang_up(party, id),
        }
    }

    pub(super) fn urls_by_http(&mut self, party: Party) {
        if let Err(error) = self.urls(party, None) {
            self.out.push(Output::Answer(Box::new(Err(error))));
        }
    }

    /// Not remembered: sent again it gives fresh URLs, for the first ones may be used up.
    fn urls(&mut self, party: Party, id: Option<ClientId>) -> Outcome {
        match self.call.phase {
            CallPhase::Ended => return Err(over()),
            CallPhase::New if party == Party::Callee => return Err(conflict("nobody asked yet")),
            _ => {}
        }
        let user = self.is_there(party)?.clone();
        let kind = AskKind::Own { party, id };
        self.out.push(Output::Ask(Ask { user, kind }));
        self.offer_play(party, false);
        Ok(())
    }

    fn request(&mut self, party: Party, id: ClientId) -> Outcome {
        if party == Party::Callee {
            return Err(forbidden("the caller requests"));
        }
        if self.call.phase != CallPhase::New {
            return Err(conflict("the call was requested before"));
        }
        self.call.phase = CallPhase::Requested;
        let desk = self.call.desk().cloned();
        let seq = self.append(EntryBody::Request { desk });
        self.done(party, id, Some(seq));
        self.tell_desk(ToDesk::Enter {
            call: self.call.id.clone(),
            customer: self.call.caller.clone(),
            needs: self.call.needs(),
            handed_on: None,
        });
        self.ask_consent();
        self.offer_play(Party::Callee, false);
        Ok(())
    }

    fn accept(&mut self, party: Party, id: ClientId) -> Outcome {
        self.may_answer(party)?;
        self.call.phase = CallPhase::Talking;
        let callee = self
            .call
            .callee
            .clone()
            .expect("a direct call has a callee");
        let seq = self.append(EntryBody::Accept { callee, room: None });
        self.done(party, id, Some(seq));
        self.offer_play(Party::Caller, false);
        Ok(())
    }

    fn reject(&mut self, party: Party, id: ClientId) -> Outcome {
        self.may_answer(party)?;
        let seq = self.end(Some(party), EndReason::Rejected);
        self.done(party, id, Some(seq));
        Ok(())
    }

    fn may_answer(&self, party: Party) -> Outcome {
        if party == Party::Caller {
            return Err(forbidden("the callee answers"));
        }
        if !self.call.is_direct() {
            return Err(forbidden(
                "at a desk the agent answers on his room's socket",
            ));
        }
        match self.call.phase {
            CallPhase::Requested => Ok(()),
            CallPhase::Ended => Err(over()),
            _ => Err(conflict("the call does not ring")),
        }
    }

    /// Both may hang up at the same time: a call that is over already is what the second one wanted.
    fn hang_up(&mut self, party: Party, id: ClientId) -> Outcome {
        let reason = match (self.call.phase, party) {
            (CallPhase::Ended, _) => {
                self.reply(CallMessage::Ack { id, seq: None });
                return Ok(());
            }
            (CallPhase::Talking, _) => EndReason::HangUp,
            (_, Party::Caller) => EndReason::Abandoned,
            (CallPhase::New, Party::Callee) => return Err(conflict("nobody asked yet")),
            (CallPhase::Requested, Party::Callee) => {
                self.is_there(party)?;
                EndReason::Rejected
            }
        };
        let seq = self.end(Some(party), reason);
        self.done(party, id, Some(seq));
        Ok(())
    }

    /// Who a party is. At a desk nobody is the callee before an agent answers, and after he handed the caller on.
    pub(super) fn is_there(&self, party: Party) -> Result<&UserId, ApiError> {
        let user = self.call.user(party);
        user.ok_or_else(|| conflict("nobody answered yet"))
    }

    pub(super) fn party_of(&self, user: &UserId) -> Result<Party, ApiError> {
        self.call.party_of(user).ok_or_else(|| no_party(user))
    }

    pub(super) fn done(&mut self, party: Party, id: ClientId, seq: Option<u64>) {
        self.out.push(Output::Remember {
            party,
            id: id.clone(),
            seq,
        });
        self.reply(CallMessage::Ack { id, seq });
    }
}

pub(super) fn conflict(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::Conflict, detail)
}

pub(super) fn forbidden(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::Forbidden, detail)
}

pub(super) fn over() -> ApiError {
    conflict("the call is over")
}
