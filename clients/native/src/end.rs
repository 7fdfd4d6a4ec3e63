//! How a publish or play ended.

use serde::Serialize;
use std::error::Error;

/// Who ended it, or what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "reason", rename_all = "lowercase")]
pub enum End {
    /// We did.
    #[default]
    Stopped,
    /// The node did, with this code.
    Closed(String),
    /// A fault did.
    Failed(String),
}

impl End {
    /// By this fault and what caused it.
    pub(crate) fn failed(error: &dyn Error) -> Self {
        End::Failed(chain(error))
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let mut line = error.to_string();
    for cause in causes {
        let cause = cause.to_string();
        // A transparent error repeats its cause.
        if !line.ends_with(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line
}
