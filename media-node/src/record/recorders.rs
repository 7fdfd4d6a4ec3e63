//! The recorders of a node: all are visited at one beat, by as few threads as it takes.
//!
//! A round has three steps. What came for each recorder is taken from its queue in the hub and written; each time that is done,
//! the system is told to begin its way to the disk; and when all have been taken, file after file is waited for until it is there.
//! Waking a thread for each frame, or for each party, would cost more than writing the frames. One hand does the round for each [`SHARE`] of them, as long as the disk is quick. Whenever work has waited for [`PATIENCE`], others
//! join in: so a recorder that the disk makes wait keeps its hand and nobody else's, and what it leaves in its queue
//! beyond the limits is dropped there and counted.

use super::recorder::{Outcome, Recorder};
use super::task::Space;
use super::{PartyRecorder, RecordError};
use crate::hub::Reader;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// From one round to the next. With the time that a round takes, and the 150 ms for which a frame waits for the next one to know how
/// long it lasts, this is what a killed process and a power cut may lose: it must leave room for both in a second.
const BEAT: Duration = Duration::from_millis(700);
/// How long work waits before another hand joins in.
const PATIENCE: Duration = Duration::from_millis(50);
/// Recorders for which there is a hand to begin with.
const SHARE: usize = 32;
/// Most hands.
const HANDS: usize = 64;
/// How long a hand waits for work before it goes.
const IDLE: Duration = Duration::from_secs(3);

/// The recorders at work. A clone is another handle.
#[derive(Clone, Default)]
pub struct Recorders(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether rounds are begun.
    beating: bool,
    /// The number of the one that was begun last.
    round: u64,
    /// Threads that are there, ...
    hands: usize,
    /// ... and those among them that have nothing to do.
    idle: usize,
    resting: Vec<Recorder>,
    to_take: VecDeque<Recorder>,
    to_sync: VecDeque<Recorder>,
}

/// What is next for a recorder.
#[derive(Debug, Clone, Copy)]
enum Step {
    Take,
    Sync,
}

impl State {
    fn waits(&self) -> bool {
        !self.to_take.is_empty() || !self.to_sync.is_empty()
    }

    /// All take before the first one syncs.
    fn next(&mut self) -> Option<(Step, Recorder)> {
        if let Some(mut recorder) = self.to_take.pop_front() {
            recorder.round = self.round;
            return Some((Step::Take, recorder));
        }
        Some((Step::Sync, self.to_sync.pop_front()?))
    }
}

impl Recorders {
    /// Records a stream until the stream or the room on the disk ends, and closes the files.
    pub async fn run(&self, reader: Reader, party: PartyRecorder, space: Space) -> Outcome {
        let (recorder, outcome) = Recorder::new(reader, party, space);
        self.add(recorder);
        let died = |_| Outcome::failed(RecordError::Thread("died".to_owned()));
        outcome.await.unwrap_or_else(died)
    }

    /// It is visited from the next beat on.
    fn add(&self, recorder: Recorder) {
        let mut state = self.lock();
        state.resting.push(recorder);
        if !state.beating {
            state.beating = true;
            tokio::spawn(self.clone().beat());
        }
    }

    /// Begins round after round while there are recorders.
    async fn beat(self) {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            if !self.begin() {
                return;
            }
            let mut refused = None;
            let done = async {
                while self.lend(&mut refused) {
                    sleep(PATIENCE).await;
                }
            };
            // Whoever is not done by the next beat is left to his hand; the others go on.
            let _ = timeout(BEAT, done).await;
            if let Some(error) = refused {
                self.refuse(&error);
            }
        }
    }

    /// Begins a round; `false` if there is no recorder any more.
    fn begin(&self) -> bool {
        let mut state = self.lock();
        state.round += 1;
        let resting = std::mem::take(&mut state.resting);
        state.to_take.extend(resting);
        state.beating = state.waits() || state.hands > state.idle;
        state.beating
    }

    /// Gives what waits more hands, one for each share, as far as there may be more; `false` if nothing waits. Says why one could not
    /// be had.
    fn lend(&self, refused: &mut Option<io::Error>) -> bool {
        let mut state = self.lock();
        let waiting = state.to_take.len() + state.to_sync.len();
        let wanted = waiting.div_ceil(SHARE);
        let woken = wanted.min(state.idle);
        let made = (wanted - woken).min(HANDS.saturating_sub(state.hands));
        state.hands += made;
        drop(state);
        (0..woken).for_each(|_| self.0.work.notify_one());
        for _ in 0..made {
            let hand = Hand(self.clone());
            let thread = thread::Builder::new().name("record".to_owned());
            if let Err(error) = thread.spawn(move || hand.work()) {
                *refused = Some(error);
            }
        }
        waiting > 0
    }

    /// Tells at the end of a beat that a hand could not be had. If there is not a single one, nothing can be recorded.
    fn refuse(&self, error: &io::Error) {
        let mut state = self.lock();
        let (hands, mut waiting) = (state.hands, Vec::new());
        while hands == 0
            && let Some((_, recorder)) = state.next()
        {
            waiting.push(recorder);
        }
        drop(state);
        let ended = waiting.len();
        tracing::warn!(%error, hands, ended, "a thread for recorders cannot be had");
        if waiting.is_empty() {
            return;
        }
        let reason = error.to_string();
        // Without a thread for the end either, it waits for the disk.
        spawn_blocking(move || {
            for recorder in waiting {
                recorder.end(Some(RecordError::Thread(reason.clone())));
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorders").finish_non_exhaustive()
    }
}

/// A thread that does what waits, counted while it is there.
struct Hand(Recorders);

impl Hand {
    fn work(&self) {
        while let Some((step, mut recorder)) = self.next() {
            let done = match step {
                Step::Take => recorder.take(),
                Step::Sync => recorder.sync().map(|()| true),
            };
            match done {
                Ok(true) => self.put(step, recorder),
                Ok(false) => recorder.end(None),
                Err(error) => recorder.end(Some(error)),
            }
        }
    }

    /// What is to be done next; waits for it, but not for long.
    fn next(&self) -> Option<(Step, Recorder)> {
        let mut state = self.0.lock();
        loop {
            if let Some(work) = state.next() {
                return Some(work);
            }
            state.idle += 1;
            let waited = self.0.0.work.wait_timeout(state, IDLE);
            let (now, result) = waited.unwrap_or_else(PoisonError::into_inner);
            state = now;
            state.idle -= 1;
            if result.timed_out() && !state.waits() {
                return None;
            }
        }
    }

    fn put(&self, step: Step, recorder: Recorder) {
        let mut state = self.0.lock();
        match step {
            Step::Take => state.to_sync.push_back(recorder),
            // Who has missed a beat does not wait for the next one.
            Step::Sync if recorder.round < state.round => state.to_take.push_back(recorder),
            Step::Sync => state.resting.push(recorder),
        }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.0.lock().hands -= 1;
    }
}
