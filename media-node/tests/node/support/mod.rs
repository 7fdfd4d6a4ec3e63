//! A world for one test: a node, its edge, and clients.

#![allow(
    dead_code,
    unused_imports,
    reason = "two programs share it and neither uses all of it"
)]

mod camera;
mod certificate;
mod client;
mod edge;
mod http;
mod pin;
mod quic;
mod rtmp;
pub(crate) mod stream;

pub(crate) use camera::{film, red_then_blue};
pub(crate) use certificate::{issue, tls_in};
pub(crate) use client::{Client, Heard, Order};
pub(crate) use edge::FakeEdge;
pub(crate) use http::{Answer, FlvPlayer, get};
pub(crate) use pin::{Pin, sha256};
pub(crate) use quic::{Carrier, dial, link};
pub(crate) use rtmp::{connect, connect_narrow, connect_raw, shake_hands};

use counterpart_node::archive::{Watermark, free_bytes};
use counterpart_node::derive::Settings;
use counterpart_node::vault::Vault;
use counterpart_node::{Config, Node, Timing};
use counterpart_shared::api::{Endpoints, FromNode, NodeEvent, OneTimeKey};
use counterpart_shared::grant::{Act, Composite, Grant, Layout};
use counterpart_shared::id::{CallId, Party, StreamId};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use time::UtcOffset;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing_subscriber::EnvFilter;

/// How long anything may take before a test fails. A busy machine needs much of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) edge: FakeEdge,
    pub(crate) endpoints: Endpoints,
    pub(crate) folder: Arc<TempDir>,
    /// Where the node keeps its key.
    pub(crate) private: Arc<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    node: JoinHandle<anyhow::Result<()>>,
    program: Option<Child>,
}

/// Short limits, so that no test waits long.
pub(crate) fn timing() -> Timing {
    Timing {
        handshake: Duration::from_millis(700),
        first_media: Duration::from_millis(1_500),
        stall: Duration::from_millis(500),
        grace: Duration::from_millis(1_500),
        idle: Duration::from_secs(5),
    }
}

