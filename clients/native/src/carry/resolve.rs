//! Names to addresses.

use super::CarryError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The addresses of a host. `localhost` and all names below it are this machine (RFC 6761 §6.3), whatever a name
/// server says.
pub(super) async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, CarryError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    if is_local(host) {
        return Ok(vec![
            (Ipv4Addr::LOCALHOST, port).into(),
            (Ipv6Addr::LOCALHOST, port).into(),
        ]);
    }
    let found = tokio::net::lookup_host((host, port))
        .await
        .map_err(|source| CarryError::Resolve {
            host: host.to_owned(),
            source,
        })?;
    let found: Vec<_> = found.collect();
    if found.is_empty() {
        return Err(CarryError::NoAddress(host.to_owned()));
    }
    Ok(found)
}

fn is_local(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn local_names_and_literals_ask_nobody() {
        for host in ["localhost", "abc.localhost", "a.b.LOCALHOST."] {
            let found = resolve(host, 7).await.unwrap();
            let expected = ["127.0.0.1:7", "[::1]:7"].map(|text| text.parse().unwrap());
            assert_eq!(found, expected, "{host}");
        }
        let found = resolve("::1", 7).await.unwrap();
        assert_eq!(found, ["[::1]:7".parse().unwrap()]);
        assert!(!is_local("notlocalhost"));
    }
}
