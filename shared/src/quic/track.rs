//! Back into order: messages of one track that came on different QUIC streams and datagrams.

use super::MAX_VARINT;
use super::lateness::Lateness;
use crate::flv::{FrameKind, TagKind, classify};
use crate::rtmp::{Message, MessageKind};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;

/// What is numbered together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Track {
    /// Message type 9.
    Video,
    /// Message type 8.
    Audio,
    /// Message types 15 and 18.
    Data,
}

impl Track {
    /// The track of a kind of message, `None` for what does not travel as media.
    pub fn of(kind: MessageKind) -> Option<Track> {
        match kind {
            MessageKind::Video => Some(Track::Video),
            MessageKind::Audio => Some(Track::Audio),
            MessageKind::DataAmf0 | MessageKind::DataAmf3 => Some(Track::Data),
            _ => None,
        }
    }
}

/// How a track is put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackLimits {
    /// How long a gap is waited for at most, in milliseconds.
    pub patience: u64,
    /// Messages that wait behind a gap.
    pub max_held: usize,
    /// Their bytes.
    pub max_held_bytes: usize,
    /// The least time between two [`TrackOutput::KeyframeRequest`], in milliseconds.
    pub request_interval: u64,
}

/// What comes out of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrackOutput {
    /// The next message in order.
    Message {
        /// Its sequence.
        sequence: u64,
        /// The message.
        message: Message,
    },
    /// Messages `from..to` were given up.
    Gap {
        /// The first.
        from: u64,
        /// The one after the last.
        to: u64,
    },
    /// Video only: nothing decodes until a keyframe comes; ask the sender for one.
    KeyframeRequest,
}

/// So many of the messages that were given up last are remembered.
const MISSED: u64 = 64;

/// Puts one track in order.
///
/// **Driving.** [`push`](Self::push) each message as it comes, then [`poll`](Self::poll) until `None`; poll again at
/// [`deadline`](Self::deadline). Times are milliseconds of any clock that does not go back.
///
/// A gap is waited for, for `patience` after the first message behind it, or until the limits of what may wait are
/// reached; then it is skipped. Audio is waited for by its times: what stands behind a gap is held until it is as late as the
/// latest message of the last seconds was, at most `patience` later than the quickest; so with nothing late, next to nothing is
/// waited for, and as long as copies come with later datagrams, they are. Audio and data go on behind a gap. Video goes on at the next keyframe that is there or
/// comes, and gives nothing but configurations until then. A keyframe that is there waits for what is before it by the same rule as sound: behind an outage
/// it is shown at once, and where pictures are sent again it waits for these. So a sender puts a configuration on the QUIC stream of its
/// keyframe, and numbers from 0. A configuration that comes after it was given up is given at once, unless a newer one was: on a
/// stream it may come later than sound in datagrams, and without it nothing of the track decodes.
#[derive(Debug)]
pub struct TrackReceiver {
    track: Track,
    limits: TrackLimits,
    /// The next sequence to give.
    next: u64,
    held: BTreeMap<u64, Held>,
    held_bytes: usize,
    /// Video: no picture decodes before the next keyframe.
    lacks_keyframe: bool,
    requested: Option<u64>,
    /// How late messages are.
    lateness: Lateness,
    /// Audio: which were given up lately and may still come.
    given_up: BTreeSet<u64>,
    /// The newest configuration that was given.
    configured: Option<u64>,
    outputs: VecDeque<TrackOutput>,
    discarded: u64,
    lost: u64,
}

#[derive(Debug)]
struct Held {
    message: Message,
    kind: FrameKind,
    since: u64,
}

impl TrackReceiver {
    /// The sequence of the next message: those before it were given, or given up.
    pub fn next_sequence(&self) -> u64 {
        self.next
    }

    /// Before message 0.
    pub fn new(track: Track, limits: TrackLimits) -> Self {
        Self {
            track,
            limits,
            next: 0,
            held: BTreeMap::new(),
            held_bytes: 0,
            lacks_keyframe: false,
            requested: None,
            lateness: Lateness::new(),
            given_up: BTreeSet::new(),
            configured: None,
            outputs: VecDeque::new(),
            discarded: 0,
            lost: 0,
        }
    }

    /// Takes a message; a duplicate, or one that comes after it was given up, is dropped and counted.
    pub fn push(&mut self, sequence: u64, message: Message, now: u64) {
        let kind = match self.track {
            Track::Video => classify(TagKind::Video, &message.payload),
            Track::Audio => classify(TagKind::Audio, &message.payload),
            Track::Data => FrameKind::Data,
        };
        let known = sequence < self.next || self.held.contains_key(&sequence);
        // A configuration is of no time.
        if !kind.is_config() && (!known || self.given_up.remove(&sequence)) {
            self.lateness.take(message.timestamp, now, self.too_late());
        }
        let held = Held {
            message,
            kind,
            since: now,
        };
        if sequence < self.next && kind.is_config() && self.configured < Some(sequence) {
            self.lost = self.lost.saturating_sub(1);
            self.give(sequence, held);
        } else if known || sequence > MAX_VARINT {
            self.discarded += 1;
        } else {
            self.held_bytes += held.message.payload.len();
            self.held.insert(sequence, held);
        }
    }

