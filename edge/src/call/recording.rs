//! Whether a call is recorded: the caller's consent, the agent's pauses. And its log, for those who have recorded it.

use super::command::{Outcome, conflict, forbidden, over};
use super::input::Output;
use super::turn::Turn;
use super::who::Who;
use crate::link::{Letter, ToFleet};
use counterpart_shared::api::{
    ApiError, CallPhase, Entry, EntryBody, ErrorCode, MAX_REASON, RecordControl, check_characters,
};
use counterpart_shared::id::{CallId, ClientId, Party, UserId};

/// The most of a log that goes into one letter, and into all of them, in bytes of JSON.
const LETTER: usize = 64 * 1024;
const WHOLE_LOG: usize = 512 * 1024;

impl Turn<'_> {
    /// Where the desk records nobody without his consent, the caller is asked once.
    pub(super) fn ask_consent(&mut self) {
        let call = &self.call;
        if call.terms.asks_consent && call.consent.is_none() && !call.record {
            self.append(EntryBody::RecordingAsk);
        }
    }

    pub(super) fn consent(&mut self, by: Party, id: ClientId, given: bool) -> Outcome {
        if by == Party::Callee {
            return Err(forbidden("the caller says whether he may be recorded"));
        }
        match self.call.phase {
            CallPhase::Requested | CallPhase::Talking => {}
            CallPhase::New => return Err(conflict("nobody was asked yet")),
            CallPhase::Ended => return Err(over()),
        }
        if !self.call.terms.asks_consent {
            return Err(conflict("this desk does not ask"));
        }
        self.count(by)?;
        if self.call.consent == Some(given) {
            self.done(by, id, None);
            return Ok(());
        }
        self.call.consent = Some(given);
        let seq = self.append(EntryBody::RecordingConsent { given });
        self.record(given);
        self.done(by, id, Some(seq));
        Ok(())
    }

    pub(super) fn control_recording(
        &mut self,
        by: Party,
        id: ClientId,
        on: bool,
        reason: Option<String>,
    ) -> Outcome {
        self.is_agents_turn(by, "begins and pauses recordings")?;
        if self.call.terms.record_control != RecordControl::Agent {
            return Err(forbidden(
                "this desk does not let its agents begin or pause a recording",
            ));
        }
        let body = self.recording_entry(&Who::Party(by), on, reason)?;
        self.count(by)?;
        let seq = self.switch_recording(on, body);
        self.done(by, id, seq);
        Ok(())
    }

    /// A supervisor who watches does the same; the entry that says so, if it was news.
    pub(super) fn watcher_controls_recording(
        &mut self,
        user: &UserId,
        on: bool,
        reason: Option<String>,
    ) -> Result<Option<u64>, ApiError> {
        if self.call.terms.record_control != RecordControl::Supervisor {
            return Err(forbidden(
                "this desk does not let its supervisors begin or pause a recording",
            ));
        }
        self.is_talking()?;
        let body = self.recording_entry(&Who::Watcher(user.clone()), on, reason)?;
        Ok(self.switch_recording(on, body))
    }

    /// What the log will say, if it may be.
    fn recording_entry(
        &self,
        who: &Who,
        on: bool,
        reason: Option<String>,
    ) -> Result<EntryBody, ApiError> {
        if on && self.call.terms.asks_consent && self.call.consent != Some(true) {
            return Err(conflict("the caller has not agreed to be recorded"));
        }
        let (by, supervisor) = match who {
            Who::Party(party) => (Some(*party), None),
            Who::Watcher(user) => (None, Some(user.clone())),
        };
        Ok(match (on, reason) {
            (true, _) => EntryBody::RecordingBegin { by, supervisor },
            (false, reason) => EntryBody::RecordingPause {
                by,
                supervisor,
                reason: checked(reason)?,
            },
        })
    }

    fn switch_recording(&mut self, on: bool, body: EntryBody) -> Option<u64> {
        let is_news = self.call.record != on;
        let seq = is_news.then(|| self.append(body));
        self.record(on);
        seq
    }

    /// From now on, what runs already included.
    pub(super) fn record(&mut self, on: bool) {
        if self.call.record == on {
            return;
        }
        self.call.record = on;
        let call = self.call.id.clone();
        let letter = match on {
            true => ToFleet::Record { call },
            false => ToFleet::RecordEnd { call },
        };
        self.out.push(Output::Letter(Letter::Fleet(letter)));
    }

    /// Whether an agent at a desk talks to the caller, and it is he who says something.
    pub(super) fn is_agents_turn(&self, by: Party, deed: &str) -> Outcome {
        if by == Party::Caller || self.call.is_direct() {
            return Err(forbidden(&format!("the agent at a desk {deed}")));
        }
        self.is_talking()
    }

    fn is_talking(&self) -> Outcome {
        match self.call.phase {
            CallPhase::Talking => Ok(()),
            CallPhase::Ended => Err(over()),
            CallPhase::New | CallPhase::Requested => Err(conflict("nobody talks to the caller")),
        }
    }
}

