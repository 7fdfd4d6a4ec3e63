//! The thread that records one party, and its bounded queue.
//!
//! Decoding and disks take as long as they take. So they are behind a queue that never makes its
//! filler wait: what does not fit is left out and counted, and pictures go on with the next
//! keyframe.

use super::{FinishedFile, PartyRecorder, RecordError, RecordStats};
use bytes::Bytes;
use counterpart_shared::flv::{TagKind, classify};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

/// Most messages in the queue: half a minute of a call.
const QUEUE_MESSAGES: usize = 2_048;
/// Most bytes in the queue; a disk that stands still must not fill the memory.
const QUEUE_BYTES: usize = 32 << 20;
/// Most configurations that wait for room in the queue.
const HELD_CONFIGS: usize = 8;
const TICK: Duration = Duration::from_millis(200);
const SYNC: Duration = Duration::from_secs(1);

/// One message of the stream.
#[derive(Debug, Clone)]
pub struct Input {
    /// What the body is.
    pub kind: TagKind,
    /// Its RTMP timestamp.
    pub timestamp: u32,
    /// Its FLV body.
    pub body: Bytes,
    /// When it arrived, in UNIX milliseconds.
    pub arrived_at: u64,
}

/// How a recording ended.
#[derive(Debug)]
pub struct Outcome {
    /// The files, as far as they could be written.
    pub files: Vec<FinishedFile>,
    /// What was left out by the recorder.
    pub stats: RecordStats,
    /// Messages that found the queue full.
    pub overflowed: u64,
    /// Why it ended before its time.
    pub error: Option<RecordError>,
}

impl Outcome {
    /// A recording that never began.
    pub(super) fn failed(error: RecordError) -> Self {
        Self {
            files: Vec::new(),
            stats: RecordStats::default(),
            overflowed: 0,
            error: Some(error),
        }
    }
}

/// One party's recording thread. Dropping it finishes the files too, unobserved.
#[derive(Debug)]
pub struct Recorder {
    queue: SyncSender<Order>,
    queued: Arc<AtomicUsize>,
    outcome: oneshot::Receiver<Outcome>,
    /// Configurations that found the queue full: nothing can be decoded without them.
    held: VecDeque<Input>,
    lost: bool,
    overflowed: u64,
}

#[derive(Debug)]
enum Order {
    Frame { input: Input, after_loss: bool },
    Discontinuity,
}

impl Order {
    /// Gives back what was not taken.
    fn input(self) -> Result<(), Input> {
        match self {
            Self::Frame { input, .. } => Err(input),
            Self::Discontinuity => Ok(()),
        }
    }
}

impl Recorder {
    /// Starts the thread.
    pub fn start(party: PartyRecorder, clock: WallClock) -> Result<Self, RecordError> {
        let (queue, orders) = sync_channel(QUEUE_MESSAGES);
        let (report, outcome) = oneshot::channel();
        let queued = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&queued);
        thread::Builder::new()
            .name("record".to_owned())
            .spawn(move || {
                // Nobody waiting for the outcome is no fault of the recording.
                let _ = report.send(run(party, &orders, &counter, clock));
            })
            .map_err(|error| RecordError::Thread(error.to_string()))?;
        let held = VecDeque::new();
        Ok(Self {
            queue,
            queued,
            outcome,
            held,
            lost: false,
            overflowed: 0,
        })
    }

    /// Hands over a message; false if it was left out. Never waits.
    pub fn offer(&mut self, input: Input) -> bool {
        while let Some(config) = self.held.pop_front() {
            if let Err(config) = self.send(config) {
                self.held.push_front(config);
                break;
            }
        }
        let config = classify(input.kind, &input.body).is_config();
        let sent = if self.held.is_empty() {
            self.send(input)
        } else {
            Err(input)
        };
        let Err(input) = sent else { return true };
        self.lost |= input.kind == TagKind::Video;
        self.overflowed += 1;
        if config && self.held.len() < HELD_CONFIGS {
            self.held.push_back(input);
        }
        false
    }

    /// The next message comes from another publisher.
    pub fn discontinuity(&mut self) {
        // Without room for the news, timestamps alone must tell.
        let _ = self.queue.try_send(Order::Discontinuity);
    }

    /// Waits until the recording has ended by itself, which only an error makes it do. Once it has
    /// told the outcome there is nothing left but to drop the recorder.
    pub async fn stopped(&mut self) -> Outcome {
        let overflowed = self.overflowed;
        report(overflowed, (&mut self.outcome).await)
    }

    /// Ends the recording and waits until its files are closed.
    pub async fn finish(self) -> Outcome {
        drop(self.queue);
        report(self.overflowed, self.outcome.await)
    }

    fn send(&mut self, input: Input) -> Result<(), Input> {
        let len = input.body.len();
        if self.queued.load(Ordering::Relaxed).saturating_add(len) > QUEUE_BYTES {
            return Err(input);
        }
        let picture = classify(input.kind, &input.body).is_picture();
        let after_loss = self.lost && picture;
        self.queued.fetch_add(len, Ordering::Relaxed);
        match self.queue.try_send(Order::Frame { input, after_loss }) {
            Ok(()) => {
                self.lost &= !picture;
                Ok(())
            }
            Err(refused) => {
                self.queued.fetch_sub(len, Ordering::Relaxed);
                match refused {
                    TrySendError::Full(order) | TrySendError::Disconnected(order) => order.input(),
                }
            }
        }
    }
}

