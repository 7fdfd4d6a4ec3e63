//! A media node as far as the edge can see: it says hello and brings keys. A real one keeps 16,384 keys for
//! connections that never come here, which is some seconds' worth; and its key making would share the processor.

use crate::socket::Socket;
use anyhow::Result;
use counterpart_shared::api::{Endpoints, FromNode, OneTimeKey, ToNode};
use counterpart_tests::system::System;
use std::time::{Duration, SystemTime};
use tokio::task::JoinHandle;

/// So that it has more room left than any other, and gets all streams.
const CAPACITY: u32 = u32::MAX;

/// Longer than any run, and what a certificate may last.
const LIFE: Duration = Duration::from_secs(13 * 86_400);

/// Dials and answers, until this is dropped or the link fails.
pub(crate) async fn node(system: &System) -> Result<JoinHandle<Result<()>>> {
    let path = "/v1/nodes/socket";
    let mut link = Socket::dial(system.edge_port(), path, system.node_secret()).await?;
    link.say(&hello()?).await?;
    let mut made = 0;
    let (ready, stocked) = tokio::sync::oneshot::channel();
    let mut ready = Some(ready);
    let answering = tokio::spawn(async move {
        loop {
            match serde_json::from_str(&link.next().await?)? {
                ToNode::WantKeys { count } => {
                    let keys = (made..made + u64::from(count))
                        .map(key)
                        .collect::<Result<_>>()?;
                    made += u64::from(count);
                    link.say(&FromNode::Keys { keys }).await?;
                    ready.take().map(|ready| ready.send(()));
                }
                ToNode::Error(error) => return Err(error.into()),
                ToNode::Welcome { .. } | ToNode::Ack { .. } | ToNode::Command { .. } => {}
            }
        }
    });
    stocked.await?;
    Ok(answering)
}

fn hello() -> Result<FromNode> {
    Ok(FromNode::Hello {
        node: "bench".parse()?,
        version: env!("CARGO_PKG_VERSION").into(),
        boot: "bench".into(),
        endpoints: Endpoints {
            host: "media.example.com".into(),
            rtmp_port: 1935,
            http_port: 80,
            udp_port: 443,
            rtmps_port: None,
            https_port: None,
            one_time: true,
        },
        capacity: CAPACITY,
        daily_sha256: "0".repeat(64),
        streams: Vec::new(),
        command_seq: 0,
    })
}

/// Of the size of a real one.
fn key(number: u64) -> Result<OneTimeKey> {
    let expires = SystemTime::now() + LIFE;
    let expires_at = expires.duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
    Ok(OneTimeKey {
        label: format!("b{number:025}").parse()?,
        sha256: format!("{number:064x}"),
        expires_at: u64::try_from(expires_at)?,
    })
}
