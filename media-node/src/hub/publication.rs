//! The publisher's end of a stream.

use super::stream::Stream;
use crate::frames::Frame;
use counterpart_shared::api::StreamRef;
use counterpart_transport::clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// What the hub wants of a publisher's connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// Ask him for a keyframe.
    Keyframe,
    /// Tell him what gets through, in bits per second.
    Bitrate(u32),
    /// Close the connection for this reason: somebody took over, the call is over, he was silent.
    Close(Arc<str>),
}

/// Writes a stream. Dropping it without [`finish`](Self::finish) means that the connection was lost: the
/// stream waits for its publisher to return.
#[derive(Debug)]
pub struct Publication {
    pub(super) stream: Arc<Stream>,
    pub(super) epoch: u64,
    pub(super) demands: mpsc::Receiver<Demand>,
}

impl Publication {
    /// What is published.
    pub fn name(&self) -> &StreamRef {
        self.stream.name()
    }

    /// The stream itself.
    pub fn stream(&self) -> &Arc<Stream> {
        &self.stream
    }

    /// A picture of this time has come, before it is put in order: how late it is tells of a queue in front of us, and one that waits for another that
    /// was lost does not.
    pub fn arrived(&self, time: u32) {
        self.stream.arrived(self.epoch, time, clock::now());
    }

    /// By how much later the quickest of what came just now came than the quickest of the last minutes, if anything did.
    pub fn growth(&self) -> Option<Duration> {
        self.stream.growth(self.epoch, clock::now())
    }

    /// Gives the next frame to all readers.
    pub fn write(&self, frame: Frame) {
        self.stream.write(self.epoch, frame, clock::now());
    }

    /// He holds his own on a link that others fill too, or does not any more.
    pub fn contend(&self, contends: bool) {
        self.stream.contend(self.epoch, contends);
    }

    /// A browser's transport sends it, which fills whatever queue is tolerated.
    pub fn set_browser(&self) {
        self.stream.set_browser(self.epoch);
    }

    /// It comes over several connections, where one was too slow.
    pub fn spread(&self) {
        self.stream.spread(self.epoch, clock::now());
    }

    /// So many messages never came. A connection that can lose some says 0 in the beginning.
    pub fn miss(&self, count: u64) {
        self.stream.miss(self.epoch, count);
    }

    /// The hub's next demand.
    pub async fn demand(&mut self) -> Demand {
        let demand = self.demands.recv().await;
        demand.unwrap_or_else(|| Demand::Close("the stream is over".into()))
    }

    /// The publisher has said that it is over.
    pub fn finish(self, reason: &str) {
        self.stream.finish_from(self.epoch, reason);
    }
}

impl Drop for Publication {
    fn drop(&mut self) {
        self.stream.lost(self.epoch, clock::now());
    }
}
