//! Streams at Tencent Cloud: URLs with `txSecret` and `txTime`, as its live CDN checks them.
//!
//! `txSecret` is the lower-case hex of MD5 over key, stream name and `txTime`, and `txTime` is the end in
//! UNIX seconds as hex. Publish and play have keys of their own: with one key for both, whoever holds a
//! play URL could make a publish URL of it.

use counterpart_shared::api::{ApiError, ErrorCode, StreamAct, StreamCreated, TencentUrls};
use counterpart_shared::grant::Act;
use counterpart_shared::id::StreamId;
use md5::{Digest, Md5};
use std::fmt::Write;

/// The application that Tencent gives each domain.
const APP: &str = "live";

/// The settings; an empty text is one that is not set.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tencent {
    /// The account's number, of old accounts: `{bizid}_` stands before each stream's name then.
    pub bizid: String,
    /// Where streams are sent.
    pub push_domain: String,
    /// Where they are received.
    pub play_domain: String,
    /// Signs publish URLs.
    pub push_key: String,
    /// Signs play URLs.
    pub play_key: String,
}

impl Tencent {
    /// The URLs of a stream, good until `exp` (UNIX seconds).
    ///
    /// # Errors
    /// [`ErrorCode::NotConfigured`] where a domain or a key that they need is not set, or where the two
    /// keys are one.
    pub fn urls(
        &self,
        stream: &StreamId,
        act: StreamAct,
        exp: u64,
    ) -> Result<StreamCreated, ApiError> {
        self.check(act)?;
        let named = self.named(stream)?;
        let issue = |one: Act| act.includes(one).then(|| self.issue(&named, one, exp));
        Ok(StreamCreated::Tencent {
            publish: issue(Act::Publish),
            play: issue(Act::Play),
        })
    }

    fn check(&self, act: StreamAct) -> Result<(), ApiError> {
        let unset = |name: &str| {
            let detail = format!("{name} is not set");
            Err(ApiError::new(ErrorCode::NotConfigured, detail))
        };
        let settings = [
            (Act::Publish, "TENCENT_PUSH_DOMAIN", &self.push_domain),
            (Act::Publish, "TENCENT_PUSH_KEY", &self.push_key),
            (Act::Play, "TENCENT_PLAY_DOMAIN", &self.play_domain),
            (Act::Play, "TENCENT_PLAY_KEY", &self.play_key),
        ];
        for (of, name, value) in settings {
            if act.includes(of) && value.is_empty() {
                return unset(name);
            }
        }
        if self.push_key == self.play_key {
            let detail = "TENCENT_PUSH_KEY and TENCENT_PLAY_KEY must differ";
            return Err(ApiError::new(ErrorCode::NotConfigured, detail));
        }
        Ok(())
    }

    fn named(&self, stream: &StreamId) -> Result<StreamId, ApiError> {
        if self.bizid.is_empty() {
            return Ok(stream.clone());
        }
        let named = format!("{}_{stream}", self.bizid).parse();
        named.map_err(|_| ApiError::new(ErrorCode::NotConfigured, "TENCENT_BIZID is no number"))
    }

    fn issue(&self, stream: &StreamId, act: Act, exp: u64) -> TencentUrls {
        let (domain, key) = match act {
            Act::Publish => (&self.push_domain, &self.push_key),
            Act::Play | Act::Review => (&self.play_domain, &self.play_key),
        };
        let query = self.query(stream, key, exp);
        let flv = || format!("https://{domain}/{APP}/{stream}.flv?{query}");
        TencentUrls {
            act,
            stream: stream.clone(),
            expires_at: exp * 1000,
            rtmp: format!("rtmp://{domain}/{APP}/{stream}?{query}"),
            flv: (act == Act::Play).then(flv),
        }
    }

