//! WebRTC's descriptions (SDP, RFC 8866 and 8839), whose candidates are exchanged for one.

use anyhow::{Context, Result};
use std::net::{Ipv4Addr, SocketAddr};

/// The candidate of a description that is on this machine's loopback, over UDP.
///
/// # Errors
/// When it has none.
pub(crate) fn candidate(sdp: &str) -> Result<SocketAddr> {
    let found = sdp.lines().find_map(|line| {
        let line = line.strip_prefix("a=candidate:")?;
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, _, transport, _, address, port, "typ", "host", ..] = fields[..] else {
            return None;
        };
        let here = transport.eq_ignore_ascii_case("udp") && address == "127.0.0.1";
        let port = port.parse().ok()?;
        here.then_some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    });
    found.with_context(|| format!("no candidate on the loopback in {sdp}"))
}

/// The description with no candidate, or with this port of the loopback as its only one.
pub(crate) fn exchange(sdp: &str, port: Option<u16>) -> String {
    let mut only = port.map(|port| {
        format!("a=candidate:1 1 udp 2122260223 127.0.0.1 {port} typ host generation 0")
    });
    let lines = sdp.lines().filter_map(|line| match line {
        _ if line.starts_with("a=candidate:") => only.take(),
        "a=end-of-candidates" => None,
        _ => Some(line.to_owned()),
    });
    lines.map(|line| line + "\r\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "v=0\r\nm=audio 40000 UDP/TLS/RTP/SAVPF 111\r\n\
        a=candidate:7 1 udp 2122194687 192.0.2.2 40001 typ host generation 0\r\n\
        a=candidate:8 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active\r\n\
        a=candidate:9 1 udp 2122260223 127.0.0.1 40000 typ host generation 0\r\na=ice-ufrag:x\r\n";

    #[test]
    fn the_loopback_is_found_and_exchanged() {
        assert_eq!(candidate(SDP).unwrap().port(), 40_000);
        let exchanged = exchange(SDP, Some(7));
        assert_eq!(candidate(&exchanged).unwrap().port(), 7);
        assert_eq!(exchanged.matches("candidate").count(), 1);
        let bare = exchange(SDP, None);
        assert!(candidate(&bare).is_err());
        assert_eq!(
            bare,
            "v=0\r\nm=audio 40000 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:x\r\n"
        );
    }
}
