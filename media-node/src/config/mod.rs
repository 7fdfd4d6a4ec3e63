//! What an operator sets: a flag, else its `COUNTERPART_…` variable, else the default.

mod record;
mod store;
mod tls;

pub(crate) use record::key_file;
pub use store::StoreArgs;
pub use tls::TcpTls;

use crate::archive::{self, Retention, Watermark};
use crate::derive::Settings;
use crate::vault::Vault;
use counterpart_shared::id::NodeId;
use counterpart_transport::Congestion;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// The flags as they are given.
#[derive(Debug, Clone, clap::Parser)]
#[command(
    name = "counterpart-node",
    version,
    about,
    after_help = "Also: counterpart-node verify --help, counterpart-node public-key --help"
)]
pub struct Args {
    /// This node's id, as the edge and the grants name it.
    #[arg(long, env = "COUNTERPART_NODE_ID")]
    pub node_id: String,
    /// The edge's control link: ws(s)://HOST/v1/nodes/socket.
    #[arg(long, env = "COUNTERPART_EDGE")]
    pub edge: String,
    /// The secret that this node shows the edge. Better given in the variable than as a flag, which
    /// every process can read.
    #[arg(long, env = "COUNTERPART_NODE_SECRET", hide_env_values = true)]
    pub node_secret: Secret,
    /// Host name (or address) under which clients reach this node.
    #[arg(long, env = "COUNTERPART_HOST", default_value = "localhost")]
    pub host: String,
    /// Whether LABEL.HOST reaches this node too. Unless given: yes, if the host is a name.
    #[arg(long, env = "COUNTERPART_ONE_TIME")]
    pub one_time: Option<bool>,
    /// Address to listen on.
    #[arg(long, env = "COUNTERPART_BIND", default_value = "127.0.0.1")]
    pub bind: String,
    /// Port of RTMP over TCP; 0 picks a free one.
    #[arg(long, env = "COUNTERPART_RTMP_PORT", default_value_t = 1935)]
    pub rtmp_port: u16,
    /// Port of HTTP: HTTP-FLV, recordings, /healthz, /metrics; 0 picks a free one.
    #[arg(long, env = "COUNTERPART_HTTP_PORT", default_value_t = 8080)]
    pub http_port: u16,
    /// Port of QUIC and WebTransport; 0 picks a free one.
    #[arg(long, env = "COUNTERPART_UDP_PORT", default_value_t = 4433)]
    pub udp_port: u16,
    /// Port of RTMP over TLS (RTMPS), if there shall be one; needs --tls-cert; 0 picks a free one.
    #[arg(long, env = "COUNTERPART_RTMPS_PORT")]
    pub rtmps_port: Option<u16>,
    /// Port of HTTPS, if there shall be one; needs --tls-cert; 0 picks a free one.
    #[arg(long, env = "COUNTERPART_HTTPS_PORT")]
    pub https_port: Option<u16>,
    /// Certificate of the host for TLS on TCP: a PEM file, its chain behind it. Read again when it changes.
    #[arg(long, env = "COUNTERPART_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// Its key: a PEM file.
    #[arg(long, env = "COUNTERPART_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Folder of the recordings.
    #[arg(long, env = "COUNTERPART_RECORD_DIR", default_value = "run/recordings")]
    pub record_dir: PathBuf,
    /// File of the private key that seals recordings; made at the first start. Unless given: the folder
    /// of the recordings with `.key` behind it. Never inside that folder, which auditors get whole.
    #[arg(long, env = "COUNTERPART_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// Whether a composite of recorded calls is made, when their desks say: both parties in one picture.
    #[arg(long, env = "COUNTERPART_COMPOSITE", default_value_t = true, action = clap::ArgAction::Set)]
    pub composite: bool,
    /// How many composites may be made at once while their calls go on, where desks want that; each takes up to a third
    /// of a processor at the lowest priority, and others are made afterwards. Unless given: one for each processor.
    #[arg(long, env = "COUNTERPART_LIVE_COMPOSITES")]
    pub live_composites: Option<usize>,
    /// Time zone of the clock in the composite, as hours and minutes east of UTC: +08:00.
    #[arg(
        long,
        env = "COUNTERPART_UTC_OFFSET",
        default_value = "+00:00",
        allow_hyphen_values = true
    )]
    pub utc_offset: String,
    /// Copies, free space, how long recordings are kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Most connections of all kinds at once.
    #[arg(long, env = "COUNTERPART_MAX_CONNECTIONS", default_value_t = 4096)]
    pub max_connections: usize,
    /// Most published streams at once.
    #[arg(long, env = "COUNTERPART_CAPACITY", default_value_t = 200)]
    pub capacity: u32,
    /// A handshake or a request that takes longer is closed.
    #[arg(long, env = "COUNTERPART_HANDSHAKE_MS", default_value_t = 5_000)]
    pub handshake_ms: u64,
    /// A publisher who has sent no media after this long is closed.
    #[arg(long, env = "COUNTERPART_FIRST_MEDIA_MS", default_value_t = 10_000)]
    pub first_media_ms: u64,
    /// A live stream that brings nothing for this long is reported as stalled.
    #[arg(long, env = "COUNTERPART_STALL_MS", default_value_t = 2_000)]
    pub stall_ms: u64,
    /// How long players stay connected without a publisher.
    #[arg(long, env = "COUNTERPART_GRACE_MS", default_value_t = 10_000)]
    pub grace_ms: u64,
    /// A QUIC connection that is silent for this long is lost; a TCP player who takes nothing too.
    #[arg(long, env = "COUNTERPART_IDLE_MS", default_value_t = 10_000)]
    pub idle_ms: u64,
}