    fn query(&self, stream: &StreamId, key: &str, exp: u64) -> String {
        let time = format!("{exp:X}");
        let secret = tx_secret(key, stream.as_str(), &time);
        let signed = format!("txSecret={secret}&txTime={time}");
        if self.bizid.is_empty() {
            return signed;
        }
        format!("bizid={}&{signed}", self.bizid)
    }
}

/// The signature; `time` exactly as it stands in the URL.
pub fn tx_secret(key: &str, stream: &str, time: &str) -> String {
    let digest = Md5::new()
        .chain_update(key)
        .chain_update(stream)
        .chain_update(time)
        .finalize();
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "8888_room_5f3a1c2e_9b7d_user_0a1b2c3d_4e5f";

    fn tencent() -> Tencent {
        Tencent {
            bizid: "8888".into(),
            push_domain: "8888.livepush.myqcloud.com".into(),
            play_domain: "8888.liveplay.myqcloud.com".into(),
            push_key: "somestring".into(),
            play_key: "another".into(),
        }
    }

    #[test]
    fn signatures_are_those_of_tencent() {
        let secret = |stream, time| tx_secret("somestring", stream, time);
        assert_eq!(
            secret(STREAM, "5C2ACACC"),
            "55545c6c188182c374cb78a5f61521de"
        );
        assert_eq!(
            secret(STREAM, "5c2acacc"),
            "244807cd0ab6a8f5e2f46f2f1490fbb8"
        );
        assert_eq!(
            secret("test", "5c2acacc"),
            "b77e812107e1d8b8f247885a46e1bd34"
        );
    }

    #[test]
    fn urls_of_both_styles() {
        let stream: StreamId = STREAM[5..].parse().unwrap();
        let created = tencent()
            .urls(&stream, StreamAct::Both, 0x5C2A_CACC)
            .unwrap();
        let StreamCreated::Tencent {
            publish: Some(publish),
            play: Some(play),
        } = created
        else {
            panic!("{created:?}");
        };
        let wanted = format!(
            "rtmp://8888.livepush.myqcloud.com/live/{STREAM}\
             ?bizid=8888&txSecret=55545c6c188182c374cb78a5f61521de&txTime=5C2ACACC"
        );
        assert_eq!((publish.rtmp, publish.flv), (wanted, None));
        let secret = tx_secret("another", STREAM, "5C2ACACC");
        assert!(play.rtmp.contains(&secret) && play.flv.unwrap().contains(&secret));
        let new = Tencent {
            bizid: String::new(),
            ..tencent()
        };
        let created = new
            .urls(&"test".parse().unwrap(), StreamAct::Publish, 1)
            .unwrap();
        let StreamCreated::Tencent {
            publish: Some(publish),
            play: None,
        } = created
        else {
            panic!("{created:?}");
        };
        let secret = tx_secret("somestring", "test", "1");
        let wanted =
            format!("rtmp://8888.livepush.myqcloud.com/live/test?txSecret={secret}&txTime=1");
        assert_eq!(publish.rtmp, wanted);
    }

    #[test]
    fn what_is_not_set_is_said_and_one_key_for_both_is_refused() {
        let stream: StreamId = "s".parse().unwrap();
        let refused = |tencent: &Tencent, act| tencent.urls(&stream, act, 1).unwrap_err();
        let none = Tencent::default();
        let error = refused(&none, StreamAct::Play);
        assert_eq!(error.code, ErrorCode::NotConfigured);
        assert_eq!(error.detail, "TENCENT_PLAY_DOMAIN is not set");
        let one = Tencent {
            play_key: "somestring".into(),
            ..tencent()
        };
        for act in [StreamAct::Play, StreamAct::Publish, StreamAct::Both] {
            assert_eq!(refused(&one, act).code, ErrorCode::NotConfigured);
        }
        let push_only = Tencent {
            play_key: String::new(),
            ..tencent()
        };
        assert!(push_only.urls(&stream, StreamAct::Publish, 1).is_ok());
    }
}
