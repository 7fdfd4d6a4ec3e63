//! One reader's end of a stream.

use super::queue::{Dropped, Limits, Queue};
use super::stream::Stream;
use crate::frames::Frame;
use counterpart_transport::clock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// What a reader gets.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// The next frame.
    Frame(Frame),
    /// The stream is over, for this reason.
    End(Arc<str>),
}

/// What of a stream is wanted right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The oldest frame of any kind.
    All,
    /// The oldest frame of sound; pictures wait, and the end waits with them.
    Sound,
}

/// The part that the stream fills.
#[derive(Debug)]
pub(super) struct Inbox {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    /// His connection holds its own on a link that others fill too.
    contends: bool,
    end: Option<Arc<str>>,
}

impl Inbox {
    pub(super) fn new(limits: Limits, now: Instant) -> Self {
        let queue = Queue::new(limits, now);
        let state = Mutex::new(State {
            queue,
            contends: false,
            end: None,
        });
        let wake = Notify::new();
        Self { state, wake }
    }

    /// Puts a frame in, unless the reader's end has been said; what it cost, and whether a keyframe is needed to go on.
    pub(super) fn push(&self, frame: Frame, now: Instant) -> (Dropped, bool) {
        let mut state = self.lock();
        if state.end.is_some() {
            return (Dropped::default(), false);
        }
        let dropped = state.queue.push(frame, now);
        let skipping = state.queue.is_skipping();
        drop(state);
        self.wake.notify_one();
        (dropped, skipping)
    }

    /// How long the oldest frame has waited, and how many bytes have been taken so far.
    pub(super) fn progress(&self, now: Instant) -> (Duration, u64) {
        let state = self.lock();
        (state.queue.lag(now), state.queue.taken())
    }

    pub(super) fn contends(&self) -> bool {
        self.lock().contends
    }

    pub(super) fn end(&self, reason: &str) {
        self.lock().end.get_or_insert_with(|| reason.into());
        self.wake.notify_one();
    }

    fn pop(&self, which: Which) -> Option<Delivery> {
        let mut state = self.lock();
        let frame = match which {
            Which::All => state.queue.pop(),
            Which::Sound => return state.queue.pop_sound().map(Delivery::Frame),
        };
        match frame {
            Some(frame) => Some(Delivery::Frame(frame)),
            None => state.end.clone().map(Delivery::End),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a stream. Dropping it leaves.
#[derive(Debug)]
pub struct Reader {
    pub(super) stream: Arc<Stream>,
    pub(super) inbox: Arc<Inbox>,
    pub(super) id: u64,
}

impl Reader {
    /// Whether his connection holds its own on a link that others fill too.
    pub(crate) fn contend(&self, contends: bool) {
        self.inbox.lock().contends = contends;
    }

    /// He plays on a carrier where a lost packet holds nothing else up.
    pub(crate) fn converse(&self) {
        self.inbox.lock().queue.limit(Limits::CONVERSATION);
    }

    /// What comes next; waits for it. Nothing is lost when the wait is given up.
    pub async fn next(&self) -> Delivery {
        self.next_of(Which::All).await
    }

    /// The same for some of it.
    pub async fn next_of(&self, which: Which) -> Delivery {
        loop {
            if let Some(delivery) = self.inbox.pop(which) {
                return delivery;
            }
            self.inbox.wake.notified().await;
        }
    }

    /// What comes next, if it is there.
    pub fn try_next(&self) -> Option<Delivery> {
        self.inbox.pop(Which::All)
    }

    /// Waits until the stream has begun; the reason when it ends before.
    pub async fn begun(&self) -> Result<(), Arc<str>> {
        self.stream.begun().await
    }

    /// Whether the stream carries sound and pictures, as far as is known.
    pub fn tracks(&self) -> (bool, bool) {
        self.stream.tracks()
    }

    /// Sound in AAC for those who do not take Opus.
    pub(crate) fn give_aac(&self, frame: Frame) {
        self.stream.write_aac(frame, clock::now());
    }

    /// Asks the publisher for a keyframe; asking often does no harm.
    pub fn request_keyframe(&self) {
        self.stream.request_keyframe(clock::now());
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stream.leave(self.id);
    }
}
