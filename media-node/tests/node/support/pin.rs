//! A TLS client that accepts exactly one certificate, and remembers which it saw.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use tokio_rustls::TlsConnector;

#[derive(Debug)]
pub(crate) struct Pin {
    sha256: String,
    provider: Arc<CryptoProvider>,
    pub(crate) seen: Mutex<Option<CertificateDer<'static>>>,
}

impl Pin {
    pub(crate) fn new(sha256: &str) -> Arc<Self> {
        Arc::new(Self {
            sha256: sha256.to_owned(),
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            seen: Mutex::new(None),
        })
    }

    /// For TCP.
    pub(crate) fn connector(self: &Arc<Self>) -> TlsConnector {
        Arc::new(self.tls()).into()
    }

    /// For QUIC with this protocol.
    pub(crate) fn config(self: &Arc<Self>, alpn: &[u8]) -> quinn::ClientConfig {
        let mut tls = self.tls();
        tls.alpn_protocols = vec![alpn.to_vec()];
        let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(tls).unwrap();
        quinn::ClientConfig::new(Arc::new(crypto))
    }

    fn tls(self: &Arc<Self>) -> rustls::ClientConfig {
        let builder = rustls::ClientConfig::builder_with_provider(self.provider.clone());
        builder
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(self.clone())
            .with_no_client_auth()
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.seen.lock().unwrap() = Some(certificate.clone().into_owned());
        match sha256(certificate) == self.sha256 {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(Error::General("another certificate".to_owned())),
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
