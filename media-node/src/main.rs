//! The media node's program. See the crate's README for what it does.

use clap::Parser;
use counterpart_node::{Args, Config, Node, shutdown_signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    counterpart_node::log_to_stderr();
    let config = Config::try_from(Args::parse())?;
    let node = Node::load(config).await?;
    println!("ready {}", serde_json::to_string(node.endpoints())?);
    node.run(shutdown_signal()).await
}
