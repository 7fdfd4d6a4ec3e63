//! Further connections of a page that publishes.
//!
//! A browser's own congestion control takes random loss for a full link, and sends a few packets a round trip at best. A page that falls behind
//! spreads its media over several connections, each with a control of its own. The node offers them on the control stream; whoever knows
//! the ticket brings media of that stream, and nothing else.

use super::Fault;
use super::gather::Pieces;
use crate::keys::Keys;
use counterpart_shared::rtmp::Subflow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use web_transport_quinn::Session;

/// The path under which they come.
const PATH: &str = "/subflow/";

/// Tickets that nobody has used, and where the media of whoever brings one goes.
#[derive(Debug, Default)]
pub struct Subflows {
    waiting: Mutex<HashMap<String, Pieces>>,
}

/// What one publisher is offered. Dropped, his tickets are worth nothing, and the keys that he did not use are gone.
pub(super) struct Tickets {
    subflows: Arc<Subflows>,
    keys: Arc<Keys>,
    offers: Vec<Subflow>,
}

impl Subflows {
    /// Offers up to `count` connections for this media. Fewer where there is no room for more one-time keys.
    pub(super) fn offer(
        self: &Arc<Self>,
        keys: &Arc<Keys>,
        count: usize,
        media: &Pieces,
    ) -> Tickets {
        let addresses = keys.addresses(count, SystemTime::now());
        let offers: Vec<Subflow> = addresses
            .into_iter()
            .map(|(host, sha256)| Subflow {
                host,
                ticket: format!("{:032x}", rand::random::<u128>()),
                sha256,
            })
            .collect();
        let waiting = offers.iter();
        let waiting = waiting.map(|offer| (offer.ticket.clone(), media.clone()));
        self.lock().extend(waiting);
        Tickets {
            subflows: self.clone(),
            keys: keys.clone(),
            offers,
        }
    }

    /// Where the media of this path's ticket goes; `None` if the path is another's or the ticket is not good (any more).
    pub(super) fn take(&self, path: &str) -> Option<Pieces> {
        let ticket = path.strip_prefix(PATH)?;
        self.lock().remove(ticket)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Pieces>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tickets {
    /// What the publisher is told.
    pub(super) fn offers(&self) -> &[Subflow] {
        &self.offers
    }
}

impl Drop for Tickets {
    fn drop(&mut self) {
        let mut waiting = self.subflows.lock();
        for offer in &self.offers {
            if waiting.remove(&offer.ticket).is_some() {
                self.keys.discard(&offer.host);
            }
        }
    }
}

/// Whether a session of this path is such a connection.
pub(super) fn is_subflow(path: &str) -> bool {
    path.starts_with(PATH)
}

/// Takes a connection's media until it, or the publisher, has gone.
pub(super) async fn serve(session: Session, media: Pieces) -> Fault {
    media.further().await;
    let mut bearer = media.bring(session.clone());
    tokio::select! {
        error = session.closed() => {
            // What its streams have brought is told to have ended.
            while bearer.join_next().await.is_some() {}
            Fault::lost_session(&error)
        }
        () = media.closed() => {
            session.close(0, b"the publisher has gone");
            Fault::Ended("the publisher has gone".into())
        }
    }
}
