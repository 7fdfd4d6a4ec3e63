//! What a client asks for.

use crate::grant::Act;
use crate::rtmp::Connect;

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

/// Where a client connected to: what of `connect` belongs to each of its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    app: String,
    query: String,
}

impl Target {
    pub(super) fn of(connect: &Connect) -> Self {
        let (app, app_query) = split_query(&connect.app);
        let (_, url_query) = split_query(&connect.tc_url);
        let query = if app_query.is_empty() {
            url_query
        } else {
            app_query
        };
        Self {
            app: app.trim_matches('/').to_owned(),
            query: query.to_owned(),
        }
    }

    /// A request for the stream that `publish` or `play` named.
    pub(super) fn request(&self, act: Act, stream_id: u32, name: &str) -> Request {
        let (name, query) = split_query(name);
        let query = if query.is_empty() { &self.query } else { query };
        Request {
            act,
            stream_id,
            app: self.app.clone(),
            name: name.trim_matches('/').to_owned(),
            query: query.to_owned(),
        }
    }
}

fn split_query(text: &str) -> (&str, &str) {
    text.split_once('?').unwrap_or((text, ""))
}

/// The value of a query's parameter, as it stands there.
pub(crate) fn parameter<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}
