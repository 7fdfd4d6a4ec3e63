//! The composite of a call that goes on: the same composer, some seconds behind what the recorders bring to the disk.
//!
//! | file | what |
//! |---|---|
//! | `growing` | the call's files on its time line, as far as they are |
//! | `pace` | whether it keeps up |
//! | `names` | who talks, as the watermark says it |
//! | `follow` | one thread of low priority for each call, from its first file to its sealed composite |
//!
//! Whatever stands in the way ends it, and the composite is made afterwards.

mod follow;
mod growing;
mod names;
mod pace;

use super::{Deriver, Settings, Told};
use crate::archive::Watermark;
use crate::evidence::Sealer;
use crate::record::Progress;
use crate::vault::Vault;
use counterpart_shared::id::CallId;
use follow::Follower;
pub use pace::PATIENCE;
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// Hears what was made of a call.
pub type Tell = dyn Fn(&CallId, Told) + Send + Sync;

/// What it works with, and whom it tells.
pub struct Means {
    /// Folder of all recordings.
    pub root: PathBuf,
    /// How composites look, and how many are made at once.
    pub settings: Settings,
    /// The keys of encrypted files.
    pub vault: Vault,
    /// What of the disk stays free.
    pub watermark: Watermark,
    /// A composite that is behind for so long is given up; [`PATIENCE`] unless there is a reason.
    pub patience: Duration,
    /// Seals what is made.
    pub sealer: Arc<OnceLock<Sealer>>,
    /// Makes the rest of a call; nothing is made before it is there.
    pub deriver: Arc<OnceLock<Deriver>>,
    /// Hears what was made.
    pub tell: Box<Tell>,
}

impl fmt::Debug for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

/// The composites that are being made of calls that go on.
#[derive(Debug, Clone)]
pub struct Live(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    means: Means,
    calls: Mutex<HashMap<CallId, Followed>>,
    given_up: AtomicU64,
}

/// A call that a thread is at.
#[derive(Debug, Default)]
struct Followed {
    progress: Progress,
    /// The call is over and sealed.
    over: bool,
}

impl Live {
    /// None is being made.
    pub fn new(means: Means) -> Self {
        Self(Arc::new(Shared {
            means,
            calls: Mutex::default(),
            given_up: AtomicU64::new(0),
        }))
    }

    /// Begins the composite of a call of which nothing was recorded yet, if there is room for one more and none is being made.
    pub fn begin(&self, call: &CallId) {
        let settings = self.0.means.settings;
        let most = settings.live;
        if !settings.composite || most == 0 {
            return;
        }
        let progress = {
            let mut calls = self.0.calls();
            if calls.contains_key(call) {
                return;
            }
            if calls.len() >= most {
                drop(calls);
                return self
                    .0
                    .give_up(call, &format!("{most} are being made already"));
            }
            calls.entry(call.clone()).or_default().progress.clone()
        };
        let follower = Follower::new(&self.0, call, progress);
        let work = move || follower.run();
        let thread = thread::Builder::new().name("live".to_owned()).spawn(work);
        if let Err(error) = thread {
            self.0.calls().remove(call);
            self.0.give_up(call, &error.to_string());
        }
    }

    /// Where the recorders of a call tell how far they are, if its composite is being made.
    pub fn progress(&self, call: &CallId) -> Option<Progress> {
        let calls = self.0.calls();
        calls.get(call).map(|followed| followed.progress.clone())
    }

    /// The call is over and sealed. Whether its composite is being made, and the rest will be made then.
    pub fn finish(&self, call: &CallId) -> bool {
        let mut calls = self.0.calls();
        calls.get_mut(call).is_some_and(|followed| {
            followed.over = true;
            true
        })
    }

    /// Whether a call's files are being read.
    pub fn is_busy(&self, call: &CallId) -> bool {
        self.0.calls().contains_key(call)
    }

    /// How many are being made.
    pub fn count(&self) -> usize {
        self.0.calls().len()
    }

    /// How many were given up so far.
    pub fn given_up(&self) -> u64 {
        self.0.given_up.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn calls(&self) -> MutexGuard<'_, HashMap<CallId, Followed>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the call is over and sealed.
    fn is_over(&self, call: &CallId) -> bool {
        self.calls().get(call).is_some_and(|followed| followed.over)
    }

    fn give_up(&self, call: &CallId, reason: &str) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(%call, reason, "the composite is made afterwards and not live");
    }

    /// The thread of a call ends; what is not made of it is made once the call is over.
    fn leave(&self, call: &CallId) {
        let mut calls = self.calls();
        let followed = calls.get(call);
        if followed.is_some_and(|followed| followed.over)
            && let Some(deriver) = self.means.deriver.get()
        {
            deriver.take(call);
        }
        calls.remove(call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use time::UtcOffset;

    fn live(root: &Path, most: usize) -> Live {
        Live::new(Means {
            root: root.to_owned(),
            settings: Settings {
                composite: true,
                zone: UtcOffset::UTC,
                live: most,
            },
            vault: Vault::default(),
            watermark: Watermark {
                min_free: 0,
                free: |_| Ok(1),
            },
            patience: PATIENCE,
            sealer: Arc::default(),
            deriver: Arc::default(),
            tell: Box::new(|_, _| {}),
        })
    }

    #[test]
    fn a_node_that_makes_none_live_gives_none_up() {
        let root = tempfile::tempdir().unwrap();
        let none = live(root.path(), 0);
        none.begin(&"c1".parse().unwrap());
        assert_eq!((none.count(), none.given_up()), (0, 0));
    }

    #[test]
    fn a_call_is_followed_once() {
        let root = tempfile::tempdir().unwrap();
        let live = live(root.path(), 1);
        let call = "c1".parse().unwrap();
        live.begin(&call);
        live.begin(&call);
        assert_eq!((live.count(), live.given_up()), (1, 0));
        live.begin(&"c2".parse().unwrap());
        assert_eq!((live.count(), live.given_up()), (1, 1));
        assert!(live.finish(&call));
    }
}
