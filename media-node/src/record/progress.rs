//! How far the recorders of a call are, for who reads their files while they grow.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What of a growing file may be read: what is on the disk itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Bytes of whole boxes.
    pub bytes: u64,
    /// What they hold, in milliseconds.
    pub duration_ms: u64,
    /// Whether nothing comes any more.
    pub over: bool,
}

/// The reach of one file, which its recorder moves on.
#[derive(Debug, Clone, Default)]
pub struct Growth(Arc<Mutex<Reach>>);

impl Growth {
    /// How far it is now.
    pub fn reach(&self) -> Reach {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Reach> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file of a recorder.
#[derive(Debug, Clone)]
pub struct GrowingFile {
    /// Name within the folder of the call.
    pub name: String,
    /// Which recording it is part of: the files of one lie on one clock.
    pub recording: usize,
    /// Where its 0 lies on that clock, in milliseconds.
    pub origin: i64,
    /// UNIX milliseconds at its 0, as far as that is known by now.
    pub first_at: u64,
    /// How far it is.
    pub growth: Growth,
}

/// The files of all recorders of a call, in the order in which they were begun.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    recordings: usize,
    files: Vec<GrowingFile>,
}

impl Progress {
    /// The files that something is known of.
    pub fn files(&self) -> Vec<GrowingFile> {
        self.lock().files.clone()
    }

    /// For the recorder of a stream.
    pub(crate) fn recording(&self) -> Recording {
        let mut state = self.lock();
        state.recordings += 1;
        Recording {
            progress: self.clone(),
            number: state.recordings,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where one recorder says how far it is.
#[derive(Debug)]
pub(crate) struct Recording {
    progress: Progress,
    number: usize,
}

impl Recording {
    /// A file of this name and origin, which began then, is on the disk this far.
    pub(crate) fn note(&self, name: &str, (origin, first_at): (i64, u64), reach: Reach) {
        let mut state = self.progress.lock();
        let known = state.files.iter_mut().find(|file| file.name == name);
        let growth = match known {
            Some(file) => {
                file.first_at = first_at;
                file.growth.clone()
            }
            None => {
                let growth = Growth::default();
                state.files.push(GrowingFile {
                    name: name.to_owned(),
                    recording: self.number,
                    origin,
                    first_at,
                    growth: growth.clone(),
                });
                growth
            }
        };
        *growth.lock() = reach;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_known_once_and_grows() {
        let progress = Progress::default();
        let (one, two) = (progress.recording(), progress.recording());
        let reach = |bytes, over| Reach {
            bytes,
            duration_ms: bytes,
            over,
        };
        one.note("caller.mp4", (0, 1_000), reach(10, false));
        two.note("callee.mp4", (0, 1_500), reach(20, false));
        let before = progress.files();
        one.note("caller.mp4", (0, 900), reach(30, true));
        let files = progress.files();
        let known: Vec<_> = files
            .iter()
            .map(|file| (&*file.name, file.recording, file.first_at))
            .collect();
        assert_eq!(known, [("caller.mp4", 1, 900), ("callee.mp4", 2, 1_500)]);
        assert_eq!(before[0].growth.reach(), reach(30, true));
    }
}
