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
    /// The oldest frame of any kind, but sound before pictures that wait for the link.
    SoundFirst,
    /// The oldest frame of sound; pictures wait, and the end waits with them.
    Sound,
}

/// How long it counts that a reader's socket stood still.
const STOOD_STILL: Duration = Duration::from_secs(1);

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
    /// How long his socket took nothing the last time, and until when.
    stood_still: (Duration, Instant),
    end: Option<Arc<str>>,
}

impl Inbox {
    pub(super) fn new(limits: Limits, now: Instant) -> Self {
        let queue = Queue::new(limits, now);
        let state = Mutex::new(State {
            queue,
            contends: false,
            stood_still: (Duration::ZERO, now),
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

    /// How long the oldest frame has waited, or had to behind it of late, and how many bytes have been taken so far.
    pub(super) fn progress(&self, now: Instant) -> (Duration, u64) {
        let state = self.lock();
        let (stood_still, at) = state.stood_still;
        let lately = now.saturating_duration_since(at) < STOOD_STILL;
        let least = if lately { stood_still } else { Duration::ZERO };
        (state.queue.lag(now).max(least), state.queue.taken())
    }

    pub(super) fn contends(&self) -> bool {
        self.lock().contends
    }

    pub(super) fn end(&self, reason: &str) {
        self.lock().end.get_or_insert_with(|| reason.into());
        self.wake.notify_one();
    }

    fn pop(&self, which: Which, now: Instant) -> Option<Delivery> {
        let mut state = self.lock();
        let frame = match which {
            Which::All => state.queue.pop(),
            Which::SoundFirst => state.queue.pop_sound_first(now),
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

    /// His socket took nothing for so long until now: what it holds waits in there, where nobody can look.
    pub(crate) fn stood_still(&self, long: Duration, now: Instant) {
        self.inbox.lock().stood_still = (long, now);
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
            if let Some(delivery) = self.inbox.pop(which, clock::now()) {
                return delivery;
            }
            self.inbox.wake.notified().await;
        }
    }

    /// What comes next, if it is there.
    pub fn try_next(&self, which: Which) -> Option<Delivery> {
        self.inbox.pop(which, clock::now())
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

#[cfg(test)]
mod tests {
    use super::super::test_frames::*;
    use super::*;

    #[test]
    fn each_gets_what_he_wants() {
        let now = Instant::now();
        let inbox = Inbox::new(Limits::LIVE, now);
        for frame in [key(0), inter(1), audio(2), audio(3)] {
            inbox.push(frame, now);
        }
        let late = now + Duration::from_secs(1);
        let time = |which| match inbox.pop(which, late) {
            Some(Delivery::Frame(frame)) => Some(frame.message.timestamp),
            _ => None,
        };
        assert_eq!(time(Which::All), Some(0));
        assert_eq!(time(Which::SoundFirst), Some(2));
        assert_eq!(time(Which::Sound), Some(3));
        assert_eq!(
            (time(Which::Sound), time(Which::SoundFirst)),
            (None, Some(1))
        );
    }

    #[test]
    fn what_a_socket_holds_counts_as_if_it_waited_here() {
        let start = Instant::now();
        let ms = |ms| start + Duration::from_millis(ms);
        let inbox = Inbox::new(Limits::LIVE, start);
        inbox.lock().stood_still = (Duration::from_millis(200), ms(1_000));
        let late = |at| inbox.progress(ms(at)).0.as_millis();
        assert_eq!((late(1_100), late(1_999), late(2_000)), (200, 200, 0));
        inbox.push(key(0), ms(1_000));
        assert_eq!((late(1_100), late(1_300)), (200, 300), "the longer of both");
    }
}
