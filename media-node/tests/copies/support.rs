//! A recording folder with sealed calls, and a store for their copies.

use crate::store::{BUCKET, KEY, Mood, SECRET, Store};
use counterpart_node::archive::{Archive, Copies, S3, Settings, Target};
use counterpart_node::evidence::verify::{Given, Kind, Report, verify};
use counterpart_node::evidence::{Manifest, NodeKey, Sealer, VerifyKey};
use counterpart_node::record::open::{OpenCall, Published};
use counterpart_node::record::{CallFolder, FinishedFile, Origin};
use counterpart_shared::grant::{Act, Composite, Grant, Layout};
use counterpart_shared::id::{CallId, NodeId, Party, StreamId};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) const T0: u64 = 1_700_000_000_000;
/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// A file of several parts.
pub(crate) const LARGE: usize = (20 << 20) + 5;
pub(crate) const SMALL: usize = 70_000;

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) sealer: Sealer,
    pub(crate) store: Store,
    key: VerifyKey,
}

impl World {
    pub(crate) async fn new(mood: Mood) -> Self {
        if std::env::var_os("RUST_LOG").is_some() {
            let _ = tracing_subscriber::fmt()
                .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
                .with_test_writer()
                .try_init();
        }
        let folder = tempfile::tempdir().unwrap();
        let key = NodeKey::load_or_make(&folder.path().join("node.key")).unwrap();
        let public = key.public();
        let root = folder.path().join("recordings");
        Self {
            sealer: Sealer::open(&root, node(), key).unwrap(),
            store: Store::start(mood).await,
            key: public,
            folder,
        }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// Seals a call with a file of each party that began at a time.
    pub(crate) fn record(&self, name: &str, began: u64, size: usize) -> CallId {
        self.record_under(name, began, size, |_| {})
    }

    /// The same under a changed grant.
    pub(crate) fn record_under(
        &self,
        name: &str,
        began: u64,
        size: usize,
        change: impl FnOnce(&mut Grant),
    ) -> CallId {
        let call = id(name);
        let folder = CallFolder::create(&self.root(), &call).unwrap();
        let mut grant = grant(&call);
        change(&mut grant);
        let published = Published { at: began, grant };
        OpenCall::update(folder.path(), &call, |open| open.published.push(published)).unwrap();
        for (file, size) in [("caller.mp4", size), ("callee.wav", SMALL)] {
            let content = content(name, file, size);
            fs::write(folder.path().join(file), &content).unwrap();
            let file = finished(file, &content, began);
            OpenCall::update(folder.path(), &call, |open| open.add([file])).unwrap();
        }
        self.sealer.seal(&call).unwrap().unwrap();
        call
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            target: Target::S3(S3 {
                bucket: BUCKET.to_owned(),
                prefix: "desk/a".to_owned(),
                endpoint: Some(self.store.endpoint().parse().unwrap()),
                region: "us-east-1".to_owned(),
                key: Some((KEY.to_owned(), SECRET.into())),
            }),
            timeout: Duration::from_secs(2),
        }
    }

    pub(crate) fn archive(&self) -> Archive {
        Archive::start(&self.root(), node(), self.settings()).unwrap()
    }

    pub(crate) fn copies(&self, call: &CallId) -> Vec<String> {
        let copies = Copies::read(&self.path(call.as_str()), call).unwrap();
        copies.files.into_iter().map(|copy| copy.name).collect()
    }

    /// Waits until all that is sealed of a call is copied, and the chain behind it.
    pub(crate) async fn copied(&self, call: &CallId) {
        let chain = self.stored("chain.jsonl");
        wait("copied", || {
            let whole = self.is_copied(call);
            whole && fs::read(&chain).ok() == fs::read(self.path("chain.jsonl")).ok()
        })
        .await;
        wait("the head is copied", || {
            fs::read(self.stored("chain.head")).ok() == fs::read(self.path("chain.head")).ok()
        })
        .await;
    }

    fn is_copied(&self, call: &CallId) -> bool {
        let copies = self.copies(call);
        let manifests = Manifest::read_all(&self.path(call.as_str())).unwrap();
        let deleted: Vec<_> = manifests
            .iter()
            .filter_map(|one| one.deleted.as_ref())
            .collect();
        let files = manifests.iter().flat_map(|manifest| &manifest.files);
        let names = files.map(|file| file.name.as_str());
        let mut names = names
            .filter(|_| deleted.is_empty())
            .chain(["call.json", "call.sig"]);
        names.all(|name| copies.iter().any(|copy| copy == name))
    }

    /// Where the store keeps a file of this node.
    pub(crate) fn stored(&self, name: &str) -> PathBuf {
        self.store.path(&format!("desk/a/n1/{name}"))
    }

    pub(crate) fn verify(&self, folder: &Path) -> Report {
        let given = Given {
            keys: vec![self.key],
            heads: Vec::new(),
        };
        verify(folder, &given).unwrap()
    }
}

fn grant(call: &CallId) -> Grant {
    Grant {
        act: Act::Publish,
        stream: StreamId::of(call, Party::Caller),
        call: call.clone(),
        party: Party::Caller,
        node: node(),
        sub: "alice".parse().unwrap(),
        serial: 1,
        record: true,
        watch: false,
        layout: Layout::default(),
        least_days: 0,
        composite: Composite::default(),
        desk: None,
        iat: 0,
        nbf: 0,
        exp: 1,
    }
}

pub(crate) fn node() -> NodeId {
    "n1".parse().unwrap()
}

pub(crate) fn id(call: &str) -> CallId {
    call.parse().unwrap()
}

pub(crate) fn kinds(report: &Report) -> Vec<Kind> {
    report.findings.iter().map(|finding| finding.kind).collect()
}

/// Waits for a condition.
pub(crate) async fn wait(what: &str, is: impl Fn() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Bytes that differ from call to call and from part to part.
pub(crate) fn content(call: &str, file: &str, size: usize) -> Vec<u8> {
    let mut block = Sha256::digest(format!("{call} {file}")).to_vec();
    let mut content = Vec::with_capacity(size + 32);
    while content.len() < size {
        content.extend(&block);
        block[0] = block[0].wrapping_add(1);
        block[content.len() % 31] ^= 7;
    }
    content.truncate(size);
    content
}

fn finished(name: &str, content: &[u8], first_at: u64) -> FinishedFile {
    let sha256 = Sha256::digest(content);
    FinishedFile {
        name: name.to_owned(),
        bytes: content.len() as u64,
        sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        codecs: vec!["avc1.42c01e".to_owned()],
        duration_ms: 5_000,
        first_at,
        last_at: first_at + 5_000,
        gaps: Vec::new(),
        cut: false,
        origin: Origin::Received,
        encrypted: None,
    }
}
