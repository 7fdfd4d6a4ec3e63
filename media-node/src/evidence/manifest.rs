//! `call.json`: what a sealed recording consists of.
//!
//! The signature in `call.sig` is over the bytes of this file as they stand, so that `sha256sum` and
//! `openssl` are enough to check both. What comes to a call after it was sealed is sealed as its next
//! part: `call.2.json` and so on.

use super::EvidenceError;
use super::key::VerifyKey;
use crate::clock::unix_ms;
use crate::record::FinishedFile;
use crate::record::open::{OpenCall, Published};
use counterpart_shared::id::{CallId, NodeId};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;

/// The version of the sealed form.
const VERSION: u32 = 2;

/// Name of a part's manifest within the folder of the call.
pub fn manifest_name(part: u32) -> String {
    named(part, "json")
}

/// Name of the signature over it: 64 bytes.
pub fn signature_name(part: u32) -> String {
    named(part, "sig")
}

fn named(part: u32, kind: &str) -> String {
    match part {
        1 => format!("call.{kind}"),
        part => format!("call.{part}.{kind}"),
    }
}

/// What is sealed.
pub(super) struct Content {
    pub(super) open: OpenCall,
    pub(super) deleted: Option<Deletion>,
}

/// Where a manifest stands in the node's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// 1, 2, 3… for this node.
    pub seq: u64,
    /// SHA-256 of the manifest before it, lower-case hex; 64 zeros for the first.
    pub previous: String,
}

/// A file that was deleted on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedFile {
    /// Name within the folder of the call.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, lower-case hex, as an earlier manifest lists it.
    pub sha256: String,
}

/// What a manifest says that is sealed before files are deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// By which rule.
    pub rule: String,
    /// When, in UNIX milliseconds.
    pub at: u64,
    /// The files.
    pub files: Vec<DeletedFile>,
}

/// The content of a sealed manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this form: 2.
    pub version: u32,
    /// The call.
    pub call: CallId,
    /// Which part of the call's recording this is, from 1.
    pub part: u32,
    /// The node that recorded it.
    pub node: NodeId,
    /// Name and version of its software.
    pub software: String,
    /// When it was sealed, in UNIX milliseconds.
    pub sealed_at: u64,
    /// Where it stands among the node's manifests.
    pub chain: Place,
    /// The public key whose private half signed it, as base64 of its DER form.
    pub key: String,
    /// Under which grants the parties published.
    pub published: Vec<Published>,
    /// The files, by name.
    pub files: Vec<FinishedFile>,
    /// Files of earlier parts that are deleted from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Deletion>,
}

impl Manifest {
    /// Seals what is finished of an open call, or that something is deleted.
    pub(super) fn of(
        content: Content,
        part: u32,
        node: &NodeId,
        chain: Place,
        key: VerifyKey,
    ) -> Self {
        let Content { open, deleted } = content;
        Self {
            version: VERSION,
            call: open.call,
            part,
            node: node.clone(),
            software: concat!("counterpart-node ", env!("CARGO_PKG_VERSION")).to_owned(),
            sealed_at: unix_ms(),
            chain,
            key: key.to_string(),
            published: open.published,
            files: open.files,
            deleted,
        }
    }

    /// The sealed manifests in a call's folder, by part. The first version's list is none of them.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, EvidenceError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let mut manifests = Vec::new();
        for part in 1.. {
            let path = folder.join(manifest_name(part));
            let json = match fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                other => other.map_err(EvidenceError::disk(&path))?,
            };
            let unreadable = |error: serde_json::Error| EvidenceError::disk(&path)(error.into());
            let Versioned { version } = serde_json::from_slice(&json).map_err(unreadable)?;
            if version < VERSION {
                break;
            }
            manifests.push(serde_json::from_slice(&json).map_err(unreadable)?);
        }
        Ok(manifests)
    }

    /// The bytes of the file, which are what is hashed and signed.
    ///
    /// # Errors
    /// Never for what was read or made here.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::file::sample;
    use counterpart_shared::grant::{Act, Composite, Grant, Layout};
    use counterpart_shared::id::{Party, StreamId};

    fn grant() -> Grant {
        let call: CallId = "c1".parse().unwrap();
        Grant {
            act: Act::Publish,
            stream: StreamId::of(&call, Party::Caller),
            call,
            party: Party::Caller,
            node: "n1".parse().unwrap(),
            sub: "alice".parse().unwrap(),
            serial: 1,
            record: true,
            watch: false,
            layout: Layout::default(),
            least_days: 0,
            composite: Composite::default(),
            desk: None,
            iat: 1,
            nbf: 1,
            exp: 2,
        }
    }

    #[test]
    fn the_sealed_form_is_pinned() {
        let manifest = Manifest {
            version: 2,
            call: "c1".parse().unwrap(),
            part: 1,
            node: "n1".parse().unwrap(),
            software: "counterpart-node 0.1.0".to_owned(),
            sealed_at: 5,
            chain: Place {
                seq: 1,
                previous: "00".repeat(32),
            },
            key: "MCow".to_owned(),
            published: vec![Published {
                at: 4,
                grant: grant(),
            }],
            files: vec![sample("caller.mp4", 2)],
            deleted: None,
        };
        let zeros = "00".repeat(32);
        let pinned = [
            r#"{"version":2,"call":"c1","part":1,"node":"n1","software":"counterpart-node 0.1.0","#,
            r#""sealed_at":5,"chain":{"seq":1,"previous":""#,
            &zeros,
            r#""},"key":"MCow","published":[{"at":4,"grant":{"act":"publish","stream":"c1.caller","#,
            r#""call":"c1","party":"caller","node":"n1","sub":"alice","serial":1,"record":true,"#,
            r#""iat":1,"nbf":1,"exp":2}}],"files":[{"name":"caller.mp4","bytes":2,"sha256":""#,
            &zeros,
            r#"","codecs":["avc1.42c01e"],"duration_ms":1500,"first_at":1700000000000,"#,
            r#""last_at":1700000001500,"gaps":[],"cut":false,"origin":"received"}]}"#,
        ];
        assert_eq!(serde_json::to_string(&manifest).unwrap(), pinned.concat());
        let read: Manifest = serde_json::from_slice(&manifest.to_bytes().unwrap()).unwrap();
        assert_eq!(read, manifest);
    }

    #[test]
    fn the_form_of_a_deletion_is_pinned() {
        let deletion = Deletion {
            rule: "retention of 30 days".to_owned(),
            at: 5,
            files: vec![DeletedFile {
                name: "caller.mp4".to_owned(),
                bytes: 2,
                sha256: "ab".to_owned(),
            }],
        };
        let pinned = concat!(
            r#"{"rule":"retention of 30 days","at":5,"files":["#,
            r#"{"name":"caller.mp4","bytes":2,"sha256":"ab"}]}"#
        );
        assert_eq!(serde_json::to_string(&deletion).unwrap(), pinned);
        assert_eq!(serde_json::from_str::<Deletion>(pinned).unwrap(), deletion);
    }

    #[test]
    fn parts_have_names_of_their_own() {
        assert_eq!(manifest_name(1), "call.json");
        assert_eq!(signature_name(2), "call.2.sig");
    }
}
