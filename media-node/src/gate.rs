//! The gate: nobody passes without a grant for exactly what he asks.

use crate::refusal::Refusal;
use counterpart_shared::grant::{Act, Grant, KeySet, PublicKey, TokenError};
use counterpart_shared::id::NodeId;
use std::sync::{PoisonError, RwLock};

/// The one application of a media URL.
pub const APP: &str = "live";

/// What somebody wants, as his URL says it.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Publish or play.
    pub act: Act,
    /// The application.
    pub app: &'a str,
    /// The stream.
    pub stream: &'a str,
    /// The token, if there is one.
    pub token: Option<&'a str>,
}

/// Verifies grants with the keys that the edge has sent.
#[derive(Debug)]
pub struct Gate {
    node: NodeId,
    keys: RwLock<KeySet>,
}

impl Gate {
    /// Closed until [`trust`](Self::trust).
    pub fn new(node: NodeId) -> Self {
        let keys = RwLock::default();
        Self { node, keys }
    }

    /// From now on these keys, and no others, verify.
    pub fn trust(&self, keys: &[PublicKey]) -> Result<(), TokenError> {
        let keys = KeySet::from_keys(keys)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// The grant that allows this wish; `now` in UNIX seconds.
    pub fn check(&self, wish: Wish<'_>, now: u64) -> Result<Grant, Refusal> {
        if wish.app.trim_matches('/') != APP {
            return Err(Refusal::App(cut(wish.app)));
        }
        let token = wish.token.ok_or(TokenError::Missing)?;
        let grant = self.verify(token, now)?;
        self.allows(&grant, wish.act)?;
        if grant.stream.as_str() != wish.stream {
            let asked = cut(wish.stream);
            let granted = grant.stream;
            return Err(Refusal::Stream { granted, asked });
        }
        Ok(grant)
    }

    /// The grant that allows to read the recordings of this call; `now` in UNIX seconds.
    pub fn check_review(
        &self,
        call: &str,
        token: Option<&str>,
        now: u64,
    ) -> Result<Grant, Refusal> {
        let grant = self.verify(token.ok_or(TokenError::Missing)?, now)?;
        self.allows(&grant, Act::Review)?;
        if grant.call.as_str() != call {
            let asked = cut(call);
            let granted = grant.call;
            return Err(Refusal::Call { granted, asked });
        }
        Ok(grant)
    }

    /// Whether a grant is for this act and this node.
    fn allows(&self, grant: &Grant, wanted: Act) -> Result<(), Refusal> {
        let granted = grant.act;
        if granted != wanted {
            return Err(Refusal::Act { granted, wanted });
        }
        if grant.node != self.node {
            let here = self.node.clone();
            let granted = grant.node.clone();
            return Err(Refusal::Node { granted, here });
        }
        Ok(())
    }

    fn verify(&self, token: &str, now: u64) -> Result<Grant, Refusal> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        if keys.is_empty() && !token.is_empty() {
            return Err(Refusal::NoKeys);
        }
        Ok(keys.verify_grant(token, now)?)
    }
}

