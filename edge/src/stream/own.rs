//! Streams at a media node of one's own.

use crate::call::media_urls;
use crate::link::Lease;
use counterpart_shared::api::{MediaUrls, StreamCreated};
use counterpart_shared::grant::{Act, Composite, Grant, Layout, Signer};
use counterpart_shared::id::{CallId, Party, StreamId, UserId};

/// A node's clock may be so many seconds behind.
const CLOCK_SKEW_S: u64 = 60;

/// A stream that has been given a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnStream {
    /// What the nodes know it as; see [`own_call`].
    pub call: CallId,
    /// Who gets the URLs.
    pub user: UserId,
    /// Until when they are good, in UNIX seconds.
    pub exp: u64,
}

/// What stands for the call of a stream that has none. Calls begin with `c-`, so neither meets the other.
pub fn own_call(stream: &StreamId) -> Option<CallId> {
    format!("s-{stream}").parse().ok()
}

impl OwnStream {
    /// The URLs of the wanted acts, in this order: publish, play.
    pub fn urls(
        &self,
        acts: impl Fn(Act) -> bool,
        mut lease: Lease,
        signer: &Signer,
        now: u64,
    ) -> StreamCreated {
        let mut issue = |act: Act| {
            acts(act).then(|| {
                let key = lease.keys.pop();
                let grant = self.grant(act, &lease, now);
                media_urls(&grant, &lease, key.as_ref(), &signer.sign_grant(&grant))
            })
        };
        let publish: Option<MediaUrls> = issue(Act::Publish);
        let play = issue(Act::Play);
        StreamCreated::Own { publish, play }
    }

    /// The time counts the grants: whoever asked later takes the stream over.
    fn grant(&self, act: Act, lease: &Lease, now: u64) -> Grant {
        let iat = now / 1000;
        Grant {
            act,
            stream: self
                .call
                .as_str()
                .parse()
                .expect("a call's id is one of a stream too"),
            call: self.call.clone(),
            party: match act {
                Act::Publish => Party::Caller,
                Act::Play | Act::Review => Party::Callee,
            },
            node: lease.node.clone(),
            sub: self.user.clone(),
            serial: now,
            watch: false,
            layout: Layout::default(),
            least_days: 0,
            composite: Composite::default(),
            desk: None,
            record: false,
            iat,
            nbf: iat.saturating_sub(CLOCK_SKEW_S),
            exp: self.exp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::api::Endpoints;
    use counterpart_shared::grant::KeySet;

    fn lease() -> Lease {
        Lease {
            node: "n1".parse().unwrap(),
            endpoints: Endpoints {
                host: "h".into(),
                rtmp_port: 1,
                http_port: 2,
                udp_port: 3,
                rtmps_port: None,
                https_port: None,
                one_time: false,
            },
            daily_sha256: "aa".into(),
            keys: vec![],
        }
    }

    #[test]
    fn each_act_has_a_grant_of_its_own() {
        let stream = OwnStream {
            call: own_call(&"lobby".parse().unwrap()).unwrap(),
            user: "u".parse().unwrap(),
            exp: 200,
        };
        let signer = Signer::from_seed(&[1; 32]);
        let keys = KeySet::from_keys(&[signer.public_key()]).unwrap();
        let created = stream.urls(|_| true, lease(), &signer, 100_000);
        let StreamCreated::Own {
            publish: Some(publish),
            play: Some(play),
        } = created
        else {
            panic!("{created:?}");
        };
        for (urls, act) in [(publish, Act::Publish), (play, Act::Play)] {
            let (address, token) = urls.rtmp.split_once("?grant=").unwrap();
            assert_eq!(address, "rtmp://h:1/live/s-lobby");
            let grant = keys.verify_grant(token, 199).unwrap();
            assert_eq!((grant.act, grant.serial, grant.exp), (act, 100_000, 200));
            assert_eq!(urls.expires_at, 200_000);
        }
        let only = stream.urls(|act| act == Act::Play, lease(), &signer, 0);
        assert!(matches!(
            only,
            StreamCreated::Own {
                publish: None,
                play: Some(_)
            }
        ));
    }
}
