//! What a party knows of the call from its socket.

use counterpart_shared::api::{CallMessage, EndReason, EntryBody, MediaUrls};
use counterpart_shared::id::{ClientId, Party};

/// All that was heard so far.
#[derive(Debug)]
pub(super) struct Heard {
    me: Party,
    /// The caller has asked.
    pub(super) requested: bool,
    /// The callee has agreed.
    pub(super) accepted: bool,
    /// The own stream is live.
    pub(super) begun: bool,
    /// Where the other's stream is, when that is new.
    pub(super) play: Option<MediaUrls>,
    /// Why the call is over.
    pub(super) end: Option<EndReason>,
    /// The other's texts.
    pub(super) texts: Vec<String>,
    /// Commands acknowledged since the last look.
    pub(super) acknowledged: Vec<ClientId>,
    /// Connections so far.
    pub(super) sockets: u64,
}

impl Heard {
    pub(super) fn new(me: Party) -> Self {
        Self {
            me,
            requested: false,
            accepted: false,
            begun: false,
            play: None,
            end: None,
            texts: Vec::new(),
            acknowledged: Vec::new(),
            sockets: 0,
        }
    }

    pub(super) fn hear(&mut self, message: &CallMessage) {
        match message {
            CallMessage::Hello { .. } => self.sockets += 1,
            CallMessage::Entry(entry) => self.entry(&entry.body),
            CallMessage::Ack { id, .. } => self.acknowledged.push(id.clone()),
            CallMessage::Play { party, urls } if *party != self.me => {
                self.play = Some(urls.clone());
            }
            _ => {}
        }
    }

    fn entry(&mut self, body: &EntryBody) {
        match body {
            EntryBody::Request { .. } => self.requested = true,
            EntryBody::Accept { .. } => self.accepted = true,
            EntryBody::StreamBegin { party, .. } if *party == self.me => self.begun = true,
            EntryBody::StreamEnd { party, .. } if *party == self.me => self.begun = false,
            EntryBody::End { reason, .. } => self.end = Some(*reason),
            EntryBody::Text { from, text, .. } if *from != self.me => {
                self.texts.push(text.clone());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::api::{Entry, PUSH_BEGIN, StreamFormat};

    fn entry(body: EntryBody) -> CallMessage {
        CallMessage::Entry(Entry {
            seq: 1,
            at: 1,
            body,
        })
    }

    #[test]
    fn only_the_own_stream_and_the_others_texts_count() {
        let mut heard = Heard::new(Party::Callee);
        let begin = |party| {
            entry(EntryBody::StreamBegin {
                party,
                code: PUSH_BEGIN,
                format: StreamFormat::default(),
            })
        };
        let text = |from, text: &str| {
            entry(EntryBody::Text {
                from,
                id: "i".parse().unwrap(),
                text: text.to_owned(),
            })
        };
        heard.hear(&begin(Party::Caller));
        assert!(!heard.begun);
        heard.hear(&begin(Party::Callee));
        assert!(heard.begun);
        heard.hear(&text(Party::Callee, "mine"));
        heard.hear(&text(Party::Caller, "his"));
        assert_eq!(heard.texts, ["his"]);
    }
}
