//! Which entries of a call's log are events for the business server.

use crate::call::Call;
use counterpart_shared::api::{Entry, WebhookEvent};

/// What is told: how calls and recordings go. Not what people write, nor each hiccup of a stream.
const KINDS: [&str; 2] = ["call.", "recording."];

/// The event that an entry makes, if it makes one.
pub fn event(call: &Call, entry: &Entry) -> Option<WebhookEvent> {
    let kind = serde_json::to_value(&entry.body).ok()?;
    let kind = kind.get("kind")?.as_str()?;
    let told = KINDS.iter().any(|prefix| kind.starts_with(prefix));
    told.then(|| WebhookEvent {
        id: format!("{}.{}", call.id, entry.seq),
        call: call.id.clone(),
        caller: call.caller.clone(),
        callee: call.callee.clone(),
        entry: entry.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{CreatedBy, Terms};
    use crate::table::to_json;
    use counterpart_shared::api::{EndReason, EntryBody};
    use counterpart_shared::id::Party;

    fn call() -> Call {
        let callee = "bob".parse().unwrap();
        let to = CreatedBy::Direct { callee };
        Call::create(
            "c-1".parse().unwrap(),
            "alice".parse().unwrap(),
            to,
            false,
            Terms::default(),
            0,
        )
    }

    fn entry(body: EntryBody) -> Entry {
        let (seq, at) = (3, 5);
        Entry { seq, at, body }
    }

    #[test]
    fn the_stored_form_is_pinned() {
        let (by, reason) = (Some(Party::Caller), EndReason::HangUp);
        let told = event(&call(), &entry(EntryBody::End { by, reason })).unwrap();
        let wanted = r#"{"id":"c-1.3","call":"c-1","caller":"alice","callee":"bob","entry":{"seq":3,"at":5,"kind":"call.end","by":"caller","reason":"hang_up"}}"#;
        assert_eq!(to_json(&told), wanted);
    }

    #[test]
    fn texts_and_streams_are_not_told() {
        let party = Party::Caller;
        let text = EntryBody::Text {
            from: party,
            id: "1".parse().unwrap(),
            text: "hi".into(),
        };
        assert_eq!(event(&call(), &entry(text)), None);
        let stalled = EntryBody::StreamStalled { party };
        assert_eq!(event(&call(), &entry(stalled)), None);
        let started = EntryBody::RecordingStarted { party };
        assert!(event(&call(), &entry(started)).is_some());
    }
}
