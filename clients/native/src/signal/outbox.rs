//! Commands that are not acknowledged yet.

use counterpart_shared::id::ClientId;
use std::collections::VecDeque;

/// What was said and not yet acknowledged, oldest first. After a redial all of it is said again, with the same ids, so
/// that it is carried out once.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<(ClientId, String)>,
}

impl Outbox {
    /// Keeps a command, as JSON, until it is settled.
    pub(super) fn keep(&mut self, id: ClientId, json: String) {
        self.waiting.push_back((id, json));
    }

    /// The edge has answered this one. False when it had done so before.
    pub(super) fn settle(&mut self, id: &ClientId) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|(waiting, _)| waiting != id);
        self.waiting.len() < before
    }

    /// All that waits, to be said again.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.waiting.iter().map(|(_, json)| json.as_str())
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_is_settled_once_and_the_rest_stays_in_order() {
        let id = |text: &str| text.parse::<ClientId>().unwrap();
        let mut outbox = Outbox::default();
        for name in ["a", "b", "c"] {
            outbox.keep(id(name), name.to_uppercase());
        }
        assert!(outbox.settle(&id("b")));
        assert!(!outbox.settle(&id("b")));
        assert!(!outbox.settle(&id("x")));
        assert_eq!(outbox.all().collect::<Vec<_>>(), ["A", "C"]);
        assert_eq!(outbox.len(), 2);
    }
}
