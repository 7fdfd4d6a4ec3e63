//! `make run`: the whole system on this machine, kept up until Ctrl-C.

use anyhow::{Context, Result};
use counterpart_tests::links::{Link, links, set_desks};
use counterpart_tests::system::{Options, PATIENCE, System, top};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<()> {
    let folder = top()?.join("run");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    println!("starting the edge and a media node…  正在启动");
    let mut system = System::start(Options {
        edge_port: 8787,
        node_ports: [1935, 8080, 4433],
        ..Options::new(&folder)
    })
    .await?;
    let node = &system.endpoints;
    set_desks(&system).await?;
    println!(
        "  pages 页面        desks 服务台: front, loans; the links are good for a day 链接一天内有效"
    );
    for Link { who, url } in links(&system).await? {
        println!("    {who}\n      {url}");
    }
    println!(
        "  media node 节点   rtmp {}, http {}, udp {}",
        node.rtmp_port, node.http_port, node.udp_port
    );
    println!("  recordings 录制   run/recordings/node-1");
    println!("  logs 日志         run/edge.log, run/node.log");
    println!(
        "  API key           \"api_key\" in run/secrets.json; for example, a customer's token:"
    );
    println!(
        "    curl {}/v1/tokens -H \"Authorization: Bearer $KEY\" -d '{{\"user\":\"alice\",\"role\":\"customer\"}}'",
        system.url()
    );
    println!("Ctrl-C stops it.  按 Ctrl-C 停止");
    let ended = tokio::select! {
        asked = asked_to_stop() => asked.map(|()| None)?,
        (name, log) = first_to_end(&mut system) => Some((name, log)),
    };
    if let Some((name, log)) = ended {
        anyhow::bail!("the {name} ended by itself; the end of its log:\n{log}");
    }
    println!("\nstopping: the node finishes its files…  正在停止");
    system.node.stop(PATIENCE).await?;
    system.edge.stop(PATIENCE).await?;
    println!("stopped  已停止");
    Ok(())
}

async fn asked_to_stop() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        ctrl_c = tokio::signal::ctrl_c() => ctrl_c,
        _ = terminate.recv() => Ok(()),
    }
}

async fn first_to_end(system: &mut System) -> (&'static str, String) {
    tokio::select! {
        () = system.edge.ended() => ("edge", system.edge.tail()),
        () = system.node.ended() => ("media node", system.node.tail()),
    }
}
