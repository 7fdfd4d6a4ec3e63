//! `counterpart publish`.

use super::args::Publish;
use super::{stop_after, table};
use anyhow::{Context, Result, anyhow, bail};
use counterpart_native::encode::AudioCodec;
use counterpart_native::{End, publish};
use counterpart_shared::session::Scheme;

pub(super) async fn run(wish: Publish, json: bool) -> Result<()> {
    let suits = match wish.url.scheme {
        Scheme::Quic => AudioCodec::Opus,
        _ => AudioCodec::Aac,
    };
    let mut options = wish.stream.options(suits).map_err(|e| anyhow!(e))?;
    options.stop = stop_after(wish.seconds);
    let report = publish(&wish.url, options)
        .await
        .with_context(|| format!("cannot publish to {}", wish.url.redacted()))?;
    if json {
        table::print_json(&report)?;
    } else {
        table::published(&report).print();
    }
    if let End::Failed(reason) = report.end {
        bail!("the stream broke off: {reason}");
    }
    Ok(())
}
