//! One stream: its publisher, its cache and its readers behind one lock.

use super::cache::Cache;
use super::format;
use super::holder::{Ended, Holder};
use super::legs::{Seat, Taste, Uplink};
use super::life::{Change, Life, Tracks};
use super::publication::{Demand, Publication};
use super::queue::{Dropped, Limits};
use super::rate::Governor;
use super::reader::{Inbox, Reader};
use super::timeline::Timeline;
use crate::config::Timing;
use crate::control::Outbox;
use crate::frames::Frame;
use crate::metrics::Metrics;
use crate::refusal::Refusal;
use counterpart_shared::api::{NodeEvent, StreamFormat, StreamLoad, StreamRef};
use counterpart_shared::flv::FrameKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// The least time between two requests for a keyframe: each costs the publisher many times an ordinary
/// picture, and the next one serves all who wait.
const KEYFRAME_INTERVAL: Duration = Duration::from_millis(500);

/// Demands that wait for the publisher's connection. They are few; one that is too many is dropped,
/// except for a close, which has the last place for itself.
const DEMANDS: usize = 8;

/// What all streams share.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    pub(super) timing: Timing,
    pub(super) metrics: Arc<Metrics>,
    pub(super) outbox: Arc<Outbox>,
}

/// A stream in the hub.
///
/// Every entry point takes the lock once, decides, and performs at the end; nothing is awaited.
#[derive(Debug)]
pub struct Stream {
    name: StreamRef,
    around: Surroundings,
    state: Mutex<State>,
    begun: watch::Sender<Begun>,
}

#[derive(Debug)]
struct State {
    life: Life,
    line: Timeline,
    cache: Cache,
    publisher: Option<mpsc::Sender<Demand>>,
    /// Who published last.
    holder: Option<Holder>,
    epoch: u64,
    readers: Vec<Seat>,
    next_reader: u64,
    asked_keyframe: Option<Instant>,
    /// The reader that is a recorder's.
    recorder: Option<u64>,
    /// What AAC begins with, while it is made.
    aac_config: Option<Frame>,
    uplink: Uplink,
    governor: Governor,
}

#[derive(Debug, Clone, Default)]
enum Begun {
    #[default]
    NotYet,
    Yes,
    Over(Arc<str>),
}

impl Stream {
    pub(super) fn new(name: StreamRef, around: Surroundings, now: Instant) -> Self {
        let state = State {
            life: Life::new(around.timing.clone(), now),
            line: Timeline::default(),
            cache: Cache::default(),
            publisher: None,
            holder: None,
            epoch: 0,
            readers: Vec::new(),
            next_reader: 0,
            asked_keyframe: None,
            recorder: None,
            aac_config: None,
            uplink: Uplink::new(now),
            governor: Governor::default(),
        };
        Self {
            name,
            around,
            state: Mutex::new(state),
            begun: watch::Sender::default(),
        }
    }

    /// Its call, party and name.
    pub fn name(&self) -> &StreamRef {
        &self.name
    }

    /// He publishes from now on. `None` when the stream is over: another one takes
    /// its place.
    pub(super) fn publish(
        self: &Arc<Self>,
        holder: Holder,
        now: Instant,
    ) -> Option<Result<Publication, Refusal>> {
        let mut state = self.lock();
        if state.life.is_over() {
            return None;
        }
        if let Err(live) = state.life.take(holder.serial, now) {
            let given = holder.serial;
            return Some(Err(Refusal::InUse { live, given }));
        }
        let (sender, demands) = mpsc::channel(DEMANDS);
        if let Some(old) = state.publisher.replace(sender) {
            close(&old, "another connection of the same party has taken over");
        }
        state.holder = Some(holder);
        state.epoch += 1;
        state.line.restart();
        state.uplink.restart(now);
        Some(Ok(Publication {
            stream: self.clone(),
            epoch: state.epoch,
            demands,
        }))
    }

