//! One P-256 key pair with its self-signed certificate.

use counterpart_shared::api::OneTimeKey;
use counterpart_shared::id::Label;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a certificate is valid. Browsers accept a pinned one only below 14 days (WebTransport,
/// "Using a server certificate hash"); a URL is used within minutes.
pub(super) const VALIDITY: Duration = Duration::from_secs(2 * 24 * 3600);

/// Clients' clocks may be this far behind.
const CLOCK_SLACK: Duration = Duration::from_secs(3600);

/// A certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The name or the times do not fit into a certificate.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// The key cannot sign.
    #[error("cannot use the certificate's key: {0}")]
    Use(#[from] rustls::Error),
}

/// A key pair and its certificate.
#[derive(Debug)]
pub struct Certificate {
    certified: Arc<CertifiedKey>,
    sha256: String,
    made_at: SystemTime,
}

impl Certificate {
    /// A fresh one for `name`, valid from an hour before `now` on.
    pub fn make(name: &str, now: SystemTime) -> Result<Self, CertificateError> {
        let pair = KeyPair::generate()?;
        let der = params(name, now)?.self_signed(&pair)?.der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(pair.serialize_der()));
        let signer = rustls::crypto::ring::sign::any_ecdsa_type(&key)?;
        Ok(Self {
            sha256: hex(&Sha256::digest(&der)),
            certified: Arc::new(CertifiedKey::new(vec![der], signer)),
            made_at: now,
        })
    }

    /// SHA-256 of the certificate (DER), lower-case hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// When it was made.
    pub fn made_at(&self) -> SystemTime {
        self.made_at
    }

    /// When it ends.
    pub fn expires_at(&self) -> SystemTime {
        self.made_at + VALIDITY
    }

    /// As the edge learns of it.
    pub fn describe(&self, label: &Label) -> OneTimeKey {
        let expires = self.expires_at().duration_since(UNIX_EPOCH);
        OneTimeKey {
            label: label.clone(),
            sha256: self.sha256.clone(),
            expires_at: expires.unwrap_or_default().as_millis() as u64,
        }
    }

    /// For TLS.
    pub fn certified(&self) -> Arc<CertifiedKey> {
        self.certified.clone()
    }
}

fn params(name: &str, now: SystemTime) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.not_before = (now - CLOCK_SLACK).into();
    params.not_after = (now + VALIDITY).into();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
