//! The secrets that edge, nodes and the business server share, kept with the system's state.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// One system's secrets.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secrets {
    /// Seed of the key that signs grants and tokens, 64 hex digits.
    pub signing_seed: String,
    /// The business server's.
    pub api_key: String,
    /// The nodes'.
    pub node_secret: String,
}

impl Secrets {
    /// Those of `folder`, made at the first start.
    ///
    /// # Errors
    /// When `secrets.json` cannot be read or written.
    pub fn of(folder: &Path) -> Result<Self> {
        let file = folder.join("secrets.json");
        if let Ok(text) = fs::read(&file) {
            return serde_json::from_slice(&text).with_context(|| file.display().to_string());
        }
        let secrets = Self::random()?;
        secrets
            .write(&file)
            .with_context(|| format!("cannot write {}", file.display()))?;
        Ok(secrets)
    }

    fn random() -> Result<Self> {
        Ok(Self {
            signing_seed: hex()?,
            api_key: hex()?,
            node_secret: hex()?,
        })
    }

    fn write(&self, file: &Path) -> Result<()> {
        let mut file = File::options()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(file)?;
        Ok(file.write_all(&serde_json::to_vec(self)?)?)
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
