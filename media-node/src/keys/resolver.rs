//! Which certificate one connection gets.

use super::Keys;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// How a connection's question for a certificate ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Not asked so far.
    NotYet,
    /// It got one.
    Served,
    /// Its label is unknown or used.
    UnknownLabel,
}

/// The certificate resolver of exactly one connection.
///
/// TLS asks once, and once more after a HelloRetryRequest (RFC 8446 §4.1.4); the second time gets what
/// the first got, since the table has forgotten it by then. After the handshake
/// [`forget`](Self::forget) drops the private key.
#[derive(Debug)]
pub struct Resolver {
    keys: Arc<Keys>,
    answer: Mutex<Option<Answer>>,
}

#[derive(Debug)]
struct Answer {
    name: Option<String>,
    certified: Option<Arc<CertifiedKey>>,
    asked: Asked,
}

impl Resolver {
    /// For one connection.
    pub fn new(keys: Arc<Keys>) -> Self {
        let answer = Mutex::new(None);
        Self { keys, answer }
    }

    /// How it went.
    pub fn asked(&self) -> Asked {
        self.lock().as_ref().map_or(Asked::NotYet, |a| a.asked)
    }

    /// Drops the private key; the connection has its session keys.
    pub fn forget(&self) {
        if let Some(answer) = self.lock().as_mut() {
            answer.certified = None;
        }
    }

    fn answer(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let mut slot = self.lock();
        if let Some(answer) = slot.as_ref() {
            let same = answer.name.as_deref() == name;
            return answer.certified.clone().filter(|_| same);
        }
        let certified = self.keys.take(name, SystemTime::now());
        let asked = match certified {
            Some(_) => Asked::Served,
            None => Asked::UnknownLabel,
        };
        *slot = Some(Answer {
            name: name.map(str::to_owned),
            certified: certified.clone(),
            asked,
        });
        certified
    }

    fn lock(&self) -> MutexGuard<'_, Option<Answer>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.answer(hello.server_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_of_the_same_connection_gets_the_same_pair_and_no_other() {
        let now = SystemTime::now();
        let keys = Arc::new(Keys::new("localhost", true, now).unwrap());
        let made = keys.make(1, now).unwrap();
        let name = format!("{}.localhost", made[0].label);
        let resolver = Resolver::new(keys.clone());
        assert_eq!(resolver.asked(), Asked::NotYet);
        let first = resolver.answer(Some(&name)).unwrap();
        let again = resolver.answer(Some(&name)).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert!(resolver.answer(Some("localhost")).is_none());
        resolver.forget();
        assert!(resolver.answer(Some(&name)).is_none());
        let other = Resolver::new(keys);
        assert!(other.answer(Some(&name)).is_none());
        assert_eq!(other.asked(), Asked::UnknownLabel);
    }
}