fn checked(reason: Option<String>) -> Result<String, ApiError> {
    let reason = reason.unwrap_or_default();
    let length = reason.chars().count();
    if !(1..=MAX_REASON).contains(&length) {
        let detail = format!("a reason of {length} characters, it must be 1 to {MAX_REASON}");
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    check_characters(&reason)?;
    Ok(reason)
}

/// A log in letters to the fleet. Of one that is longer than nodes can be sent, the last texts and pictures are left out,
/// and then the last entries; the numbers of the rest show it.
pub fn log_letters(call: &CallId, entries: Vec<Entry>) -> Vec<Letter> {
    let sized = entries.into_iter().map(|entry| {
        let size = serde_json::to_string(&entry).map_or(WHOLE_LOG, |json| json.len());
        (entry, size)
    });
    let sized: Vec<_> = sized.collect();
    let is_speech =
        |entry: &Entry| matches!(entry.body, EntryBody::Text { .. } | EntryBody::Image { .. });
    let events = sized.iter().filter(|(entry, _)| !is_speech(entry));
    let mut room = WHOLE_LOG.saturating_sub(events.map(|(_, size)| size).sum());
    let (mut letters, mut part, mut filled, mut events) = (Vec::new(), Vec::new(), 0, 0);
    let letter = |entries| {
        let call = call.clone();
        Letter::Fleet(ToFleet::Log { call, entries })
    };
    for (entry, size) in sized {
        let fits = match is_speech(&entry) {
            true => room.checked_sub(size).map(|left| room = left).is_some(),
            false => {
                events += size;
                events <= WHOLE_LOG
            }
        };
        if !fits {
            continue;
        }
        if filled + size > LETTER && !part.is_empty() {
            letters.push(letter(std::mem::take(&mut part)));
            filled = 0;
        }
        filled += size;
        part.push(entry);
    }
    if !part.is_empty() {
        letters.push(letter(part));
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seq: u64, length: usize) -> Entry {
        let body = EntryBody::Text {
            from: Party::Caller,
            id: "1".parse().unwrap(),
            text: "x".repeat(length),
        };
        Entry { seq, at: seq, body }
    }

    fn away(seq: u64) -> Entry {
        let party = Party::Caller;
        Entry {
            seq,
            at: seq,
            body: EntryBody::PeerAway { party },
        }
    }

    fn sent(entries: Vec<Entry>) -> Vec<Vec<u64>> {
        let letters = log_letters(&"c-1".parse().unwrap(), entries);
        let numbers = letters.into_iter().map(|letter| match letter {
            Letter::Fleet(ToFleet::Log { entries, .. }) => {
                entries.into_iter().map(|entry| entry.seq).collect()
            }
            other => panic!("{other:?}"),
        });
        numbers.collect()
    }

    #[test]
    fn a_log_goes_in_letters_of_a_bounded_size() {
        assert_eq!(sent(Vec::new()), Vec::<Vec<u64>>::new());
        assert_eq!(sent(vec![text(1, 5), away(2)]), [vec![1, 2]]);
        let long = (1..=40).map(|seq| text(seq, 4_000)).collect();
        let letters = sent(long);
        assert_eq!(letters.len(), 3);
        assert_eq!(letters.concat(), (1..=40).collect::<Vec<_>>());
    }

    #[test]
    fn of_a_log_without_measure_what_happened_is_kept_and_the_last_texts_are_not() {
        let mut entries: Vec<_> = (1..=200).map(|seq| text(seq, 4_000)).collect();
        entries.push(away(201));
        let kept = sent(entries).concat();
        assert!((100..150).contains(&kept.len()), "{} entries", kept.len());
        assert_eq!(kept[..100], (1..=100).collect::<Vec<_>>());
        assert_eq!(kept.last(), Some(&201));
    }
}
