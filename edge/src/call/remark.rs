//! What is said of a call, while it goes on or afterwards: the caller's rating and the agent's note.

use super::command::{Outcome, conflict, forbidden};
use super::input::{Deed, Output};
use super::state::Call;
use super::turn::Turn;
use crate::link::{Letter, ToArchive};
use counterpart_shared::api::{CallPhase, Rating};
use counterpart_shared::id::UserId;

impl Turn<'_> {
    /// What somebody does by HTTP, and how it went.
    pub(super) fn deed(&mut self, user: &UserId, deed: Deed) {
        let outcome = match deed {
            Deed::Keep(image) => self.keep(user, image),
            Deed::Rate(rating) => self.rate(user, rating),
            Deed::Note(text) => self.note(user, text),
        };
        self.out.push(Output::Settled(outcome));
    }

    fn rate(&mut self, user: &UserId, rating: Rating) -> Outcome {
        if *user != self.call.caller {
            return Err(forbidden("the caller rates his call"));
        }
        self.was_answered()?;
        self.call.rating = Some(rating);
        self.amend();
        Ok(())
    }

    fn note(&mut self, user: &UserId, text: String) -> Outcome {
        if self.call.agent() != Some(user) {
            return Err(forbidden("the agent who answered writes the note"));
        }
        self.was_answered()?;
        self.call.note = Some(text).filter(|text| !text.is_empty());
        self.amend();
        Ok(())
    }

    fn was_answered(&self) -> Outcome {
        match self.call.course.was_answered() {
            true => Ok(()),
            false => Err(conflict("nobody answered the call")),
        }
    }

    /// What the archive has already changes with it.
    fn amend(&mut self) {
        if self.call.phase == CallPhase::Ended {
            let letter = ToArchive::Remarks {
                call: self.call.id.clone(),
                rating: self.call.rating.clone(),
                note: self.call.note.clone(),
            };
            self.out.push(Output::Letter(Letter::Archive(letter)));
        }
    }
}

impl Call {
    /// Who answers; of a caller who was handed on and waits, or left, who answered last.
    pub(super) fn agent(&self) -> Option<&UserId> {
        self.callee.as_ref().or(self.course.agent())
    }
}
