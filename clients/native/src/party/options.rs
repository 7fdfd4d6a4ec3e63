//! How a party plays his part.

use crate::play::PlayOptions;
use crate::publish::PublishOptions;
use counterpart_shared::api::MediaUrls;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Which of the URLs to use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Carrier {
    /// QUIC.
    #[default]
    Quic,
    /// RTMP on TCP.
    Rtmp,
}

impl Carrier {
    /// The URL for this carrier.
    pub fn of(self, urls: &MediaUrls) -> &str {
        match self {
            Carrier::Quic => &urls.quic,
            Carrier::Rtmp => &urls.rtmp,
        }
    }
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Carrier::Quic => "quic",
            Carrier::Rtmp => "rtmp",
        })
    }
}

impl FromStr for Carrier {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "quic" => Ok(Carrier::Quic),
            "rtmp" => Ok(Carrier::Rtmp),
            other => Err(format!("'{other}' is neither quic nor rtmp")),
        }
    }
}

/// How a party plays his part.
#[derive(Debug, Clone)]
pub struct PartyOptions {
    /// How the own stream travels.
    pub publish_over: Carrier,
    /// How the other's stream travels.
    pub play_over: Carrier,
    /// What is published; its `stop` and `progress` are not used.
    pub publish: PublishOptions,
    /// What is kept of what is played; its `stop` and `progress` are not used.
    pub play: PlayOptions,
    /// How long to talk after the seven steps.
    pub talk: Duration,
    /// Texts to send while talking, one after the other.
    pub texts: Vec<String>,
    /// From one text to the next.
    pub text_every: Duration,
    /// Whether this party hangs up after the talk; else he waits for the other to do so.
    pub hangs_up: bool,
    /// How long each step may take.
    pub patience: Duration,
    /// How long a caller waits in line and rings.
    pub ring: Duration,
}

/// Ten seconds without texts, over QUIC; nobody hangs up.
impl Default for PartyOptions {
    fn default() -> Self {
        Self {
            publish_over: Carrier::default(),
            play_over: Carrier::default(),
            publish: PublishOptions::default(),
            play: PlayOptions::default(),
            talk: Duration::from_secs(10),
            texts: Vec::new(),
            text_every: Duration::from_secs(1),
            hangs_up: false,
            patience: Duration::from_secs(20),
            ring: Duration::from_secs(120),
        }
    }
}