/// A text that is shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one header that carries it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How long things may take.
#[derive(Debug, Clone)]
pub struct Timing {
    /// A handshake or a request.
    pub handshake: Duration,
    /// From `publish` to the first media.
    pub first_media: Duration,
    /// Silence of a live stream until it is reported.
    pub stall: Duration,
    /// Players without a publisher.
    pub grace: Duration,
    /// Silence of a connection until it counts as lost.
    pub idle: Duration,
}

/// A configuration that can work: parsed once, valid from then on.
#[derive(Debug, Clone)]
pub struct Config {
    /// This node.
    pub node: NodeId,
    /// Its control link.
    pub edge: Url,
    /// What it shows there.
    pub secret: Secret,
    /// Where clients reach it.
    pub host: String,
    /// Whether a label in front of the host reaches it.
    pub one_time: bool,
    /// Address to listen on.
    pub bind: IpAddr,
    /// TCP port of RTMP.
    pub rtmp_port: u16,
    /// TCP port of HTTP.
    pub http_port: u16,
    /// UDP port of QUIC.
    pub udp_port: u16,
    /// TLS on TCP, if there is any.
    pub tls: Option<TcpTls>,
    /// Folder of the recordings.
    pub record_dir: PathBuf,
    /// File of the private key that seals them.
    pub key_file: PathBuf,
    /// What is made from them.
    pub derive: Settings,
    /// Where they are copied to, if anywhere.
    pub archive: Option<archive::Settings>,
    /// What of their disk stays free.
    pub watermark: Watermark,
    /// The keys under which they are encrypted; without any they are not.
    pub vault: Vault,
    /// How long they are kept; nothing for ever.
    pub retention: Option<Retention>,
    /// Most connections at once.
    pub max_connections: usize,
    /// Most published streams at once.
    pub capacity: u32,
    /// Time limits.
    pub timing: Timing,
    /// Congestion control on QUIC; no flag sets another than ours.
    pub congestion: Congestion,
}

/// A setting that cannot work, with its flag and value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--{flag} '{value}': {reason}")]
pub struct ConfigError {
    /// The flag without its dashes.
    pub flag: &'static str,
    /// What was given.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

fn wrong(flag: &'static str, value: impl fmt::Display, reason: impl fmt::Display) -> ConfigError {
    ConfigError {
        flag,
        value: value.to_string(),
        reason: reason.to_string(),
    }
}

impl TryFrom<Args> for Config {
    type Error = ConfigError;

