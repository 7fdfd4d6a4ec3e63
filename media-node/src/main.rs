//! The media node's program. See the crate's README for what it does.

use clap::Parser;
use counterpart_node::{Args, Config, Node, Tool, shutdown_signal};
use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let first = std::env::args().nth(1).unwrap_or_default();
    if Tool::is_named(&first) {
        return Ok(Tool::parse().run(&mut std::io::stdout())?.into());
    }
    counterpart_node::log_to_stderr();
    let config = Config::try_from(Args::parse())?;
    serve(config)?;
    Ok(ExitCode::SUCCESS)
}

#[tokio::main]
async fn serve(config: Config) -> anyhow::Result<()> {
    let node = Node::load(config).await?;
    println!("ready {}", serde_json::to_string(node.endpoints())?);
    node.run(shutdown_signal()).await
}
