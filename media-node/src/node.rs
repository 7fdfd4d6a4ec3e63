//! The node as a whole: [`Node::load`] takes what it needs from the machine, [`Node::run`] works until
//! it is told to stop.

use crate::accept::{Listeners, http, rtmp, udp};
use crate::config::Config;
use crate::control;
use crate::evidence::NodeKey;
use crate::keys::Keys;
use crate::record::Claim;
use crate::shell::Shell;
use anyhow::Context;
use counterpart_shared::api::Endpoints;
use counterpart_transport::clock;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::task::JoinSet;

/// How often the lives of the streams are looked at.
const TICK: Duration = Duration::from_millis(50);
/// How often the gauges and the histogram are.
const UPKEEP: Duration = Duration::from_secs(1);
/// How long connections may take to say goodbye when the node stops.
const GOODBYE: Duration = Duration::from_millis(500);

/// A media node whose sockets are open and whose keys are made.
#[derive(Debug)]
pub struct Node {
    shell: Arc<Shell>,
    listeners: Listeners,
    boot: String,
    key: NodeKey,
    /// Held while it runs.
    claim: Claim,
}

impl Node {
    /// Opens the sockets and makes the certificates. Nothing is accepted before [`run`](Self::run).
    ///
    /// # Errors
    /// When an address, a port or the folder of recordings cannot be had; the error names it.
    pub async fn load(config: Config) -> anyhow::Result<Self> {
        // TLS of the control link takes the process's provider. Another node in this process may have
        // set the same one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let claim = Claim::new(&config.record_dir).context("the folder of recordings")?;
        let key =
            NodeKey::load_or_make(&config.key_file).context("the key that seals recordings")?;
        let keys = Keys::new(&config.host, config.one_time, SystemTime::now());
        let keys = Arc::new(keys.context("the certificate of the day")?);
        let listeners = Listeners::open(&config, &keys)?;
        let endpoints = listeners.endpoints(&config)?;
        Ok(Self {
            shell: Arc::new(Shell::new(config, keys, endpoints)),
            listeners,
            boot: format!("{:032x}", rand::random::<u128>()),
            key,
            claim,
        })
    }

    /// Where clients reach it.
    pub fn endpoints(&self) -> &Endpoints {
        &self.shell.endpoints
    }

    /// Works until `shutdown` ends; then ends the streams, finishes the files, and tells the edge.
    ///
    /// # Errors
    /// When a socket cannot be used any more.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
        let Self {
            shell,
            listeners,
            boot,
            key,
            claim: _claim,
        } = self;
        tracing::info!(node = %shell.config.node, endpoints = ?shell.endpoints, "listening");
        let link = tokio::spawn(control::run(shell.clone(), boot));
        let recordings = {
            let shell = shell.clone();
            tokio::spawn(async move { shell.recordings.run(&shell.config, key).await })
        };
        let mut accepting = JoinSet::new();
        for listener in listeners.rtmp {
            accepting.spawn(rtmp::accept(shell.clone(), listener, None));
        }
        for listener in listeners.http {
            accepting.spawn(http::accept(shell.clone(), listener, None));
        }
        if let Some(secure) = listeners.secure {
            for listener in listeners.rtmps {
                accepting.spawn(rtmp::accept(shell.clone(), listener, Some(secure.clone())));
            }
            for listener in listeners.https {
                accepting.spawn(http::accept(shell.clone(), listener, Some(secure.clone())));
            }
            accepting.spawn(secure.follow());
        }
        for endpoint in &listeners.udp {
            accepting.spawn(udp::accept(shell.clone(), endpoint.clone()));
        }
        tokio::select! {
            () = shutdown => {}
            () = keep_time(&shell) => {}
        }
        tracing::info!("stopping");
        // The order matters: no newcomers, then the ends that players and the edge shall hear of, then
        // the edge, whose link waits for the files, and the UDP sockets last, which carry the goodbyes.
        accepting.abort_all();
        shell.recordings.stop();
        shell.hub.stop("the node is being stopped");
        shell.stop.wish();
        tokio::time::sleep(GOODBYE).await;
        link.await.context("the control link")?;
        recordings.abort();
        for endpoint in listeners.udp {
            endpoint.close(0u32.into(), b"the node is being stopped");
            let _ = tokio::time::timeout(GOODBYE, endpoint.wait_idle()).await;
        }
        tracing::info!("stopped");
        Ok(())
    }
}

/// Looks at the lives of the streams and at the gauges, for as long as it is polled.
pub async fn keep_time(shell: &Shell) {
    let mut tick = tokio::time::interval(TICK);
    let mut looked = clock::now();
    loop {
        tick.tick().await;
        let now = clock::now();
        shell.hub.tick(now);
        if now - looked >= UPKEEP {
            looked = now;
            look(shell);
        }
    }
}

fn look(shell: &Shell) {
    let census = shell.hub.census();
    let metrics = &shell.metrics;
    metrics.streams.set(census.streams);
    metrics.readers.set(census.readers);
    metrics.transcoding.set(census.transcoding);
    metrics.recording.set(shell.recordings.count() as f64);
    let live = shell.recordings.live();
    metrics.live.set(live.count() as f64);
    metrics.live_given_up.absolute(live.given_up());
    metrics.keys.set(shell.keys.stock() as f64);
    metrics.events_waiting.set(shell.outbox.len() as f64);
    metrics.upkeep();
}
