//! The node's certificates: one-time ones under random labels, and one of the day for hosts that have no
//! wildcard name.
//!
//! A one-time pair lives from its making to the one connection that asks for its label; the table gives
//! it away and forgets it. Nothing here touches a disk.

mod certificate;
mod resolver;
mod table;

pub use certificate::{Certificate, CertificateError};
pub use resolver::{Asked, Resolver};
pub use table::KeyTable;

use counterpart_shared::api::OneTimeKey;
use rustls::sign::CertifiedKey;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How often the certificate of the day changes.
pub const DAY: Duration = Duration::from_secs(24 * 3600);

/// All certificates of the node, shared by its connections.
#[derive(Debug)]
pub struct Keys {
    host: String,
    one_time: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    table: KeyTable,
    daily: Certificate,
}

impl Keys {
    /// With an empty table and a fresh certificate of the day.
    pub fn new(host: &str, one_time: bool, now: SystemTime) -> Result<Self, CertificateError> {
        let daily = Certificate::make(host, now)?;
        let table = KeyTable::default();
        Ok(Self {
            host: host.to_owned(),
            one_time,
            state: Mutex::new(State { table, daily }),
        })
    }

    /// Makes up to `count` one-time pairs, and none where no label reaches the node.
    pub fn make(&self, count: usize, now: SystemTime) -> Result<Vec<OneTimeKey>, CertificateError> {
        if !self.one_time {
            return Ok(Vec::new());
        }
        let room = self.lock().table.room(now);
        let mut made = Vec::new();
        for _ in 0..count.min(room) {
            let label = table::random_label(&mut rand::rng());
            // Made outside the lock: signing takes longer than a connection should wait.
            let certificate = Certificate::make(&format!("{label}.{}", self.host), now)?;
            made.push(certificate.describe(&label));
            self.lock().table.insert(label, certificate);
        }
        Ok(made)
    }

    /// Up to `count` hosts to name, each with the SHA-256 (hex) of the certificate behind it: one-time ones, or, where no label reaches
    /// the node, that of the day.
    pub fn addresses(&self, count: usize, now: SystemTime) -> Vec<(String, String)> {
        if !self.one_time {
            return vec![(self.host.clone(), self.daily_sha256()); count];
        }
        let made = self.make(count, now).unwrap_or_else(|error| {
            tracing::error!(%error, "no one-time key");
            Vec::new()
        });
        let host = &self.host;
        let named = made.into_iter();
        let named = named.map(|key| (format!("{}.{host}", key.label), key.sha256));
        named.collect()
    }

    /// Forgets the one-time pair behind this host: nobody will ask for it.
    pub fn discard(&self, host: &str) {
        if let Some(Some(label)) = self.label(Some(host)) {
            self.lock().table.discard(&label);
        }
    }

    /// One-time pairs that nobody has asked for yet.
    pub fn stock(&self) -> usize {
        self.lock().table.len()
    }

    /// SHA-256 of the certificate of the day.
    pub fn daily_sha256(&self) -> String {
        self.lock().daily.sha256().to_owned()
    }

    /// Renews the certificate of the day if its day is over; the new hash, if so.
    pub fn renew(&self, now: SystemTime) -> Result<Option<String>, CertificateError> {
        if self.lock().daily.made_at() + DAY > now {
            return Ok(None);
        }
        let fresh = Certificate::make(&self.host, now)?;
        let sha256 = fresh.sha256().to_owned();
        self.lock().daily = fresh;
        Ok(Some(sha256))
    }

    /// The certificate for a connection that names `sni`, taken out of the table if it is a one-time one.
    fn take(&self, sni: Option<&str>, now: SystemTime) -> Option<Arc<CertifiedKey>> {
        let mut state = self.lock();
        match self.label(sni) {
            None => Some(state.daily.certified()),
            Some(label) => state.table.take(&label?, now),
        }
    }

    /// `None` for the bare host, `Some(None)` for a name that is not ours.
    fn label(&self, sni: Option<&str>) -> Option<Option<String>> {
        let name = sni?.to_ascii_lowercase();
        if name == self.host {
            return None;
        }
        let label = name.strip_suffix(&self.host);
        Some(label.and_then(|rest| rest.strip_suffix('.').map(str::to_owned)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::new("localhost", true, SystemTime::now()).unwrap()
    }

    #[test]
    fn a_label_is_given_once() {
        let keys = keys();
        let now = SystemTime::now();
        let made = keys.make(2, now).unwrap();
        assert_eq!(keys.stock(), 2);
        assert_ne!(made[0].sha256, made[1].sha256);
        let name = format!("{}.LOCALHOST", made[0].label);
        assert!(keys.take(Some(&name), now).is_some());
        assert!(keys.take(Some(&name), now).is_none());
        assert_eq!(keys.stock(), 1);
    }

    #[test]
    fn the_bare_host_and_no_name_get_the_certificate_of_the_day() {
        let keys = keys();
        let now = SystemTime::now();
        assert!(keys.take(None, now).is_some());
        assert!(keys.take(Some("localhost"), now).is_some());
        for other in ["", "other", "x.localhost", "xlocalhost", ".localhost"] {
            assert!(keys.take(Some(other), now).is_none(), "{other}");
        }
    }

    #[test]
    fn the_day_ends() {
        let keys = keys();
        let before = keys.daily_sha256();
        assert_eq!(keys.renew(SystemTime::now()).unwrap(), None);
        let fresh = keys.renew(SystemTime::now() + DAY).unwrap().unwrap();
        assert_ne!(fresh, before);
        assert_eq!(keys.daily_sha256(), fresh);
    }

    #[test]
    fn a_host_without_labels_makes_none() {
        let keys = Keys::new("192.0.2.1", false, SystemTime::now()).unwrap();
        assert!(keys.make(5, SystemTime::now()).unwrap().is_empty());
        assert!(keys.take(Some("a.192.0.2.1"), SystemTime::now()).is_none());
    }
}