    /// Somebody reads from now on (a `holder`, or a part of the node); what is cached is in his queue already.
    pub(super) fn read(
        self: &Arc<Self>,
        holder: Option<Holder>,
        limits: Limits,
        taste: Taste,
        now: Instant,
    ) -> Reader {
        let inbox = Arc::new(Inbox::new(limits, now));
        let mut state = self.lock();
        for frame in state.cache.catch_up() {
            if taste.takes(frame.is_opus()) {
                inbox.push(frame, now);
            }
        }
        if let (Taste::Aac, Some(config)) = (taste, &state.aac_config) {
            inbox.push(config.clone(), now);
        }
        let id = state.next_reader;
        state.next_reader += 1;
        let seat = Seat::new(id, inbox.clone(), taste, holder, now);
        state.readers.push(seat);
        if state.cache.video().is_some() && !state.cache.has_key() {
            state.ask_keyframe(now);
        }
        if state.life.is_over() {
            inbox.end("the stream is over");
        }
        Reader {
            stream: self.clone(),
            inbox,
            id,
        }
    }

    /// The reader of a recorder, one at a time: it stays over a takeover.
    pub fn record(self: &Arc<Self>, now: Instant) -> Option<Reader> {
        if self.lock().recorder.is_some() {
            return None;
        }
        let reader = self.read(None, Limits::RECORDER, Taste::Recorder, now);
        match self.lock().recorder.get_or_insert(reader.id) {
            id if *id == reader.id => Some(reader),
            _ => None,
        }
    }

    /// The recorder's reader ends, if there is one; the next may begin.
    pub(super) fn end_record(&self, reason: &str) {
        let mut state = self.lock();
        let recorder = state.recorder.take();
        let seat = state.readers.iter().find(|seat| Some(seat.id) == recorder);
        if let Some(seat) = seat {
            seat.inbox.end(reason);
        }
    }

    /// Whether somebody publishes it, or did.
    pub(super) fn is_published(&self) -> bool {
        let state = self.lock();
        state.holder.is_some() && !state.life.is_over()
    }

    pub(super) fn write(self: &Arc<Self>, epoch: u64, frame: Frame, now: Instant) {
        let mut state = self.lock();
        if state.epoch != epoch || state.life.is_over() {
            return;
        }
        state.uplink.take(&frame, now);
        let is_config = frame.kind.is_config() || frame.kind == FrameKind::Data;
        let time = state.line.place(frame.message.timestamp, is_config, now);
        let frame = frame.at(time);
        state.cache.push(&frame);
        let tracks = state.tracks();
        let change = state.life.frame(tracks, now);
        let mut skipping = false;
        let is_opus = frame.is_opus();
        for seat in &state.readers {
            if !seat.taste.takes(is_opus) {
                continue;
            }
            let (dropped, needs_key) = seat.inbox.push(frame.clone(), now);
            self.count(dropped);
            skipping |= needs_key && frame.kind.is_picture();
        }
        if skipping {
            state.ask_keyframe(now);
        }
        self.perform(&mut state, change);
        let needs_aac = is_opus && state.needs_coder();
        drop(state);
        if needs_aac {
            let reader = self.read(None, Limits::LIVE, Taste::Opus, now);
            tokio::spawn(crate::transcode::run(reader));
        }
    }

    /// Gives sound in AAC to those who do not take the publisher's Opus.
    pub(super) fn write_aac(&self, frame: Frame, now: Instant) {
        let mut state = self.lock();
        if frame.kind.is_config() {
            state.aac_config = Some(frame.clone());
        }
        for seat in state.readers.iter().filter(|s| s.taste == Taste::Aac) {
            let (dropped, _) = seat.inbox.push(frame.clone(), now);
            self.count(dropped);
        }
    }