    fn try_from(args: Args) -> Result<Self, ConfigError> {
        let node = args.node_id.parse();
        let node = node.map_err(|error| wrong("node-id", &args.node_id, error))?;
        let bind = args.bind.parse();
        let bind = bind.map_err(|error| wrong("bind", &args.bind, error))?;
        let positive = |flag, value: u64| match value {
            0 => Err(wrong(flag, value, "must be at least 1")),
            _ => Ok(value),
        };
        positive("max-connections", args.max_connections as u64)?;
        positive("capacity", args.capacity.into())?;
        let time = |flag, ms| positive(flag, ms).map(Duration::from_millis);
        Ok(Self {
            tls: tls::of(&args)?,
            node,
            edge: edge_url(&args.edge)?,
            one_time: one_time(&args.host, args.one_time)?,
            bind,
            timing: Timing {
                handshake: time("handshake-ms", args.handshake_ms)?,
                first_media: time("first-media-ms", args.first_media_ms)?,
                stall: time("stall-ms", args.stall_ms)?,
                grace: time("grace-ms", args.grace_ms)?,
                idle: time("idle-ms", args.idle_ms)?,
            },
            secret: secret(args.node_secret)?,
            host: host(args.host)?,
            rtmp_port: args.rtmp_port,
            http_port: args.http_port,
            udp_port: args.udp_port,
            key_file: key_file(&args.record_dir, args.key_file)?,
            vault: args.store.vault(&args.record_dir)?,
            record_dir: args.record_dir,
            archive: args.store.archive()?,
            watermark: args.store.watermark(),
            retention: args.store.retention()?,
            derive: Settings {
                composite: args.composite,
                zone: record::zone(&args.utc_offset)?,
                live: args.live_composites.unwrap_or_else(record::cores),
            },
            max_connections: args.max_connections,
            capacity: args.capacity,
            congestion: Congestion::default(),
        })
    }
}

impl Config {
    /// Addresses to listen on. Chromium resolves `LABEL.localhost` to `[::1]` and tries nothing else, so
    /// `localhost` on the IPv4 loopback means both loopbacks.
    pub fn addresses(&self) -> Vec<IpAddr> {
        if self.host == "localhost" && self.bind == Ipv4Addr::LOCALHOST {
            return vec![self.bind, Ipv6Addr::LOCALHOST.into()];
        }
        vec![self.bind]
    }
}

fn edge_url(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|error| wrong("edge", text, error))?;
    if !matches!(url.scheme(), "ws" | "wss") {
        return Err(wrong("edge", text, "must begin with ws:// or wss://"));
    }
    Ok(url)
}

fn secret(secret: Secret) -> Result<Secret, ConfigError> {
    let printable = |b: u8| b.is_ascii_graphic();
    if secret.0.is_empty() || !secret.0.bytes().all(printable) {
        let reason = "must be printable ASCII without spaces";
        return Err(wrong("node-secret", "…", reason));
    }
    Ok(secret)
}

fn host(host: String) -> Result<String, ConfigError> {
    let host = host.to_ascii_lowercase();
    if is_literal(&host) {
        return Ok(host);
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    // A label of 26 characters and a dot must fit in front of it (RFC 1035 §2.3.4: 255 in all).
    if host.len() > 200 || !host.split('.').all(label) {
        return Err(wrong("host", host, "is neither a host name nor an address"));
    }
    Ok(host)
}

fn is_literal(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

fn one_time(host: &str, given: Option<bool>) -> Result<bool, ConfigError> {
    let literal = is_literal(host);
    if literal && given == Some(true) {
        let reason = format!("no label can stand in front of the address {host}");
        return Err(wrong("one-time", true, reason));
    }
    Ok(given.unwrap_or(!literal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn config(more: &[&str]) -> Result<Config, ConfigError> {
        let base = [
            "counterpart-node",
            "--node-id=n1",
            "--edge=ws://127.0.0.1:1/v1/nodes/socket",
            "--node-secret=s3cret",
        ];
        let args = base.iter().chain(more);
        Config::try_from(Args::parse_from(args))
    }

    #[test]
    fn nothing_is_public_by_default() {
        let config = config(&[]).unwrap();
        assert!(config.addresses().iter().all(IpAddr::is_loopback));
        assert!(config.one_time);
        assert!(!format!("{config:?}").contains("s3cret"));
    }

    #[test]
    fn a_wrong_value_is_named_with_its_flag() {
        for (flag, value) in [
            ("node-id", "a b"),
            ("bind", "localhost"),
            ("host", "a_b"),
            ("edge", "http://x/"),
            ("max-connections", "0"),
            ("stall-ms", "0"),
            ("utc-offset", "8"),
            ("utc-offset", "+26:00"),
        ] {
            let arg = format!("--{flag}={value}");
            let base = ["--node-id=n1", "--edge=ws://127.0.0.1:1/"];
            let kept = base.iter().filter(|a| !a.contains(flag)).copied();
            let args = ["counterpart-node", "--node-secret=x", &arg];
            let args = Args::parse_from(args.into_iter().chain(kept));
            let error = Config::try_from(args).unwrap_err();
            assert_eq!((error.flag, error.value.as_str()), (flag, value));
        }
    }

    #[test]
    fn an_address_has_no_labels() {
        assert!(!config(&["--host=192.0.2.1"]).unwrap().one_time);
        assert!(config(&["--host=192.0.2.1", "--one-time=true"]).is_err());
    }
}
