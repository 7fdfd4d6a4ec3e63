//! The node of a call, and the endpoints of both kinds.

use crate::call::{NAME, NODE, PORT, ROWS, Row};
use crate::net::Net;
use anyhow::Result;
use counterpart_node::accept::{Listeners, http, rtmp, server_config, udp};
use counterpart_node::archive::{Watermark, free_bytes};
use counterpart_node::derive::Settings;
use counterpart_node::keys::Keys;
use counterpart_node::shell::Shell;
use counterpart_node::{Config, Timing, keep_time};
use counterpart_shared::api::Endpoints;
use counterpart_shared::grant::Signer;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use time::UtcOffset;

/// A node at work, without an edge: it trusts the signer of this lab.
pub(crate) fn node(net: &Arc<Net>, row: Row, signer: &Signer) -> Result<Arc<Shell>> {
    let config = config(row, NODE)?;
    let keys = Arc::new(Keys::new(&config.host, false, SystemTime::now())?);
    let quic = server_config(&config, &keys)?;
    let shell = shell(config, keys, signer)?;
    let socket = net.open(SocketAddr::new(NODE, PORT));
    let endpoint = endpoint(Some(quic), socket, 0)?;
    tokio::spawn(udp::accept(shell.clone(), endpoint));
    let held = shell.clone();
    tokio::spawn(async move { keep_time(&held).await });
    Ok(shell)
}

/// The same in real time, on the network of this thread; and where it listens.
pub(crate) fn node_in_real_time(signer: &Signer) -> Result<(Arc<Shell>, Endpoints)> {
    let config = Config {
        udp_port: 0,
        ..config(ROWS[0], Ipv4Addr::UNSPECIFIED.into())?
    };
    let keys = Arc::new(Keys::new(&config.host, false, SystemTime::now())?);
    let listeners = Listeners::open(&config, &keys)?;
    let endpoints = listeners.endpoints(&config)?;
    let shell = shell(config, keys, signer)?;
    for listener in listeners.rtmp {
        tokio::spawn(rtmp::accept(shell.clone(), listener, None));
    }
    for listener in listeners.http {
        tokio::spawn(http::accept(shell.clone(), listener, None));
    }
    for endpoint in listeners.udp {
        tokio::spawn(udp::accept(shell.clone(), endpoint));
    }
    let held = shell.clone();
    tokio::spawn(async move { keep_time(&held).await });
    Ok((shell, endpoints))
}

fn shell(config: Config, keys: Arc<Keys>, signer: &Signer) -> Result<Arc<Shell>> {
    let endpoints = Endpoints {
        host: config.host.clone(),
        rtmp_port: 0,
        http_port: 0,
        udp_port: PORT,
        rtmps_port: None,
        https_port: None,
        one_time: false,
    };
    let shell = Arc::new(Shell::new(config, keys, endpoints));
    shell.gate.trust(&[signer.public_key()])?;
    Ok(shell)
}

fn config(row: Row, bind: IpAddr) -> Result<Config> {
    let ms = Duration::from_millis;
    Ok(Config {
        node: NAME.parse()?,
        edge: "ws://127.0.0.1:1/".parse()?,
        secret: "none".into(),
        host: NODE.to_string(),
        one_time: false,
        bind,
        rtmp_port: 0,
        http_port: 0,
        udp_port: PORT,
        tls: None,
        record_dir: PathBuf::new(),
        key_file: PathBuf::new(),
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
        vault: counterpart_node::vault::Vault::default(),
        max_connections: 100,
        capacity: 10,
        timing: Timing {
            handshake: ms(5_000),
            first_media: ms(10_000),
            stall: ms(2_000),
            grace: ms(10_000),
            idle: ms(10_000),
        },
        congestion: row.node,
    })
}

/// An endpoint on a socket of the lab, with its dice seeded.
pub(crate) fn endpoint(
    server: Option<quinn::ServerConfig>,
    socket: Arc<dyn quinn::AsyncUdpSocket>,
    seed: u64,
) -> Result<quinn::Endpoint> {
    let mut config = quinn::EndpointConfig::default();
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    config.rng_seed(Some(bytes));
    let runtime = Arc::new(quinn::TokioRuntime);
    Ok(quinn::Endpoint::new_with_abstract_socket(
        config, server, socket, runtime,
    )?)
}