/// What a stranger sent, short enough for a log line and without a second one.
pub(crate) fn cut(text: &str) -> String {
    let shown = text.chars().take(80);
    shown.flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::api::ErrorCode;
    use counterpart_shared::grant::{Composite, Layout, Signer};
    use counterpart_shared::id::{CallId, Party, StreamId};

    const NOW: u64 = 150;

    fn grant() -> Grant {
        let call: CallId = "c1".parse().unwrap();
        Grant {
            act: Act::Play,
            stream: StreamId::of(&call, Party::Caller),
            call,
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
            iat: 100,
            nbf: 100,
            exp: 200,
        }
    }

    fn check(change: impl FnOnce(&mut Grant), wish: impl FnOnce(&mut Wish<'_>)) -> &'static str {
        let signer = Signer::from_seed(&[7; 32]);
        let gate = Gate::new("n1".parse().unwrap());
        gate.trust(&[signer.public_key()]).unwrap();
        let mut grant = grant();
        change(&mut grant);
        let token = signer.sign_grant(&grant);
        let mut asked = Wish {
            act: Act::Play,
            app: "live",
            stream: "c1.caller",
            token: Some(&token),
        };
        wish(&mut asked);
        let result = gate.check(asked, NOW);
        result.map_or_else(|refusal| refusal.reason(), |_| "allowed")
    }

    #[test]
    fn every_refusal_has_its_own_reason() {
        assert_eq!(check(|_| {}, |_| {}), "allowed");
        assert_eq!(check(|_| {}, |w| w.token = None), "grant_missing");
        assert_eq!(check(|_| {}, |w| w.token = Some("")), "grant_missing");
        assert_eq!(
            check(|_| {}, |w| w.token = Some("x.y.z")),
            "grant_malformed"
        );
        assert_eq!(check(|g| g.exp = 150, |_| {}), "grant_expired");
        assert_eq!(check(|g| g.nbf = 151, |_| {}), "grant_not_yet_valid");
        assert_eq!(check(|_| {}, |w| w.act = Act::Publish), "other_act");
        assert_eq!(check(|_| {}, |w| w.stream = "c2.caller"), "other_stream");
        assert_eq!(
            check(|g| g.node = "n2".parse().unwrap(), |_| {}),
            "other_node"
        );
        assert_eq!(check(|_| {}, |w| w.app = "vod"), "other_app");
    }

    #[test]
    fn a_review_is_of_one_call() {
        let signer = Signer::from_seed(&[7; 32]);
        let gate = Gate::new("n1".parse().unwrap());
        gate.trust(&[signer.public_key()]).unwrap();
        let check = |call: &str, change: &dyn Fn(&mut Grant)| {
            let mut grant = grant();
            grant.act = Act::Review;
            change(&mut grant);
            let token = signer.sign_grant(&grant);
            let result = gate.check_review(call, Some(&token), NOW);
            result.map_or_else(|refusal| refusal.reason(), |_| "allowed")
        };
        assert_eq!(check("c1", &|_| {}), "allowed");
        assert_eq!(check("c2", &|_| {}), "other_call");
        assert_eq!(check("c1", &|g| g.act = Act::Play), "other_act");
        assert_eq!(check("c1", &|g| g.exp = NOW), "grant_expired");
        let other = |g: &mut Grant| g.node = "n2".parse().unwrap();
        assert_eq!(check("c1", &other), "other_node");
        let missing = gate.check_review("c1", None, NOW).unwrap_err();
        assert_eq!(missing.reason(), "grant_missing");
    }

    #[test]
    fn what_a_stranger_sends_stays_on_its_line() {
        assert_eq!(cut("c1.caller"), "c1.caller");
        assert_eq!(cut("a\nb"), "a\\nb");
        assert_eq!(cut(&"x".repeat(100)).len(), 80);
    }

    #[test]
    fn without_keys_nobody_passes() {
        let gate = Gate::new("n1".parse().unwrap());
        let wish = Wish {
            act: Act::Play,
            app: "live",
            stream: "c1.caller",
            token: Some("a.b.c"),
        };
        let refusal = gate.check(wish, NOW).unwrap_err();
        assert_eq!(refusal, Refusal::NoKeys);
        assert_eq!(refusal.error_code(), ErrorCode::NoNode);
    }

    #[test]
    fn another_key_is_unknown() {
        let gate = Gate::new("n1".parse().unwrap());
        let trusted = Signer::from_seed(&[7; 32]).public_key();
        gate.trust(&[trusted]).unwrap();
        let token = Signer::from_seed(&[8; 32]).sign_grant(&grant());
        let wish = Wish {
            act: Act::Play,
            app: "live",
            stream: "c1.caller",
            token: Some(&token),
        };
        let refusal = gate.check(wish, NOW).unwrap_err();
        assert_eq!(refusal.reason(), "grant_unknown_key");
    }
}
