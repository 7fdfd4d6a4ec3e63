//! The wish to stop, seen by every task.

use tokio::sync::watch;

/// One side of it: clones share the wish.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Wishes it.
    pub fn wish(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is wished.
    pub fn is_wished(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for the wish.
    pub async fn wished(&self) {
        // The sender lives in `self`, so the wait ends only with the wish.
        let _ = self.0.subscribe().wait_for(|wished| *wished).await;
    }
}

/// Ends with the first SIGINT or SIGTERM.
pub async fn shutdown_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let wait = async |kind| match signal(kind) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::warn!(%error, "a signal cannot be listened to");
            std::future::pending().await
        }
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
    }
}
