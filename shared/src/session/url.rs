//! Media URLs, in each form that a client may want.
//!
//! | form | carrier |
//! |---|---|
//! | `rtmp://host[:1935]/APP/STREAM?grant=JWT`, `rtmps://host[:443]/…` | TCP, TLS |
//! | `http://host[:80]/APP/STREAM.flv?grant=JWT`, `https://host[:443]/…` | HTTP-FLV |
//! | `quic://LABEL.host:port/APP/STREAM?grant=JWT#sha256=HEX` | QUIC |
//! | `https://LABEL.host:port/rtmp/APP/STREAM?grant=JWT#sha256=HEX` | WebTransport, at the path `/rtmp` |
//!
//! Parameters other than `grant` are ignored. An IPv6 literal stands in brackets.

use std::fmt;
use std::str::FromStr;

/// How a URL's stream travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `rtmp://`
    Rtmp,
    /// `rtmps://`
    Rtmps,
    /// `http://….flv`
    HttpFlv,
    /// `https://….flv`
    HttpsFlv,
    /// `quic://`
    Quic,
    /// `https://…/rtmp/…`
    WebTransport,
}

/// A media URL. `Display` prints it whole; logs take [`redacted`](Self::redacted), and so does `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaUrl {
    /// How it travels.
    pub scheme: Scheme,
    /// A name or an address; an IPv6 address stands here without brackets.
    pub host: String,
    /// The port, also where the URL leaves it to the scheme.
    pub port: u16,
    /// The application.
    pub app: String,
    /// The stream's name.
    pub stream: String,
    /// The token that allows it.
    pub grant: Option<String>,
    /// SHA-256 of the certificate that the client is to expect.
    pub sha256: Option<[u8; 32]>,
}

/// Why a text is not a media URL. None shows the query, which holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// No scheme, or one that is not known.
    #[error("scheme '{0}' is none of rtmp, rtmps, http, https, quic")]
    Scheme(String),
    /// The host is missing or not a name.
    #[error("host '{0}' is not a name or an address")]
    Host(String),
    /// The port is not a number of 1 to 65535, or missing where there is no default.
    #[error("port '{0}' is not a number of 1 to 65535")]
    Port(String),
    /// The path does not have the form that the scheme wants.
    #[error("path '{path}' does not have the form {form}")]
    Path {
        /// The path.
        path: String,
        /// What was expected.
        form: &'static str,
    },
    /// The fragment is not `sha256=` and 64 hexadecimal digits.
    #[error("fragment of {length} bytes is not sha256= and 64 hexadecimal digits")]
    Sha256 {
        /// Its length.
        length: usize,
    },
    /// Longer than any of ours.
    #[error("{length} bytes, at most {max} are taken")]
    TooLong {
        /// Its length.
        length: usize,
        /// The limit.
        max: usize,
    },
}

impl MediaUrl {
    /// The URL without the grant, for logs.
    pub fn redacted(&self) -> Redacted<'_> {
        Redacted(self)
    }

    /// `rtmp://host:port/app`, as `connect` names it.
    pub fn tc_url(&self) -> String {
        todo!()
    }

    /// `stream?grant=JWT`, as `publish` and `play` name it.
    pub fn name_with_query(&self) -> String {
        todo!()
    }

    /// `host:port` with an IPv6 address in brackets.
    pub fn authority(&self) -> String {
        todo!()
    }
}

/// Prints a [`MediaUrl`] without its grant.
pub struct Redacted<'a>(&'a MediaUrl);

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

impl fmt::Display for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

impl fmt::Debug for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaUrl({})", self.redacted())
    }
}

impl FromStr for MediaUrl {
    type Err = UrlError;
    fn from_str(text: &str) -> Result<Self, UrlError> {
        todo!()
    }
}
