//! Counterpart's media node: accepts the parties' streams, forwards them and records them.
//!
//! The README beside this crate follows one frame from its publisher to its reader.

pub mod accept;
pub mod archive;
mod backoff;
mod clock;
mod config;
pub mod control;
pub mod derive;
pub mod door;
pub mod evidence;
pub mod frames;
pub mod gate;
pub mod hub;
pub mod keys;
pub mod metrics;
mod node;
pub mod play;
pub mod record;
pub mod recordings;
pub mod refusal;
pub mod shell;
pub mod still;
pub mod stop;
mod tools;
mod transcode;
pub mod vault;

pub use config::{Args, Config, ConfigError, Secret, StoreArgs, TcpTls, Timing};
pub use node::{Node, keep_time};
pub use stop::shutdown_signal;
pub use tools::Tool;

/// Logs go to standard error, at `info` unless `RUST_LOG` says otherwise; standard output is for the one
/// line that says where the node listens.
pub fn log_to_stderr() {
    use std::io::IsTerminal;
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