impl World {
    /// A node that its edge has welcomed.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with changes to its configuration.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let world = Self::without_welcome(change).await;
        world.edge.welcome();
        world
            .edge
            .wait(|m| matches!(m, FromNode::Keys { .. }))
            .await;
        world
    }

    /// A node that waits for its edge's keys.
    pub(crate) async fn without_welcome(change: impl FnOnce(&mut Config)) -> Self {
        // A test that fails shows what its node warned of.
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_test_writer()
            .try_init();
        let edge = FakeEdge::start().await;
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let private = Arc::new(tempfile::tempdir().unwrap());
        let mut config = Config {
            node: "n1".parse().unwrap(),
            edge: edge.url(),
            secret: "s3cret".into(),
            host: "localhost".to_owned(),
            one_time: true,
            bind: "127.0.0.1".parse().unwrap(),
            rtmp_port: 0,
            http_port: 0,
            udp_port: 0,
            tls: None,
            record_dir: folder.path().to_owned(),
            key_file: private.path().join("node.key"),
            derive: Settings {
                composite: false,
                zone: UtcOffset::UTC,
                live: 0,
            },
            archive: None,
            watermark: Watermark {
                min_free: 0,
                free: free_bytes,
            },
            retention: None,
            vault: Vault::default(),
            max_connections: 100,
            capacity: 50,
            timing: timing(),
            congestion: counterpart_transport::Congestion::default(),
        };
        change(&mut config);
        let node = Node::load(config).await.unwrap();
        let endpoints = node.endpoints().clone();
        let (stop, stopped) = oneshot::channel();
        let run = node.run(async {
            let _ = stopped.await;
        });
        Self {
            edge,
            endpoints,
            folder,
            private,
            stop: Some(stop),
            node: tokio::spawn(run),
            program: None,
        }
    }

    /// The program itself in a process of its own, welcomed.
    pub(crate) async fn spawned(program: &Path) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::spawned_as("n1", program, folder).await
    }

    /// The same under this name, with its recordings in this folder.
    pub(crate) async fn spawned_as(node: &str, program: &Path, folder: Arc<TempDir>) -> Self {
        let private = Arc::new(tempfile::tempdir().unwrap());
        Self::spawned_in(node, program, [folder, private], &[]).await
    }

    /// The same with these variables.
    pub(crate) async fn spawned_with(program: &Path, variables: &[(&str, &str)]) -> Self {
        let folders = [(); 2].map(|()| Arc::new(tempfile::tempdir().unwrap()));
        Self::spawned_in("n1", program, folders, variables).await
    }

    /// Kills the process where it is and starts another one in its folders, with an edge of its own.
    pub(crate) async fn killed(self, program: &Path) -> Self {
        self.killed_with(program, &[]).await
    }

    /// The same with these variables.
    pub(crate) async fn killed_with(mut self, program: &Path, variables: &[(&str, &str)]) -> Self {
        self.program().kill().await.unwrap();
        let folders = [self.folder.clone(), self.private.clone()];
        Self::spawned_in("n1", program, folders, variables).await
    }

    async fn spawned_in(
        node: &str,
        program: &Path,
        [folder, private]: [Arc<TempDir>; 2],
        variables: &[(&str, &str)],
    ) -> Self {
        let edge = FakeEdge::start().await;
        let mut child = Command::new(program)
            .args(["--node-id", node, "--edge", edge.url().as_str()])
            .args(["--rtmp-port", "0", "--http-port", "0", "--udp-port", "0"])
            .args(["--capacity", "1000", "--record-dir"])
            .arg(folder.path())
            .arg("--key-file")
            .arg(private.path().join("node.key"))
            .env("COUNTERPART_NODE_SECRET", "s3cret")
            .env("COUNTERPART_COMPOSITE", "false")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).await.unwrap();
        let endpoints = line.strip_prefix("ready ").expect("a line that says ready");
        edge.welcome();
        edge.wait(|m| matches!(m, FromNode::Keys { .. })).await;
        Self {
            edge,
            endpoints: serde_json::from_str(endpoints).unwrap(),
            folder,
            private,
            stop: None,
            node: tokio::spawn(async { Ok(()) }),
            program: Some(child),
        }
    }

    /// The process, when there is one.
    pub(crate) fn program(&mut self) -> &mut Child {
        self.program.as_mut().unwrap()
    }

    /// Stops the node in order.
    pub(crate) async fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        let node = tokio::time::timeout(PATIENCE, &mut self.node).await;
        node.expect("the node stops").unwrap().unwrap();
    }

    pub(crate) fn rtmp(&self) -> String {
        format!("127.0.0.1:{}", self.endpoints.rtmp_port)
    }

    /// `rtmp://…/live/STREAM?grant=…` in its parts: the name with its query.
    pub(crate) fn name(&self, grant: &Grant) -> String {
        format!("{}?grant={}", grant.stream, self.edge.token(grant))
    }

    pub(crate) async fn publish(&self, carrier: Carrier, grant: &Grant) -> Client {
        let client = Client::open(self, carrier, Act::Publish, &self.name(grant)).await;
        client.ready().await
    }

    pub(crate) async fn play(&self, carrier: Carrier, grant: &Grant) -> Client {
        let client = Client::open(self, carrier, Act::Play, &self.name(grant)).await;
        client.ready().await
    }

    /// A one-time key that the node has reported and nobody has used.
    pub(crate) async fn key(&self) -> OneTimeKey {
        self.edge.key().await
    }

    /// Waits for an event of this kind.
    pub(crate) async fn event(&self, wanted: impl Fn(&NodeEvent) -> bool) -> NodeEvent {
        let found = self.edge.wait(|message| match message {
            FromNode::Event { event, .. } => wanted(event),
            _ => false,
        });
        match found.await {
            FromNode::Event { event, .. } => event,
            other => panic!("{other:?}"),
        }
    }

    /// The value of a metric's line, 0 if it is not there.
    pub(crate) async fn metric(&self, line: &str) -> f64 {
        let (_, text) = get(&self.endpoints, "/metrics").await;
        let found = text.lines().find_map(|l| l.strip_prefix(line));
        found.map_or(0.0, |value| value.trim().parse().unwrap())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.node.abort();
    }
}

pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// A grant for the caller's stream of call `call`.
pub(crate) fn grant(act: Act, call: &str) -> Grant {
    let call: CallId = call.parse().unwrap();
    Grant {
        act,
        stream: StreamId::of(&call, Party::Caller),
        call,
        party: match act {
            Act::Publish => Party::Caller,
            Act::Play | Act::Review => Party::Callee,
        },
        node: "n1".parse().unwrap(),
        sub: "somebody".parse().unwrap(),
        serial: 1,
        record: false,
        watch: false,
        layout: Layout::default(),
        least_days: 0,
        composite: Composite::default(),
        desk: None,
        iat: now() - 1,
        nbf: now() - 1,
        exp: now() + 60,
    }
}
