//! HTTP-FLV: one endless answer.

use crate::frames::Frame;
use crate::hub::{Delivery, Reader, Which};
use crate::metrics::Carrier;
use crate::play::pace::Pace;
use crate::shell::Shell;
use bytes::{Bytes, BytesMut};
use counterpart_shared::flv::{TagKind, file_header, tag_header, tag_trailer};
use futures_util::stream::{self, Stream};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout_at;

/// A body up to this size is copied behind its tag's header; a longer one is shared.
const COPIED: usize = 2048;
/// Tags that leave in one piece when several wait.
const BATCH: usize = 8 * 1024;
/// Bytes of what waits that leave in one piece while pictures go at a pace.
const PIECE: usize = 2 * 1024;

/// The answer's body. It ends with the stream.
pub(crate) struct FlvBody {
    shell: Arc<Shell>,
    reader: Reader,
    pace: Pace,
    /// Pieces that are made and not yet given.
    ready: VecDeque<Bytes>,
    /// What was given last, and when.
    given: Option<(usize, Instant)>,
    ended: bool,
}

impl FlvBody {
    /// Begins with the file's header.
    pub(crate) fn new(shell: Arc<Shell>, reader: Reader) -> Self {
        let (audio, video) = reader.tracks();
        let header = Bytes::copy_from_slice(&file_header(audio, video));
        Self {
            shell,
            reader,
            pace: Pace::new(),
            ready: VecDeque::from([header]),
            given: None,
            ended: false,
        }
    }

    /// As HTTP wants it.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, |mut body| async move {
            let piece = body.next().await?;
            Some((Ok(piece), body))
        })
    }

    /// To be called when there is room for it.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some((bytes, at)) = self.given.take() {
            let now = Instant::now();
            let after = now.saturating_duration_since(at);
            if self.pace.take(bytes, after, now) {
                self.reader.stood_still(after, now);
            }
        }
        if self.ready.is_empty() && !self.ended {
            let first = self.first().await;
            self.gather(first);
        } else if let Some(due) = self.pace.due(Instant::now()) {
            tokio::time::sleep_until(due.into()).await;
        }
        let mut piece = self.ready.pop_front()?;
        if piece.len() > PIECE && self.pace.is_set() {
            self.ready.push_front(piece.split_off(PIECE));
        }
        self.given = Some((piece.len(), Instant::now()));
        Some(piece)
    }

    /// What comes next; while pictures have to wait, sound alone.
    async fn first(&mut self) -> Delivery {
        while let Some(due) = self.pace.due(Instant::now()) {
            let sound = self.reader.next_of(Which::Sound);
            if let Ok(sound) = timeout_at(due.into(), sound).await {
                return sound;
            }
        }
        if let Some(waiting) = self.reader.try_next(Which::SoundFirst) {
            return waiting;
        }
        self.pace.rest();
        self.reader.next_of(Which::SoundFirst).await
    }

    /// Makes pieces of a delivery and, where there is no pace to keep, of what else waits.
    fn gather(&mut self, first: Delivery) {
        let mut small = BytesMut::new();
        let mut next = Some(first);
        while let Some(delivery) = next {
            match delivery {
                Delivery::Frame(frame) => self.put(&frame, &mut small),
                Delivery::End(_) => self.ended = true,
            }
            let full = small.len() > BATCH || !self.ready.is_empty() || self.ended;
            let which = if self.pace.is_set() {
                Which::Sound
            } else {
                Which::SoundFirst
            };
            next = if full {
                None
            } else {
                self.reader.try_next(which)
            };
        }
        if !small.is_empty() {
            self.ready.push_back(small.freeze());
        }
    }

    /// Appends a tag: into `small`, or around a shared body.
    fn put(&mut self, frame: &Frame, small: &mut BytesMut) {
        let message = &frame.message;
        let Some(kind) = TagKind::from_id(message.kind.into()) else {
            return;
        };
        let Ok(header) = tag_header(kind, message.timestamp, message.payload.len()) else {
            return;
        };
        small.extend_from_slice(&header);
        if message.payload.len() <= COPIED {
            small.extend_from_slice(&message.payload);
        } else {
            self.ready.push_back(small.split().freeze());
            self.ready.push_back(message.payload.clone());
        }
        small.extend_from_slice(&tag_trailer(message.payload.len()));
        self.shell
            .count_out(Carrier::Flv, message.payload.len(), frame.arrived);
    }
}
