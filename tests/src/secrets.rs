//! The secrets that edge, nodes and the business server share; fresh for each system.

use anyhow::{Context, Result};
use std::fmt::Write;
use std::fs::File;
use std::io::Read;

/// One system's secrets.
#[derive(Clone)]
pub struct Secrets {
    /// Seed of the key that signs grants and tokens, 64 hex digits.
    pub signing_seed: String,
    /// The business server's.
    pub api_key: String,
    /// The nodes'.
    pub node_secret: String,
}

impl Secrets {
    /// From the system's random source.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn random() -> Result<Self> {
        Ok(Self {
            signing_seed: hex()?,
            api_key: hex()?,
            node_secret: hex()?,
        })
    }
}

fn hex() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("cannot read /dev/urandom")?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
