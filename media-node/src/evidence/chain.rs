//! `chain.jsonl`: a line for every sealed manifest of this node, in the order of sealing, and
//! `chain.head`, the signed word about where it ends.

use super::EvidenceError;
use super::key::{NodeKey, VerifyKey};
use crate::record::open::replace;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use counterpart_shared::id::{CallId, NodeId};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Name of the chain within the recording folder.
pub const CHAIN: &str = "chain.jsonl";
/// Name of its head.
pub const HEAD: &str = "chain.head";
/// What stands for the manifest before the first.
pub const ZERO: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One line of the chain. All of it stands in the signed manifest too, but for its hash and signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// 1, 2, 3…
    pub seq: u64,
    /// The call.
    pub call: CallId,
    /// Which part of its recording.
    pub part: u32,
    /// SHA-256 of the manifest, lower-case hex.
    pub sha256: String,
    /// SHA-256 of the manifest before it.
    pub previous: String,
    /// The node's signature over the manifest, base64.
    pub signature: String,
}

impl Link {
    /// The signature's bytes; none if it is no base64.
    pub(super) fn signature(&self) -> Vec<u8> {
        BASE64.decode(&self.signature).unwrap_or_default()
    }

    pub(super) fn encode_signature(bytes: &[u8]) -> String {
        BASE64.encode(bytes)
    }
}

/// Where the chain ended when the node sealed last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The node.
    pub node: NodeId,
    /// Number of the newest manifest.
    pub seq: u64,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
    /// When this was written, in UNIX milliseconds.
    pub at: u64,
    /// The node's signature over [`statement`](Self::statement), base64.
    pub signature: String,
}

impl Head {
    pub(super) fn sign(node: &NodeId, newest: &Link, at: u64, key: &NodeKey) -> Self {
        let mut head = Self {
            node: node.clone(),
            seq: newest.seq,
            sha256: newest.sha256.clone(),
            at,
            signature: String::new(),
        };
        head.signature = BASE64.encode(key.sign(head.statement().as_bytes()));
        head
    }

    /// The text that is signed.
    pub fn statement(&self) -> String {
        let Self {
            node,
            seq,
            sha256,
            at,
            ..
        } = self;
        format!("counterpart chain head\n{node}\n{seq}\n{sha256}\n{at}\n")
    }

    /// Whether this key signed it.
    pub fn verifies(&self, key: &VerifyKey) -> bool {
        let signature = BASE64.decode(&self.signature).unwrap_or_default();
        key.verifies(self.statement().as_bytes(), &signature)
    }

    pub(super) fn write(&self, root: &Path) -> Result<(), EvidenceError> {
        let path = root.join(HEAD);
        let json = serde_json::to_vec(self).map_err(io::Error::from);
        let written = json.and_then(|mut json| {
            json.push(b'\n');
            replace(&path, &json)
        });
        written.map_err(EvidenceError::disk(&path))
    }
}

/// The chain while the node appends to it.
#[derive(Debug)]
pub(super) struct Chain {
    path: PathBuf,
    newest: Option<Link>,
    len: u64,
}

impl Chain {
    /// Reads the chain; cuts off a line that was being written when the process died. Gives its links
    /// too. Lines that cannot be read are passed over, except for the last, which is continued.
    pub(super) fn open(root: &Path) -> Result<(Self, Vec<Link>), EvidenceError> {
        let path = root.join(CHAIN);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(EvidenceError::disk(&path))?,
        };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        let whole = &bytes[..whole.map_or(0, |at| at + 1)];
        let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        let newest = match lines
            .last()
            .map(|line| serde_json::from_slice::<Link>(line))
        {
            None => None,
            Some(Ok(link)) => Some(link),
            Some(Err(error)) => {
                let (line, reason) = (lines.len(), error.to_string());
                return Err(EvidenceError::Chain { path, line, reason });
            }
        };
        let links = lines
            .iter()
            .filter_map(|line| serde_json::from_slice(line).ok());
        let links = links.collect();
        let chain = Self {
            path,
            newest,
            len: whole.len() as u64,
        };
        if bytes.len() > whole.len() {
            chain.cut().map_err(EvidenceError::disk(&chain.path))?;
        }
        Ok((chain, links))
    }

    /// The last link, if there is one.
    pub(super) fn newest(&self) -> Option<&Link> {
        self.newest.as_ref()
    }

    /// Writes a link behind the others and brings it to the disk. After an error it is not there.
    pub(super) fn append(&mut self, link: Link) -> Result<(), EvidenceError> {
        match self.write(&link) {
            Ok(len) => {
                self.len += len;
                self.newest = Some(link);
                Ok(())
            }
            Err(error) => {
                // What is left of the line is no link, and the next start cuts it off too.
                let _ = self.cut();
                Err(EvidenceError::disk(&self.path)(error))
            }
        }
    }

    fn write(&self, link: &Link) -> io::Result<u64> {
        let mut line = serde_json::to_vec(link)?;
        line.push(b'\n');
        let mut options = OpenOptions::new();
        let mut file = options.append(true).create(true).open(&self.path)?;
        file.write_all(&line)?;
        file.sync_all()?;
        if let Some(root) = self.path.parent() {
            File::open(root)?.sync_all()?;
        }
        Ok(line.len() as u64)
    }

    fn cut(&self) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(&self.path)?;
        file.set_len(self.len)?;
        file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(seq: u64) -> Link {
        Link {
            seq,
            call: "c1".parse().unwrap(),
            part: 1,
            sha256: format!("{seq:064}"),
            previous: ZERO.to_owned(),
            signature: "AA==".to_owned(),
        }
    }

    #[test]
    fn a_torn_line_is_cut_off() {
        let root = tempfile::tempdir().unwrap();
        let (mut chain, links) = Chain::open(root.path()).unwrap();
        assert!(links.is_empty() && chain.newest().is_none());
        chain.append(link(1)).unwrap();
        chain.append(link(2)).unwrap();
        let path = root.path().join(CHAIN);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let (mut chain, links) = Chain::open(root.path()).unwrap();
        assert_eq!(links, [link(1)]);
        chain.append(link(2)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn nothing_is_appended_to_what_cannot_be_read() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(CHAIN), "{\"seq\":1}\n").unwrap();
        let error = Chain::open(root.path()).unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
    }

    #[test]
    fn the_stored_forms_are_pinned() {
        let line = format!(
            r#"{{"seq":1,"call":"c1","part":1,"sha256":"{}1","previous":"{ZERO}","signature":"AA=="}}"#,
            "0".repeat(63)
        );
        assert_eq!(serde_json::to_string(&link(1)).unwrap(), line);
        let head = Head {
            node: "n1".parse().unwrap(),
            seq: 1,
            sha256: "ab".to_owned(),
            at: 2,
            signature: "AA==".to_owned(),
        };
        let pinned = r#"{"node":"n1","seq":1,"sha256":"ab","at":2,"signature":"AA=="}"#;
        assert_eq!(serde_json::to_string(&head).unwrap(), pinned);
        let statement = "counterpart chain head\nn1\n1\nab\n2\n";
        assert_eq!(head.statement(), statement);
    }
}
