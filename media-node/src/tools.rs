//! What the program does beside being a node: for auditors and operators.

use crate::evidence::verify::{Given, verify};
use crate::evidence::{EvidenceError, NodeKey, VerifyKey};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Exit code of `verify` when something cannot be read at all.
const UNREADABLE: u8 = 3;

/// `counterpart-node TOOL …`
#[derive(Debug, clap::Parser)]
#[command(name = "counterpart-node", version)]
pub enum Tool {
    /// Checks recordings with public keys only: files, signatures, chain. 用公钥核验录制文件、签名与证据链。
    ///
    /// Exit code 0: complete and untouched; 3: cannot be read; from 10 on: the gravest fault, see docs/evidence.md.
    Verify {
        /// A node's whole recording folder, or the folder of one call.
        folder: PathBuf,
        /// PEM file of the node's public key; several after a change of keys.
        #[arg(long)]
        key: Vec<PathBuf>,
        /// Hash of a manifest that was noted earlier and must be in the chain.
        #[arg(long)]
        head: Vec<String>,
    },
    /// Prints the public key of this node, for those who verify. 输出本节点的公钥。
    PublicKey {
        /// File of the private key. Unless given: the folder of the recordings with `.key` behind it.
        #[arg(long, env = "COUNTERPART_KEY_FILE")]
        key_file: Option<PathBuf>,
        /// Folder of the recordings.
        #[arg(long, env = "COUNTERPART_RECORD_DIR", default_value = "run/recordings")]
        record_dir: PathBuf,
    },
}

impl Tool {
    /// Whether the first argument names a tool; without one the program is a node.
    pub fn is_named(first: &str) -> bool {
        matches!(first, "verify" | "public-key")
    }

    /// Does it; the exit code.
    ///
    /// # Errors
    /// When the key's file cannot be read, or standard output is gone.
    pub fn run(self, out: &mut impl Write) -> anyhow::Result<u8> {
        match self {
            Self::Verify { folder, key, head } => match check(&folder, &key, head) {
                Ok((text, code)) => {
                    writeln!(out, "{text}")?;
                    Ok(code)
                }
                Err(error) => {
                    writeln!(out, "无法读取  cannot be read: {error}")?;
                    Ok(UNREADABLE)
                }
            },
            Self::PublicKey {
                key_file,
                record_dir,
            } => {
                let path = crate::config::key_file(&record_dir, key_file)?;
                write!(out, "{}", NodeKey::load(&path)?.public().to_pem())?;
                Ok(0)
            }
        }
    }
}

fn check(
    folder: &Path,
    keys: &[PathBuf],
    heads: Vec<String>,
) -> Result<(String, u8), EvidenceError> {
    let read = |path: &PathBuf| {
        let pem = fs::read_to_string(path).map_err(EvidenceError::disk(path))?;
        VerifyKey::from_pem(&path.display().to_string(), &pem)
    };
    let keys = keys.iter().map(read).collect::<Result<_, _>>()?;
    let report = verify(folder, &Given { keys, heads })?;
    Ok((report.to_string(), report.code()))
}