    /// The publisher is a browser.
    pub(super) fn set_browser(&self, epoch: u64) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.uplink.set_browser();
        }
    }

    /// The publisher spreads what he sends over several connections.
    pub(super) fn spread(&self, epoch: u64, now: Instant) {
        let mut state = self.lock();
        if state.epoch == epoch && state.uplink.spread(now) {
            let limit = state.governor.lift(now);
            state.tell(limit);
        }
    }

    /// The publisher holds his own on a link that others fill too, or does not any more.
    pub(super) fn contend(&self, epoch: u64, contends: bool) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.uplink.contend(contends);
        }
    }

    /// A picture of this time has come from the publisher.
    pub(super) fn arrived(&self, epoch: u64, time: u32, now: Instant) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.uplink.arrived(time, now);
        }
    }

    /// By how much longer the way from the publisher has become just now, or by less.
    pub(super) fn growth(&self, epoch: u64, now: Instant) -> Option<Duration> {
        let state = self.lock();
        let growth = state.uplink.growth(now);
        growth.filter(|_| state.epoch == epoch)
    }

    /// So many of the publisher's messages never came.
    pub(super) fn miss(&self, epoch: u64, count: u64) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.uplink.lost(count);
        }
    }

    /// What came in since this was last asked; nothing when nobody publishes.
    pub(super) fn load(&self, now: Instant) -> Option<StreamLoad> {
        let mut state = self.lock();
        let flowed = state.uplink.report(now);
        state.life.is_live().then(|| StreamLoad {
            call: self.name.call.clone(),
            party: self.name.party,
            kbps: flowed.kbps,
            fps: flowed.fps,
            delay_ms: flowed.delay_ms,
            loss_percent: flowed.loss_percent,
        })
    }

    pub(super) fn lost(&self, epoch: u64, now: Instant) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.publisher = None;
            state.life.lost(now);
        }
    }

    pub(super) fn finish_from(&self, epoch: u64, reason: &str) {
        let mut state = self.lock();
        if state.epoch == epoch {
            state.publisher = None;
            let change = state.life.finish(reason);
            self.perform(&mut state, change);
        }
    }

    /// Ends it, whoever publishes.
    pub(super) fn finish(&self, reason: &str) {
        let mut state = self.lock();
        let change = state.life.finish(reason);
        self.perform(&mut state, change);
    }

    /// Closes the ends that these grants opened.
    pub(super) fn dismiss(&self, ended: &Ended, reason: &str) {
        let mut state = self.lock();
        if state.holder.as_ref().is_some_and(|one| ended.covers(one)) {
            let change = state.life.finish(reason);
            self.perform(&mut state, change);
        }
        for seat in &state.readers {
            if seat.holder.as_ref().is_some_and(|one| ended.covers(one)) {
                seat.inbox.end(reason);
            }
        }
    }

    /// Time has passed; whether the stream is over.
    pub(super) fn tick(&self, now: Instant) -> bool {
        let mut state = self.lock();
        let tracks = state.tracks();
        let change = state.life.tick(tracks, now);
        self.perform(&mut state, change);
        state.govern(now);
        state.life.is_over()
    }

    pub(super) fn leave(&self, id: u64) {
        let mut state = self.lock();
        state.readers.retain(|seat| seat.id != id);
        state.dismiss_coder();
    }

    pub(super) fn request_keyframe(&self, now: Instant) {
        self.lock().ask_keyframe(now);
    }

    pub(super) fn tracks(&self) -> (bool, bool) {
        let state = self.lock();
        (state.cache.audio().is_some(), state.cache.video().is_some())
    }

    pub(super) fn is_begun(&self) -> bool {
        self.lock().life.is_begun()
    }

    pub(super) fn is_live(&self) -> bool {
        self.lock().life.is_live()
    }

    pub(super) fn is_over(&self) -> bool {
        self.lock().life.is_over()
    }

    /// Readers of all kinds but recorders.
    pub(super) fn readers(&self) -> usize {
        self.lock()
            .readers
            .iter()
            .filter(|seat| seat.taste.is_person())
            .count()
    }

    /// Whether AAC is made of its Opus.
    pub(super) fn is_transcoded(&self) -> bool {
        let state = self.lock();
        state.readers.iter().any(|seat| seat.taste == Taste::Opus)
    }

    /// What it carries.
    pub fn format(&self) -> StreamFormat {
        format::of(&self.lock().cache)
    }

    pub(super) async fn begun(&self) -> Result<(), Arc<str>> {
        let mut begun = self.begun.subscribe();
        let settled = begun
            .wait_for(|begun| !matches!(begun, Begun::NotYet))
            .await;
        match settled.as_deref() {
            Ok(Begun::Over(reason)) => Err(reason.clone()),
            _ => Ok(()),
        }
    }

    fn perform(&self, state: &mut State, change: Option<Change>) {
        let event = match change {
            None => return,
            Some(Change::Begin | Change::Resumed) => {
                self.begun.send_replace(Begun::Yes);
                Some(NodeEvent::StreamBegin(format::of(&state.cache)))
            }
            Some(Change::Stalled) => Some(NodeEvent::StreamStalled),
            Some(Change::End { reason, begun }) => {
                self.close(state, &reason);
                begun.then_some(NodeEvent::StreamEnd { reason })
            }
        };
        if let Some(event) = event {
            tracing::info!(stream = %self.name.stream, ?event, "stream");
            self.around.outbox.push(&self.name, event);
        }
    }

    fn close(&self, state: &mut State, reason: &str) {
        self.begun.send_replace(Begun::Over(reason.into()));
        if let Some(publisher) = state.publisher.take() {
            close(&publisher, reason);
        }
        for seat in state.readers.drain(..) {
            seat.inbox.end(reason);
        }
    }

    fn count(&self, dropped: Dropped) {
        let metrics = &self.around.metrics;
        metrics.dropped_disposable.increment(dropped.disposable);
        metrics.dropped_until_key.increment(dropped.pictures);
        metrics.dropped_sound.increment(dropped.sound);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tracks(&self) -> Tracks {
        Tracks {
            picture: self.cache.video().is_some() && self.cache.has_key(),
            video_config: self.cache.video().is_some(),
            sound: self.cache.audio().is_some(),
        }
    }

    /// Looks at all legs of the way and tells the publisher what gets through, when that has changed.
    fn govern(&mut self, now: Instant) {
        let mut legs = vec![self.uplink.look(now)];
        for seat in self.readers.iter_mut().filter(|seat| seat.governs()) {
            legs.push(seat.look(now));
        }
        let limit = self.governor.look(&legs, now);
        self.tell(limit);
    }

    /// Tells the publisher another limit, if there is one.
    fn tell(&self, limit: Option<u32>) {
        if let Some(limit) = limit
            && let Some(publisher) = &self.publisher
            && publisher.capacity() > 1
        {
            let _ = publisher.try_send(Demand::Bitrate(limit));
        }
    }

    /// Whether somebody needs AAC and nobody makes it.
    fn needs_coder(&self) -> bool {
        let is_there = |taste| self.readers.iter().any(|seat| seat.taste == taste);
        is_there(Taste::Aac) && !is_there(Taste::Opus)
    }

    /// Ends the making of AAC when nobody needs it any more.
    fn dismiss_coder(&mut self) {
        if self.readers.iter().any(|seat| seat.taste == Taste::Aac) {
            return;
        }
        self.aac_config = None;
        for seat in &self.readers {
            if seat.taste == Taste::Opus {
                seat.inbox.end("nobody needs it");
            }
        }
        self.readers.retain(|seat| seat.taste != Taste::Opus);
    }

    fn ask_keyframe(&mut self, now: Instant) {
        let soon = |at: Instant| now.saturating_duration_since(at) < KEYFRAME_INTERVAL;
        if self.asked_keyframe.is_some_and(soon) {
            return;
        }
        if let Some(publisher) = &self.publisher
            && publisher.capacity() > 1
            && publisher.try_send(Demand::Keyframe).is_ok()
        {
            self.asked_keyframe = Some(now);
        }
    }
}

fn close(publisher: &mpsc::Sender<Demand>, reason: &str) {
    // Full only when the connection has stopped taking demands: then it is about to close anyway, and
    // the end of the channel tells it to.
    let _ = publisher.try_send(Demand::Close(reason.into()));
}
