//! Identifiers. Each is its own type, parsed once at the boundary and valid from then on.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} '{value}' is not valid: 1 to {max} characters of A-Z a-z 0-9 _ - .")]
pub struct IdError {
    /// Which identifier was expected, such as "call id".
    pub kind: &'static str,
    /// The offending text, cut to 80 characters.
    pub value: String,
    /// The longest allowed length in bytes.
    pub max: usize,
}

fn check(kind: &'static str, max: usize, text: &str) -> Result<(), IdError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    if text.is_empty() || text.len() > max || !text.bytes().all(allowed) {
        let value = text.chars().take(80).collect();
        return Err(IdError { kind, value, max });
    }
    Ok(())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                check($kind, $max, &text)?;
                Ok(Self(text))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

id!(
    /// One conversation of two parties. Made by the edge.
    CallId, "call id", 64
);
id!(
    /// One service line.
    DeskId, "desk id", 64
);
id!(
    /// One agent's place at a desk.
    RoomId, "room id", 64
);
id!(
    /// One media node.
    NodeId, "node id", 64
);
id!(
    /// A person as the business server names him.
    UserId, "user id", 64
);
id!(
    /// The random DNS label under which a node keeps a one-time key.
    Label, "label", 63
);
id!(
    /// What one party publishes, as the session names it.
    StreamId, "stream id", 128
);
id!(
    /// One API key of the business server; the public half of it.
    KeyId, "API key id", 64
);
id!(
    /// A client's own id for one command, which makes a resend harmless.
    ClientId, "client id", 64
);

id!(
    /// A picture that a call keeps: its SHA-256.
    ImageId, "picture id", 64
);

id!(
    /// What an agent can do, and a call may need: a language, a product, a licence.
    Skill, "skill", 32
);

impl StreamId {
    /// The stream that `party` publishes in `call`: `<call>.<party>`.
    pub fn of(call: &CallId, party: Party) -> Self {
        Self(format!("{call}.{party}"))
    }
}

/// One of the two people of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// Who asked for the call.
    Caller,
    /// Who was asked.
    Callee,
}

impl Party {
    /// Both, caller first.
    pub const BOTH: [Party; 2] = [Party::Caller, Party::Callee];

    /// The other one.
    pub fn other(self) -> Party {
        match self {
            Party::Caller => Party::Callee,
            Party::Callee => Party::Caller,
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Party::Caller => "caller",
            Party::Callee => "callee",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_named_after_call_and_party() {
        let call: CallId = "c1".parse().unwrap();
        assert_eq!(StreamId::of(&call, Party::Callee).as_str(), "c1.callee");
    }

    #[test]
    fn bad_ids_are_refused_with_their_value() {
        for bad in ["", "a b", "a/b", "ä", &"x".repeat(65)] {
            let error = bad.parse::<CallId>().unwrap_err();
            assert_eq!(error.value, bad);
        }
        assert!(serde_json::from_str::<CallId>("\"a b\"").is_err());
    }
}
