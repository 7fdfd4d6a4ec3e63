//! Which object is meant.

use counterpart_shared::id::{CallId, DeskId};
use std::fmt;
use std::str::FromStr;

/// The name of the one fleet object.
pub const FLEET: &str = "main";

/// The name of the one account object.
pub const ACCOUNT: &str = "main";

/// The name of the one archive object.
pub const ARCHIVE: &str = "main";

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// The object of a call.
    Call(CallId),
    /// The object of a desk.
    Desk(DeskId),
    /// The fleet.
    Fleet,
    /// The account.
    Account,
    /// The archive.
    Archive,
}

impl Address {
    /// The name under which its namespace finds it.
    pub fn name(&self) -> &str {
        match self {
            Address::Call(call) => call.as_str(),
            Address::Desk(desk) => desk.as_str(),
            Address::Fleet => FLEET,
            Address::Account => ACCOUNT,
            Address::Archive => ARCHIVE,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Call(call) => write!(f, "call:{call}"),
            Address::Desk(desk) => write!(f, "desk:{desk}"),
            Address::Fleet => write!(f, "fleet:{FLEET}"),
            Address::Account => write!(f, "account:{ACCOUNT}"),
            Address::Archive => write!(f, "archive:{ARCHIVE}"),
        }
    }
}

/// A stored address that names no object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no address of an object")]
pub struct AddressError(pub String);

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let error = || AddressError(text.to_owned());
        match text.split_once(':').ok_or_else(error)? {
            ("call", call) => call.parse().map(Address::Call).map_err(|_| error()),
            ("desk", desk) => desk.parse().map(Address::Desk).map_err(|_| error()),
            ("fleet", FLEET) => Ok(Address::Fleet),
            ("account", ACCOUNT) => Ok(Address::Account),
            ("archive", ARCHIVE) => Ok(Address::Archive),
            _ => Err(error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_pinned() {
        for text in [
            "call:c-1",
            "desk:front",
            "fleet:main",
            "account:main",
            "archive:main",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        for bad in ["", "call", "call:", "desk:a b", "fleet:other", "node:n"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }
}
