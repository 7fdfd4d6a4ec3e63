//! A recording folder with sealed calls, and ways to spoil it.

use counterpart_node::evidence::verify::{Given, Kind, Report, verify};
use counterpart_node::evidence::{CHAIN, NodeKey, Sealer, VerifyKey};
use counterpart_node::record::open::OpenCall;
use counterpart_node::record::{CallFolder, FinishedFile, Origin};
use counterpart_shared::id::CallId;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const T0: u64 = 1_700_000_000_000;

/// A recording folder with three sealed calls, and who has the key.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) key: VerifyKey,
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn finished(name: &str, content: &[u8]) -> FinishedFile {
    FinishedFile {
        name: name.to_owned(),
        bytes: content.len() as u64,
        sha256: sha256(content),
        codecs: vec!["avc1.42c01e".to_owned()],
        duration_ms: 5_000,
        first_at: T0,
        last_at: T0 + 5_000,
        gaps: Vec::new(),
        cut: false,
        origin: Origin::Received,
        encrypted: None,
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = NodeKey::load_or_make(&folder.path().join("node.key")).unwrap();
        let world = Self {
            key: key.public(),
            folder,
        };
        let sealer = world.sealer();
        for call in ["c1", "c2", "c3"] {
            world.record(call, &["caller.mp4", "callee.wav"]);
            sealer.seal(&call.parse().unwrap()).unwrap().unwrap();
        }
        world
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(crate) fn sealer(&self) -> Sealer {
        let key = NodeKey::load(&self.folder.path().join("node.key")).unwrap();
        Sealer::open(&self.root(), "n1".parse().unwrap(), key).unwrap()
    }

    /// Files of a call that are finished and not sealed.
    pub(crate) fn record(&self, call: &str, names: &[&str]) {
        let call: CallId = call.parse().unwrap();
        let folder = CallFolder::create(&self.root(), &call).unwrap();
        for name in names {
            let content = format!("{call} {name}");
            fs::write(folder.path().join(name), &content).unwrap();
            let file = finished(name, content.as_bytes());
            OpenCall::update(folder.path(), &call, |open| open.add([file])).unwrap();
        }
    }

    pub(crate) fn verify(&self) -> Report {
        let given = Given {
            keys: vec![self.key],
            heads: Vec::new(),
        };
        verify(&self.root(), &given).unwrap()
    }

    /// What is found, and where.
    pub(crate) fn found(&self) -> Vec<(Kind, String)> {
        let findings = self.verify().findings.into_iter();
        findings
            .map(|finding| (finding.kind, finding.place))
            .collect()
    }

    pub(crate) fn edit(&self, name: &str, change: impl FnOnce(String) -> String) {
        let path = self.path(name);
        let text = fs::read_to_string(&path).unwrap();
        let changed = change(text.clone());
        assert_ne!(text, changed, "{name}");
        fs::write(path, changed).unwrap();
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path(CHAIN)).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    pub(crate) fn write_lines(&self, lines: &[String]) {
        fs::write(self.path(CHAIN), lines.join("\n") + "\n").unwrap();
    }
}

pub(crate) fn at(kind: Kind, place: &str) -> (Kind, String) {
    (kind, place.to_owned())
}

/// Changes the bit of a byte in the middle of a file.
pub(crate) fn flip(path: &Path, byte: usize) {
    let mut content = fs::read(path).unwrap();
    content[byte] ^= 1;
    fs::write(path, content).unwrap();
}
