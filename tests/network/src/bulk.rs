//! A download by TCP, which takes what it gets.

use counterpart_transport::clock;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep_until, timeout_at};

/// Sends whoever comes as much as he takes.
pub(crate) async fn upload(listener: TcpListener) {
    while let Ok((mut socket, _)) = listener.accept().await {
        tokio::spawn(async move { while socket.write_all(&[0; 16_384]).await.is_ok() {} });
    }
}

/// What came while it counted.
#[derive(Debug, Default)]
pub(crate) struct Downloaded(AtomicU64);

impl Downloaded {
    /// Begins at `start`, and counts what comes in `span`, with which it ends; both counted from `begin`.
    ///
    /// # Errors
    /// When it cannot begin, or ends before.
    pub(crate) async fn take(
        &self,
        from: SocketAddr,
        begin: Instant,
        start: Duration,
        span: Range<Duration>,
    ) -> std::io::Result<()> {
        sleep_until((begin + start).into()).await;
        let end = begin + span.end;
        let mut socket = TcpStream::connect(from).await?;
        let mut buffer = vec![0; 65_536];
        while let Ok(len) = timeout_at(end.into(), socket.read(&mut buffer)).await {
            let len = len?;
            if len == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if span.contains(&clock::since(begin)) {
                self.0.fetch_add(len as u64, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// Bits per second of such a span.
    pub(crate) fn bits_per_second(&self, during: Duration) -> f64 {
        self.0.load(Ordering::Relaxed) as f64 * 8.0 / during.as_secs_f64()
    }
}
