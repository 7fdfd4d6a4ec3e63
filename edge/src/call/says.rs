//! What parties say to each other: texts, pictures, how their network is. And how much of it.

use super::command::{Outcome, conflict, over};
use super::limits::SPEECH_WINDOW;
use super::turn::Turn;
use counterpart_shared::api::{
    ApiError, CallPhase, EntryBody, ErrorCode, Image, MAX_TEXT, Quality, check_characters,
};
use counterpart_shared::id::{ClientId, Party};
use serde::{Deserialize, Serialize};

/// How much a party has said in the present window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    since: u64,
    count: u32,
}

impl Spoken {
    /// Whether there is nothing to remember.
    pub fn is_none(&self) -> bool {
        self.count == 0
    }

    /// One more, if the window has room; otherwise in how many milliseconds the next one begins.
    fn take(&mut self, most: u32, now: u64) -> Result<(), u64> {
        let ends = self.since + SPEECH_WINDOW;
        // A window that lies ahead is one of before the clock was put back.
        if now >= ends || now < self.since {
            *self = Self {
                since: now,
                count: 0,
            };
        }
        if self.count >= most {
            return Err(self.since + SPEECH_WINDOW - now);
        }
        self.count += 1;
        Ok(())
    }
}

impl Turn<'_> {
    pub(super) fn text(&mut self, party: Party, id: ClientId, text: String) -> Outcome {
        if text.len() > MAX_TEXT {
            let detail = format!("{} bytes of text, at most {MAX_TEXT}", text.len());
            return Err(ApiError::new(ErrorCode::TooLarge, detail));
        }
        if text.is_empty() {
            return Err(ApiError::new(ErrorCode::BadRequest, "the text is empty"));
        }
        check_characters(&text)?;
        let body = EntryBody::Text {
            from: party,
            id: id.clone(),
            text,
        };
        self.say(party, id, body)
    }

    pub(super) fn image(&mut self, party: Party, id: ClientId, image: Image) -> Outcome {
        let image = self.shown(image)?;
        let body = EntryBody::Image {
            from: party,
            id: id.clone(),
            image,
        };
        self.say(party, id, body)
    }

    fn say(&mut self, party: Party, id: ClientId, body: EntryBody) -> Outcome {
        self.may_speak(party)?;
        self.count(party)?;
        let seq = self.append(body);
        self.done(party, id, Some(seq));
        Ok(())
    }

    /// What has not changed is acknowledged and makes no entry.
    pub(super) fn network(&mut self, party: Party, id: ClientId, quality: Quality) -> Outcome {
        self.may_speak(party)?;
        let known = self.call.party(party).quality;
        if known == Some(quality) {
            self.count(party)?;
            self.done(party, id, None);
            return Ok(());
        }
        let body = EntryBody::Network { party, quality };
        self.say(party, id, body)?;
        self.call.party_mut(party).quality = Some(quality);
        Ok(())
    }

    fn may_speak(&self, party: Party) -> Outcome {
        self.is_there(party)?;
        match self.call.phase {
            CallPhase::Requested | CallPhase::Talking => Ok(()),
            CallPhase::New => Err(conflict("nobody was asked yet")),
            CallPhase::Ended => Err(over()),
        }
    }

    pub(super) fn count(&mut self, party: Party) -> Outcome {
        let (now, most) = (self.now, self.call.terms.messages_per_10s);
        let spoken = &mut self.call.party_mut(party).spoken;
        spoken.take(most, now).map_err(|wait| {
            let detail =
                format!("at most {most} messages in 10 s; there is room again in {wait} ms");
            ApiError::new(ErrorCode::RateLimited, detail)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_room_for_so_many() {
        let mut spoken = Spoken::default();
        let start = 1_000_000;
        for n in 0..3 {
            assert_eq!(spoken.take(3, start + n), Ok(()));
        }
        assert_eq!(spoken.take(3, start + 4_000), Err(SPEECH_WINDOW - 4_000));
        assert_eq!(spoken.take(3, start + SPEECH_WINDOW), Ok(()));
        assert_eq!(spoken.take(3, start), Ok(()), "the clock was put back");
    }
}
