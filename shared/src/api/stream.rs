//! `POST /v1/streams`: URLs of a stream without a call, for the business server.

use super::media::MediaUrls;
use crate::grant::Act;
use crate::id::{StreamId, UserId};
use serde::{Deserialize, Serialize};

/// What the business server wants, by API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateStream {
    /// The stream, as the business server names it: at most 62 characters.
    pub stream: StreamId,
    /// To send it, to receive it, or both.
    pub act: StreamAct,
    /// For whom.
    pub user: UserId,
    /// A connection may begin for so many seconds: 60 to 86,400.
    #[serde(default = "an_hour")]
    pub ttl_s: u64,
    /// Whose servers carry it.
    #[serde(default)]
    pub provider: Provider,
}

fn an_hour() -> u64 {
    3600
}

/// Which URLs are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StreamAct {
    /// To send only.
    Publish,
    /// To receive only.
    Play,
    /// Both.
    Both,
}

impl StreamAct {
    /// Whether this one is among them.
    pub fn includes(self, act: Act) -> bool {
        match self {
            StreamAct::Publish => act == Act::Publish,
            StreamAct::Play => act == Act::Play,
            StreamAct::Both => act != Act::Review,
        }
    }
}

/// Whose servers carry a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// This deployment's media nodes.
    #[default]
    Own,
    /// Tencent Cloud's live CDN.
    Tencent,
}

/// Answer to [`CreateStream`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "lowercase")]
pub enum StreamCreated {
    /// At a media node.
    Own {
        /// To send.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        publish: Option<MediaUrls>,
        /// To receive.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        play: Option<MediaUrls>,
    },
    /// At Tencent Cloud.
    Tencent {
        /// To send.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        publish: Option<TencentUrls>,
        /// To receive.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        play: Option<TencentUrls>,
    },
}

/// One act on a stream at Tencent Cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TencentUrls {
    /// Publish or play.
    pub act: Act,
    /// The stream as Tencent names it, with the `bizid_` prefix where there is one.
    pub stream: StreamId,
    /// Until when a connection may begin, in UNIX milliseconds.
    pub expires_at: u64,
    /// `rtmp://DOMAIN/live/STREAM?txSecret=…&txTime=…`
    pub rtmp: String,
    /// `https://DOMAIN/live/STREAM.flv?…`; only to play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flv: Option<String>,
}
