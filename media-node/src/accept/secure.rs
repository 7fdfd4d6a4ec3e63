//! TLS on TCP, with a certificate that the operator gives and renews.

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Bytes that TLS may hold back. What waits for a slow player shall wait in his queue, as on plain TCP.
const HELD_BACK: usize = 16 * 1024;

/// Why a certificate cannot be used; each names the flag and the file.
#[derive(Debug, thiserror::Error)]
pub enum SecureError {
    /// A file cannot be read.
    #[error("--{flag} {}: {reason}", path.display())]
    File {
        /// The flag that named it.
        flag: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The two do not fit together.
    #[error("--tls-key {} does not go with --tls-cert {}: {reason}", key.display(), cert.display())]
    Pair {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Where certificate and key lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertFiles {
    /// The chain, the node's own certificate first, in PEM.
    pub cert: PathBuf,
    /// Its key in PEM.
    pub key: PathBuf,
}

/// Makes TLS of TCP connections.
#[derive(Clone)]
pub struct Secure {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
}

impl std::fmt::Debug for Secure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secure")
            .field("shown", &self.shown)
            .finish()
    }
}

/// The certificate that new connections are shown.
#[derive(Debug)]
struct Shown {
    files: CertFiles,
    provider: Arc<CryptoProvider>,
    key: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let key = self.key.read().unwrap_or_else(PoisonError::into_inner);
        Some(key.clone())
    }
}

impl Secure {
    /// Reads the files.
    ///
    /// # Errors
    /// Names the file that cannot be used.
    pub fn load(files: &CertFiles) -> anyhow::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = RwLock::new(Arc::new(read(files, &provider)?));
        let files = files.clone();
        let shown = Arc::new(Shown {
            files,
            provider: provider.clone(),
            key,
        });
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(shown.clone());
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { acceptor, shown })
    }

    /// Shakes hands.
    pub(super) async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let limit = |tls: &mut rustls::ServerConnection| tls.set_buffer_limit(Some(HELD_BACK));
        self.acceptor.accept_with(socket, limit).await
    }

    /// Takes the files again whenever they change, until it is dropped. Files that cannot be used change
    /// nothing: the old certificate is shown on.
    pub async fn follow(self) {
        let mut seen = self.stamp().await;
        loop {
            tokio::time::sleep(LOOK).await;
            let stamp = self.stamp().await;
            if stamp != seen {
                seen = stamp;
                self.renew().await;
            }
        }
    }

    async fn renew(&self) {
        let shown = self.shown.clone();
        let read = move || read(&shown.files, &shown.provider);
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok(fresh)) => {
                let key = self.shown.key.write();
                *key.unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
                tracing::info!(cert = %self.shown.files.cert.display(), "a new certificate is shown");
            }
            Ok(Err(error)) => tracing::error!(%error, "the old certificate is shown on"),
            Err(error) => tracing::error!(%error, "the old certificate is shown on"),
        }
    }

    /// When and how the files were changed last.
    async fn stamp(&self) -> [Option<(SystemTime, u64)>; 2] {
        let files = self.shown.files.clone();
        let look = move || [stamp(&files.cert), stamp(&files.key)];
        tokio::task::spawn_blocking(look).await.unwrap_or_default()
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

fn read(files: &CertFiles, provider: &CryptoProvider) -> Result<CertifiedKey, SecureError> {
    let CertFiles { cert, key } = files;
    let wrong = |flag, path: &PathBuf, reason: String| SecureError::File {
        flag,
        path: path.clone(),
        reason,
    };
    let of_cert = |reason: String| wrong("tls-cert", cert, reason);
    let of_key = |reason: String| wrong("tls-key", key, reason);
    let text = fs::read(cert).map_err(|error| of_cert(error.to_string()))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| of_cert(error.to_string()))?;
    if chain.is_empty() {
        return Err(of_cert("there is no certificate in it".to_owned()));
    }
    let text = fs::read(key).map_err(|error| of_key(error.to_string()))?;
    let private = PrivateKeyDer::from_pem_slice(&text);
    let private = private.map_err(|error| of_key(error.to_string()))?;
    let certified = CertifiedKey::from_der(chain, private, provider);
    certified.map_err(|error| SecureError::Pair {
        cert: cert.clone(),
        key: key.clone(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    fn pem(label: &str, der: &[u8]) -> String {
        let text = STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    }

    fn write(folder: &Path, name: &str) -> (CertFiles, Vec<u8>) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let files = CertFiles {
            cert: folder.join(format!("{name}.crt")),
            key: folder.join(format!("{name}.key")),
        };
        let (cert, key) = (made.cert.der().to_vec(), made.signing_key.serialize_der());
        fs::write(&files.cert, pem("CERTIFICATE", &cert)).unwrap();
        fs::write(&files.key, pem("PRIVATE KEY", &key)).unwrap();
        (files, cert)
    }

    #[test]
    fn each_error_names_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let (a, _) = write(folder.path(), "a");
        let (b, _) = write(folder.path(), "b");
        assert!(Secure::load(&a).is_ok());
        let error = |cert: &Path, key: &Path| {
            let files = CertFiles {
                cert: cert.to_owned(),
                key: key.to_owned(),
            };
            Secure::load(&files).unwrap_err().to_string()
        };
        let none = folder.path().join("none");
        let text = error(&none, &a.key);
        assert!(text.starts_with("--tls-cert ") && text.contains("none: No such file"));
        let text = error(&a.key, &a.key);
        assert!(text.contains("a.key: there is no certificate"), "{text}");
        let text = error(&a.cert, &a.cert);
        assert!(text.starts_with("--tls-key ") && text.contains("a.crt: "));
        let text = error(&a.cert, &b.key);
        assert!(text.contains("b.key does not go with"), "{text}");
    }

    #[tokio::test]
    async fn only_files_that_fit_replace_the_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let (files, first) = write(folder.path(), "a");
        let secure = Secure::load(&files).unwrap();
        let shown = || {
            let key = secure.shown.key.read().unwrap().clone();
            key.cert[0].to_vec()
        };
        let (other, second) = write(folder.path(), "b");
        fs::copy(&other.cert, &files.cert).unwrap();
        secure.renew().await;
        assert_eq!(shown(), first, "the key is still the old one");
        fs::copy(&other.key, &files.key).unwrap();
        secure.renew().await;
        assert_eq!(shown(), second);
    }
}