fn report(overflowed: u64, outcome: Result<Outcome, oneshot::error::RecvError>) -> Outcome {
    match outcome {
        Ok(outcome) => Outcome {
            overflowed,
            ..outcome
        },
        Err(_) => Outcome {
            overflowed,
            ..Outcome::failed(RecordError::Thread("died".to_owned()))
        },
    }
}

fn run(
    mut party: PartyRecorder,
    orders: &Receiver<Order>,
    queued: &AtomicUsize,
    clock: WallClock,
) -> Outcome {
    let error = record(&mut party, orders, queued, clock).err();
    let stats = party.stats();
    let (files, closed) = party.finish();
    Outcome {
        files,
        stats,
        overflowed: 0,
        error: error.or(closed.err()),
    }
}

/// Records until the other end of the queue is gone.
fn record(
    party: &mut PartyRecorder,
    orders: &Receiver<Order>,
    queued: &AtomicUsize,
    clock: WallClock,
) -> Result<(), RecordError> {
    let start = Instant::now();
    let (mut tick, mut sync) = (start + TICK, start + SYNC);
    loop {
        match orders.recv_timeout(TICK) {
            Ok(order) => perform(party, order, queued)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        let now = Instant::now();
        if now >= tick {
            party.tick(clock.at(now))?;
            tick = now + TICK;
        }
        if now >= sync {
            party.sync()?;
            // Counted from after the disk's work, so that a slow disk is not asked all the time.
            sync = Instant::now() + SYNC;
        }
    }
}

fn perform(
    party: &mut PartyRecorder,
    order: Order,
    queued: &AtomicUsize,
) -> Result<(), RecordError> {
    match order {
        Order::Discontinuity => {
            party.discontinuity();
            Ok(())
        }
        Order::Frame { input, after_loss } => {
            queued.fetch_sub(input.body.len(), Ordering::Relaxed);
            if after_loss {
                party.lost();
            }
            party.push(input.kind, input.timestamp, &input.body, input.arrived_at)
        }
    }
}

/// UNIX time that runs evenly: read once, then counted on, whatever happens to the system's clock.
#[derive(Debug, Clone, Copy)]
pub struct WallClock {
    instant: Instant,
    unix_ms: u64,
}

impl WallClock {
    /// The system's clock as it is now.
    pub fn now() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            instant: Instant::now(),
            unix_ms: millis(since),
        }
    }

    /// UNIX milliseconds at an instant.
    pub fn at(&self, instant: Instant) -> u64 {
        match instant.checked_duration_since(self.instant) {
            Some(later) => self.unix_ms.saturating_add(millis(later)),
            None => self
                .unix_ms
                .saturating_sub(millis(self.instant.duration_since(instant))),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
