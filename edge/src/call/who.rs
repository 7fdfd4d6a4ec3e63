//! Whose a socket is.

use counterpart_shared::id::{Party, UserId};
use serde::{Deserialize, Serialize};

/// A party, or a supervisor who watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// One of the two.
    Party(Party),
    /// This supervisor.
    Watcher(UserId),
}

impl From<Party> for Who {
    fn from(party: Party) -> Self {
        Who::Party(party)
    }
}