    /// What comes next.
    pub fn poll(&mut self, now: u64) -> Option<TrackOutput> {
        while self.outputs.is_empty() && self.advance(now) {}
        self.outputs.pop_front().or_else(|| self.request(now))
    }

    /// When to poll again although nothing came.
    pub fn deadline(&self) -> Option<u64> {
        let again = self
            .requested
            .map_or(0, |at| at.saturating_add(self.limits.request_interval));
        let request = self.lacks_keyframe.then_some(again);
        self.gap_deadline().into_iter().chain(request).min()
    }

    /// Messages that came twice or too late.
    pub fn discarded(&self) -> u64 {
        self.discarded
    }

    /// Messages that never came or that nothing could be made of, up to now.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// One step; whether there may be another.
    fn advance(&mut self, now: u64) -> bool {
        if let Some(held) = self.take(self.next) {
            self.give(self.next, held);
            self.next += 1;
            return true;
        }
        let Some(&first) = self.held.keys().next() else {
            return false;
        };
        if self.lacks_keyframe
            && let Some(keyframe) = self.first_keyframe()
        {
            self.skip_to(keyframe);
            return true;
        }
        if now < self.gap_deadline().unwrap_or(0) && !self.is_full() {
            return false;
        }
        self.lacks_keyframe = self.track == Track::Video;
        self.skip_to(first);
        true
    }

    /// Gives up what is before `sequence`, all but configurations.
    fn skip_to(&mut self, sequence: u64) {
        let from = self.next;
        self.outputs
            .push_back(TrackOutput::Gap { from, to: sequence });
        self.lost += sequence - from;
        if self.track == Track::Audio {
            self.given_up
                .extend(from.max(sequence.saturating_sub(MISSED))..sequence);
            self.given_up = self.given_up.split_off(&sequence.saturating_sub(MISSED));
        }
        let behind = self.held.split_off(&sequence);
        for (sequence, held) in mem::replace(&mut self.held, behind) {
            self.held_bytes -= held.message.payload.len();
            if held.kind.is_config() {
                self.lost -= 1;
                self.give(sequence, held);
            }
        }
        self.next = sequence;
    }

    fn give(&mut self, sequence: u64, held: Held) {
        let Held { message, kind, .. } = held;
        self.lacks_keyframe &= kind != FrameKind::VideoKey;
        if self.lacks_keyframe && !kind.is_config() {
            self.lost += 1;
            return;
        }
        if kind.is_config() {
            self.configured = Some(sequence);
        }
        self.outputs
            .push_back(TrackOutput::Message { sequence, message });
    }

    fn take(&mut self, sequence: u64) -> Option<Held> {
        let held = self.held.remove(&sequence)?;
        self.held_bytes -= held.message.payload.len();
        Some(held)
    }

    fn request(&mut self, now: u64) -> Option<TrackOutput> {
        let interval = self.limits.request_interval;
        let due = self
            .requested
            .is_none_or(|at| now >= at.saturating_add(interval));
        if !self.lacks_keyframe || !due {
            return None;
        }
        self.requested = Some(now);
        Some(TrackOutput::KeyframeRequest)
    }

    fn first_keyframe(&self) -> Option<u64> {
        let mut keyframes = self
            .held
            .iter()
            .filter(|(_, held)| held.kind == FrameKind::VideoKey);
        keyframes.next().map(|(sequence, _)| *sequence)
    }

    pub(super) fn gap_deadline(&self) -> Option<u64> {
        let patience = self.limits.patience;
        let by_time = |held: &Held| self.lateness.until(held.message.timestamp, patience);
        let mut held = self.held.values();
        if self.track == Track::Audio {
            let (_, first) = self.held.first_key_value()?;
            let sound = held.find(|held| !held.kind.is_config());
            let until = sound.and_then(by_time);
            return until.or(Some(first.since.saturating_add(patience)));
        }
        let keyframe = held.find(|held| held.kind == FrameKind::VideoKey);
        let goes_on = keyframe.and_then(by_time);
        let since = self.held.values().map(|held| held.since).min()?;
        goes_on
            .into_iter()
            .chain([since.saturating_add(patience)])
            .min()
    }

    /// What comes later says nothing about how long to wait. Copies of sound that come a little too late let others be waited for as long as is
    /// allowed; pictures like that have frozen already.
    fn too_late(&self) -> u64 {
        match self.track {
            Track::Video => self.limits.patience,
            Track::Audio | Track::Data => 2 * self.limits.patience,
        }
    }

    fn is_full(&self) -> bool {
        self.held.len() > self.limits.max_held || self.held_bytes > self.limits.max_held_bytes
    }
}
