//! What a client asks for.

use crate::grant::Act;

/// A wish to publish or play, to be accepted or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Publish or play.
    pub act: Act,
    /// The message stream it is to happen on.
    pub stream_id: u32,
    /// The application, without query.
    pub app: String,
    /// The stream's name, without query.
    pub name: String,
    /// The query without `?`: the name's, else the app's, else tcUrl's, since clients split URLs differently.
    pub query: String,
}

impl Request {
    /// The value of the `grant` parameter.
    pub fn grant(&self) -> Option<&str> {
        parameter(&self.query, "grant")
    }
}

/// The value of a query's parameter, as it stands there.
pub(crate) fn parameter<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}
