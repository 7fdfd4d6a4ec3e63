//! What a party may say, and when.

use super::input::{Ask, AskKind, Done, Output};
use super::turn::Turn;
use crate::link::ToDesk;
use counterpart_shared::api::{
    ApiError, CallCommand, CallMessage, CallPhase, EndReason, EntryBody, ErrorCode, MAX_TEXT,
};
use counterpart_shared::id::{ClientId, Party};

type Outcome = Result<(), ApiError>;

impl Turn<'_> {
    pub(super) fn command(&mut self, party: Party, command: CallCommand, earlier: Option<Done>) {
        if let CallCommand::Resume { after } = command {
            return self.out.push(Output::Resume(after));
        }
        let id = id_of(&command).cloned();
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
            _ if self.call.user(party).is_none() => return Err(conflict("nobody answered yet")),
            _ => {}
        }
        let kind = AskKind::Own { id };
        self.out.push(Output::Ask(Ask {
            holder: party,
            kind,
        }));
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
        let desk = self.desk();
        let seq = self.append(EntryBody::Request { desk });
        self.done(party, id, seq);
        self.tell_desk(ToDesk::Enter {
            call: self.call.id.clone(),
            customer: self.call.caller.clone(),
            needs: self.call.needs(),
        });
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
        self.done(party, id, seq);
        self.offer_play(Party::Caller, false);
        Ok(())
    }

    fn reject(&mut self, party: Party, id: ClientId) -> Outcome {
        self.may_answer(party)?;
        let seq = self.end(Some(party), EndReason::Rejected);
        self.done(party, id, seq);
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

    fn text(&mut self, party: Party, id: ClientId, text: String) -> Outcome {
        if text.len() > MAX_TEXT {
            let detail = format!("{} bytes of text, at most {MAX_TEXT}", text.len());
            return Err(ApiError::new(ErrorCode::TooLarge, detail));
        }
        if text.is_empty() {
            return Err(ApiError::new(ErrorCode::BadRequest, "the text is empty"));
        }
        match self.call.phase {
            CallPhase::Requested | CallPhase::Talking => {}
            CallPhase::New => return Err(conflict("nobody was asked yet")),
            CallPhase::Ended => return Err(over()),
        }
        let from = party;
        let body = EntryBody::Text {
            from,
            id: id.clone(),
            text,
        };
        let seq = self.append(body);
        self.done(party, id, seq);
        Ok(())
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
            (_, Party::Callee) => EndReason::Rejected,
        };
        let seq = self.end(Some(party), reason);
        self.done(party, id, seq);
        Ok(())
    }

    fn done(&mut self, party: Party, id: ClientId, seq: u64) {
        let seq = Some(seq);
        self.out.push(Output::Remember {
            party,
            id: id.clone(),
            seq,
        });
        self.reply(CallMessage::Ack { id, seq });
    }
}

/// The client's id of a command that has one.
pub fn id_of(command: &CallCommand) -> Option<&ClientId> {
    match command {
        CallCommand::Resume { .. } => None,
        CallCommand::Urls { id }
        | CallCommand::Request { id }
        | CallCommand::Accept { id }
        | CallCommand::Reject { id }
        | CallCommand::Text { id, .. }
        | CallCommand::Hangup { id } => Some(id),
    }
}

fn conflict(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::Conflict, detail)
}

fn forbidden(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::Forbidden, detail)
}

pub(super) fn over() -> ApiError {
    conflict("the call is over")
}
