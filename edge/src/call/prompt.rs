//! Statements that an agent reads and a customer answers: each is marked in the log.

use super::command::{Outcome, conflict};
use super::turn::Turn;
use counterpart_shared::api::{ApiError, EntryBody, ErrorCode};
use counterpart_shared::id::{ClientId, Party};

impl Turn<'_> {
    pub(super) fn prompt(&mut self, by: Party, id: ClientId, number: u32) -> Outcome {
        self.is_agents_turn(by, "reads statements")?;
        if let Some(reading) = self.call.reading {
            return Err(conflict(&format!("statement {reading} is being read")));
        }
        let prompts = &self.call.terms.prompts;
        let text = (number as usize)
            .checked_sub(1)
            .and_then(|index| prompts.get(index).cloned())
            .ok_or_else(|| {
                let detail = format!(
                    "there is no statement {number}, the desk has {}",
                    prompts.len()
                );
                ApiError::new(ErrorCode::NotFound, detail)
            })?;
        self.count(by)?;
        self.call.reading = Some(number);
        let seq = self.append(EntryBody::PromptBegin { number, text });
        self.done(by, id, Some(seq));
        Ok(())
    }

    pub(super) fn end_prompt(&mut self, by: Party, id: ClientId, answered: bool) -> Outcome {
        self.is_agents_turn(by, "reads statements")?;
        let number = self.call.reading;
        let number = number.ok_or_else(|| conflict("no statement is being read"))?;
        self.call.reading = None;
        let seq = self.append(EntryBody::PromptEnd { number, answered });
        self.done(by, id, Some(seq));
        Ok(())
    }
}
