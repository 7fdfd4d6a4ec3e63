//! TLS on TCP: all of its flags or none.

use super::{Args, ConfigError, wrong};
use crate::accept::CertFiles;
use std::path::PathBuf;

/// TLS on TCP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcpTls {
    /// The certificate.
    pub files: CertFiles,
    /// TCP port of RTMP.
    pub rtmps_port: Option<u16>,
    /// TCP port of HTTP.
    pub https_port: Option<u16>,
}

/// Both files and at least one port, or nothing of it.
pub(super) fn of(args: &Args) -> Result<Option<TcpTls>, ConfigError> {
    let Args {
        rtmps_port,
        https_port,
        tls_cert,
        tls_key,
        ..
    } = args;
    let shown = |path: &PathBuf| path.display().to_string();
    match (tls_cert, tls_key) {
        (Some(cert), Some(key)) if rtmps_port.is_some() || https_port.is_some() => {
            let files = CertFiles {
                cert: cert.clone(),
                key: key.clone(),
            };
            Ok(Some(TcpTls {
                files,
                rtmps_port: *rtmps_port,
                https_port: *https_port,
            }))
        }
        (Some(cert), Some(_)) => {
            let reason = "needs --rtmps-port or --https-port";
            Err(wrong("tls-cert", shown(cert), reason))
        }
        (Some(cert), None) => Err(wrong("tls-cert", shown(cert), "needs --tls-key")),
        (None, Some(key)) => Err(wrong("tls-key", shown(key), "needs --tls-cert")),
        (None, None) => {
            let ports = [("rtmps-port", rtmps_port), ("https-port", https_port)];
            let given = ports
                .into_iter()
                .find_map(|(flag, port)| Some((flag, (*port)?)));
            given.map_or(Ok(None), |(flag, port)| {
                Err(wrong(flag, port, "needs --tls-cert and --tls-key"))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn tls(more: &[&str]) -> Result<Option<TcpTls>, ConfigError> {
        let base = [
            "counterpart-node",
            "--node-id=n1",
            "--edge=ws://x/",
            "--node-secret=x",
        ];
        of(&Args::parse_from(base.iter().chain(more)))
    }

    #[test]
    fn tls_is_there_as_a_whole_or_not_at_all() {
        assert_eq!(tls(&[]), Ok(None));
        let (cert, key) = ("--tls-cert=c.pem", "--tls-key=k.pem");
        let whole = tls(&[cert, key, "--rtmps-port=1936"]).unwrap().unwrap();
        assert_eq!((whole.rtmps_port, whole.https_port), (Some(1936), None));
        for (more, flag) in [
            (&[cert, key][..], "tls-cert"),
            (&[cert, "--https-port=1"], "tls-cert"),
            (&[key, "--https-port=1"], "tls-key"),
            (&["--https-port=1"], "https-port"),
            (&["--rtmps-port=1"], "rtmps-port"),
        ] {
            assert_eq!(tls(more).unwrap_err().flag, flag, "{more:?}");
        }
    }
}
