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

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::grant::{Composite, Layout};
    use counterpart_shared::id::Party;

    fn urls(rtmps_port: Option<u16>, https_port: Option<u16>) -> MediaUrls {
        let grant = Grant {
            act: Act::Play,
            stream: "c1.caller".parse().unwrap(),
            call: "c1".parse().unwrap(),
            party: Party::Callee,
            node: "n1".parse().unwrap(),
            sub: "bob".parse().unwrap(),
            serial: 1,
            record: false,
            watch: false,
            layout: Layout::default(),
            least_days: 0,
            composite: Composite::default(),
            desk: None,
            iat: 0,
            nbf: 0,
            exp: 9,
        };
        let endpoints = Endpoints {
            host: "h".into(),
            rtmp_port: 1,
            http_port: 2,
            udp_port: 3,
            rtmps_port,
            https_port,
            one_time: false,
        };
        let lease = Lease {
            node: grant.node.clone(),
            endpoints,
            daily_sha256: "aa".into(),
            keys: vec![],
        };
        media_urls(&grant, &lease, None, "t")
    }

    #[test]
    fn a_node_with_a_certificate_is_reached_by_tls() {
        let plain = urls(None, None);
        assert_eq!(plain.rtmps, None);
        assert_eq!(plain.flv.unwrap(), "http://h:2/live/c1.caller.flv?grant=t");
        let secure = urls(Some(4), Some(5));
        assert_eq!(secure.rtmp, plain.rtmp);
        assert_eq!(secure.rtmps.unwrap(), "rtmps://h:4/live/c1.caller?grant=t");
        assert_eq!(
            secure.flv.unwrap(),
            "https://h:5/live/c1.caller.flv?grant=t"
        );
    }
}
