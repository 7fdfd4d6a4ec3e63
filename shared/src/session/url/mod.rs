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

#[cfg(test)]
mod tests;

use super::request::parameter;
use std::fmt;
use std::net::Ipv6Addr;
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

/// The longest URL that is looked at, in bytes.
const MAX_URL: usize = 8192;
const SHA256: &str = "sha256=";

impl MediaUrl {
    /// The URL without the grant, for logs.
    pub fn redacted(&self) -> Redacted<'_> {
        Redacted(self)
    }

    /// `rtmp://host:port/app`, as `connect` names it.
    pub fn tc_url(&self) -> String {
        format!("{}://{}/{}", self.scheme.name(), self.authority(), self.app)
    }

    /// `stream?grant=JWT`, as `publish` and `play` name it.
    pub fn name_with_query(&self) -> String {
        match &self.grant {
            Some(grant) => format!("{}?grant={grant}", self.stream),
            None => self.stream.clone(),
        }
    }

    /// `host:port` with an IPv6 address in brackets.
    pub fn authority(&self) -> String {
        let port = self.port;
        match self.host.contains(':') {
            true => format!("[{}]:{port}", self.host),
            false => format!("{}:{port}", self.host),
        }
    }

    fn print(&self, f: &mut fmt::Formatter<'_>, grant: Option<&str>) -> fmt::Result {
        let Self { app, stream, .. } = self;
        write!(f, "{}://{}", self.scheme.name(), self.authority())?;
        match self.scheme {
            Scheme::WebTransport => write!(f, "/rtmp/{app}/{stream}")?,
            Scheme::HttpFlv | Scheme::HttpsFlv => write!(f, "/{app}/{stream}.flv")?,
            Scheme::Rtmp | Scheme::Rtmps | Scheme::Quic => write!(f, "/{app}/{stream}")?,
        }
        if let Some(grant) = grant {
            write!(f, "?grant={grant}")?;
        }
        if let Some(sha256) = &self.sha256 {
            write!(f, "#{SHA256}")?;
            sha256.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        Ok(())
    }
}

impl Scheme {
    /// What stands before `://`.
    pub fn name(self) -> &'static str {
        match self {
            Scheme::Rtmp => "rtmp",
            Scheme::Rtmps => "rtmps",
            Scheme::HttpFlv => "http",
            Scheme::HttpsFlv | Scheme::WebTransport => "https",
            Scheme::Quic => "quic",
        }
    }

    /// The port that a URL may leave out.
    fn default_port(self) -> Option<u16> {
        match self {
            Scheme::Rtmp => Some(1935),
            Scheme::HttpFlv => Some(80),
            Scheme::Rtmps | Scheme::HttpsFlv | Scheme::WebTransport => Some(443),
            Scheme::Quic => None,
        }
    }
}

/// Prints a [`MediaUrl`] without its grant.
pub struct Redacted<'a>(&'a MediaUrl);

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.print(f, self.0.grant.as_ref().map(|_| "***"))
    }
}

impl fmt::Display for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, self.grant.as_deref())
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
        let (length, max) = (text.len(), MAX_URL);
        if length > max {
            return Err(UrlError::TooLong { length, max });
        }
        let (name, rest) = text
            .split_once("://")
            .ok_or(UrlError::Scheme(String::new()))?;
        let (rest, fragment) = split(rest, '#');
        let (rest, query) = split(rest, '?');
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (scheme, app, stream) = read_path(name, path)?;
        let (host, port) = read_authority(authority)?;
        let port = port.or(scheme.default_port());
        Ok(Self {
            scheme,
            host,
            port: port.ok_or(UrlError::Port(String::new()))?,
            app: app.to_owned(),
            stream: stream.to_owned(),
            grant: query
                .and_then(|query| parameter(query, "grant"))
                .map(str::to_owned),
            sha256: fragment.map(read_sha256).transpose()?,
        })
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

/// The scheme's name and the path make the scheme; the path gives app and stream.
fn read_path<'a>(name: &str, path: &'a str) -> Result<(Scheme, &'a str, &'a str), UrlError> {
    let segments: Vec<&str> = path.split('/').collect();
    let wrong = |form| UrlError::Path {
        path: shown(path),
        form,
    };
    let flv = |scheme, form| match *segments {
        [app, file] => {
            let stream = file.strip_suffix(".flv").ok_or(wrong(form))?;
            Ok((scheme, app, stream))
        }
        _ => Err(wrong(form)),
    };
    let plain = |scheme| match *segments {
        [app, stream] => Ok((scheme, app, stream)),
        _ => Err(wrong("/APP/STREAM")),
    };
    let (scheme, app, stream) = match (name, &segments[..]) {
        ("rtmp", _) => plain(Scheme::Rtmp)?,
        ("rtmps", _) => plain(Scheme::Rtmps)?,
        ("quic", _) => plain(Scheme::Quic)?,
        ("http", _) => flv(Scheme::HttpFlv, "/APP/STREAM.flv")?,
        ("https", ["rtmp", app, stream]) => (Scheme::WebTransport, *app, *stream),
        ("https", _) => flv(Scheme::HttpsFlv, "/rtmp/APP/STREAM or /APP/STREAM.flv")?,
        _ => return Err(UrlError::Scheme(shown(name))),
    };
    if !is_segment(app) || !is_segment(stream) {
        return Err(wrong("of visible ASCII"));
    }
    Ok((scheme, app, stream))
}

fn is_segment(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Host and port (RFC 3986 §3.2); a user name has no place here and makes a host that is none.
fn read_authority(authority: &str) -> Result<(String, Option<u16>), UrlError> {
    let wrong = |host: &str| UrlError::Host(shown(host));
    if let Some((_, host)) = authority.rsplit_once('@') {
        return Err(wrong(host));
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(literal) => {
            let (host, port) = literal.split_once(']').ok_or(wrong(authority))?;
            host.parse::<Ipv6Addr>().map_err(|_| wrong(host))?;
            (host, port)
        }
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            if !is_name(host) {
                return Err(wrong(host));
            }
            (host, port)
        }
    };
    Ok((host.to_owned(), read_port(port)?))
}

fn is_name(host: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    (1..=253).contains(&host.len()) && host.bytes().all(allowed)
}

/// Nothing, or a colon and a number.
fn read_port(text: &str) -> Result<Option<u16>, UrlError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || UrlError::Port(shown(text.trim_start_matches(':')));
    let digits = text
        .strip_prefix(':')
        .filter(|digits| digits.bytes().all(|d| d.is_ascii_digit()));
    let port: u16 = digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(wrong)?;
    if port == 0 {
        return Err(wrong());
    }
    Ok(Some(port))
}

fn read_sha256(fragment: &str) -> Result<[u8; 32], UrlError> {
    let length = fragment.len();
    let digits = fragment
        .strip_prefix(SHA256)
        .filter(|digits| digits.len() == 64);
    let digits = digits.ok_or(UrlError::Sha256 { length })?;
    let mut sha256 = [0; 32];
    for (byte, pair) in sha256.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        let (Some(high), Some(low)) = (digit(0), digit(1)) else {
            return Err(UrlError::Sha256 { length });
        };
        *byte = (high << 4 | low) as u8;
    }
    Ok(sha256)
}

/// As much of a text as an error shows.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}
