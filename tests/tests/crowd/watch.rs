//! The one who looks at the board all the time.

use super::caller::{Place, token};
use super::seen::{Book, Look, now};
use anyhow::Result;
use counterpart_shared::grant::Role;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often he looks.
const EVERY: Duration = Duration::from_millis(250);

/// Looks until he is told to stop, which is by dropping him.
pub(super) async fn watch(place: &Place, book: &Book) -> Result<()> {
    let token = token(place, "watcher", Role::Supervisor, 0).await?;
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let asked = now();
        // An edge that is away has no board.
        if let Ok(board) = place.edge.board(&token, &place.desk).await {
            book.write().looks.push(Look { asked, board });
        }
    }
}
