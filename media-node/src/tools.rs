//! What the program does beside being a node: for auditors and operators.

use crate::evidence::verify::{Given, Kind, verify};
use crate::evidence::{EvidenceError, NodeKey, VerifyKey};
use crate::vault::{Decrypted, Vault, decrypt};
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
    /// Writes the content of encrypted recordings into another folder, for who has the key. 将加密的录制解密到另一文件夹。
    ///
    /// Exit code 0: all as listed; 3: cannot be read; 30: a content is not the one that was sealed.
    Decrypt {
        /// The folder of one call.
        folder: PathBuf,
        /// File of the keys, as the node has it.
        #[arg(long, env = "COUNTERPART_ENCRYPT_KEYS")]
        encrypt_keys: PathBuf,
        /// Folder for the content; made if need be.
        #[arg(long)]
        out: PathBuf,
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
        matches!(first, "verify" | "decrypt" | "public-key")
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
            Self::Decrypt {
                folder,
                encrypt_keys,
                out: to,
            } => {
                let keys = Vault::load(&encrypt_keys).map_err(EvidenceError::from);
                match keys.and_then(|keys| decrypt(&folder, &keys, &to)) {
                    Ok(files) => tell(&files, out),
                    Err(error) => {
                        writeln!(out, "无法解密  cannot be decrypted: {error}")?;
                        Ok(UNREADABLE)
                    }
                }
            }
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

fn tell(files: &[Decrypted], out: &mut impl Write) -> anyhow::Result<u8> {
    for Decrypted { name, as_listed } in files {
        let word = match as_listed {
            true => "与清单一致  as listed",
            false => "与清单不符  not as listed",
        };
        writeln!(out, "{name}  {word}")?;
    }
    let whole = files.iter().all(|file| file.as_listed);
    Ok(if whole { 0 } else { Kind::FileChanged.code() })
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
