//! Free ports of this machine's loopback address.

use anyhow::{Context, Result};
use std::net::TcpListener;

/// A TCP port that was free a moment ago.
///
/// # Errors
/// When the system has none.
pub fn free() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}
