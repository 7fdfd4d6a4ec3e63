//! One grant as URLs, in each form that a client may want.

use crate::link::Lease;
use counterpart_shared::api::{Endpoints, MediaUrls, OneTimeKey};
use counterpart_shared::grant::{Act, Grant};

/// The application of every stream.
const APP: &str = "live";

/// The URLs of `grant`, whose token is `token`. Without a `key` they pin the node's certificate of the
/// day.
pub fn media_urls(
    grant: &Grant,
    lease: &Lease,
    key: Option<&OneTimeKey>,
    token: &str,
) -> MediaUrls {
    let ends = &lease.endpoints;
    let key = key.filter(|_| ends.one_time);
    let host = bracketed(&ends.host);
    let (pinned, sha256) = match key {
        Some(key) => (format!("{}.{host}", key.label), &key.sha256),
        None => (host.clone(), &lease.daily_sha256),
    };
    let stream = &grant.stream;
    let (rtmp, udp) = (ends.rtmp_port, ends.udp_port);
    let web = web(ends, &host);
    let flv = || format!("{web}/{APP}/{stream}.flv?grant={token}");
    let rtmps = |port| format!("rtmps://{host}:{port}/{APP}/{stream}?grant={token}");
    let tail = format!("{APP}/{stream}?grant={token}#sha256={sha256}");
    MediaUrls {
        act: grant.act,
        stream: stream.clone(),
        node: grant.node.clone(),
        expires_at: grant.exp * 1000,
        rtmp: format!("rtmp://{host}:{rtmp}/{APP}/{stream}?grant={token}"),
        rtmps: ends.rtmps_port.map(rtmps),
        flv: (grant.act == Act::Play).then(flv),
        quic: format!("quic://{pinned}:{udp}/{tail}"),
        webtransport: format!("https://{pinned}:{udp}/rtmp/{tail}"),
        one_time: key.is_some(),
    }
}

/// Where a recorded file can be read by the grant whose token is `token`.
pub(super) fn recording_url(ends: &Endpoints, path: &str, token: &str) -> String {
    let web = web(ends, &bracketed(&ends.host));
    format!("{web}/recordings/{path}?grant={token}")
}

/// A page that came over TLS may load nothing that does not: where the node can, it is asked so.
fn web(ends: &Endpoints, host: &str) -> String {
    match ends.https_port {
        Some(port) => format!("https://{host}:{port}"),
        None => format!("http://{host}:{}", ends.http_port),
    }
}

/// An IPv6 literal stands in brackets (RFC 3986 §3.2.2).
fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}
