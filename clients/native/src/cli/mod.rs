//! What the program does with its arguments.

mod args;
mod call;
mod play;
mod publish;
mod table;

use anyhow::Result;
use args::{Args, Command};
use clap::Parser;
use counterpart_native::Stop;
use tracing_subscriber::EnvFilter;

/// Reads the arguments and does what they say.
pub(crate) async fn run() -> Result<()> {
    let args = Args::parse();
    // Results go to standard output, so what happens on the way does not.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    match args.command {
        Command::Publish(wish) => publish::run(wish, args.json).await,
        Command::Play(wish) => play::run(wish, args.json).await,
        Command::Call(wish) => call::run(wish, args.json).await,
    }
}

/// Stops after so many seconds, or when the user interrupts.
fn stop_after(seconds: Option<f64>) -> Stop {
    let stop = Stop::default();
    let turned = stop.clone();
    tokio::spawn(async move {
        let time = async {
            match seconds {
                Some(seconds) => tokio::time::sleep(args::duration(seconds)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = time => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        turned.stop();
    });
    stop
}
