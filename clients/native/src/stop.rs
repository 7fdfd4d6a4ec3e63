//! A switch that ends what runs.

use tokio::sync::watch;

/// Turned once, seen by every clone.
#[derive(Debug, Clone)]
pub struct Stop {
    turned: watch::Sender<bool>,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            turned: watch::Sender::new(false),
        }
    }
}

impl Stop {
    /// Ends everything that holds a clone.
    pub fn stop(&self) {
        self.turned.send_replace(true);
    }

    /// Whether it is over.
    pub fn is_stopped(&self) -> bool {
        *self.turned.borrow()
    }

    /// Waits for the end.
    pub async fn stopped(&self) {
        let mut turned = self.turned.subscribe();
        let _ = turned.wait_for(|&turned| turned).await;
    }
}
