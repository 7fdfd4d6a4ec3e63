//! A certificate as an operator has it: two PEM files.

use super::sha256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use counterpart_node::TcpTls;
use counterpart_node::accept::CertFiles;
use std::path::Path;

/// Writes a new certificate of `localhost` and its key to these files; the certificate's SHA-256.
pub(crate) fn issue(files: &CertFiles) -> String {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = made.signing_key.serialize_der();
    std::fs::write(&files.key, pem("PRIVATE KEY", &key)).unwrap();
    std::fs::write(&files.cert, pem("CERTIFICATE", made.cert.der())).unwrap();
    sha256(made.cert.der())
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

/// TLS on both ports with the files in this folder.
pub(crate) fn tls_in(folder: &Path) -> TcpTls {
    TcpTls {
        files: CertFiles {
            cert: folder.join("tls.crt"),
            key: folder.join("tls.key"),
        },
        rtmps_port: Some(0),
        https_port: Some(0),
    }
}
