//! HTTP-FLV: one endless answer.

use crate::frames::Frame;
use crate::hub::{Delivery, Reader};
use crate::metrics::Carrier;
use crate::shell::Shell;
use bytes::{Bytes, BytesMut};
use counterpart_shared::flv::{TagKind, file_header, tag_header, tag_trailer};
use futures_util::stream::{self, Stream};
use std::convert::Infallible;
use std::sync::Arc;

/// A body up to this size is copied behind its tag's header; a longer one is shared.
const COPIED: usize = 2048;
/// Tags that leave in one piece when several wait.
const BATCH: usize = 8 * 1024;

/// The answer's body. It ends with the stream.
pub(crate) struct FlvBody {
    shell: Arc<Shell>,
    reader: Reader,
    /// Pieces that are made and not yet given.
    ready: Vec<Bytes>,
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
            ready: vec![header],
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

    async fn next(&mut self) -> Option<Bytes> {
        if self.ready.is_empty() && !self.ended {
            let first = self.reader.next().await;
            self.gather(first);
        }
        if self.ready.is_empty() {
            return None;
        }
        Some(self.ready.remove(0))
    }

    /// Makes pieces of a delivery and of what else waits.
    fn gather(&mut self, first: Delivery) {
        let mut small = BytesMut::new();
        let mut next = Some(first);
        while let Some(delivery) = next {
            match delivery {
                Delivery::Frame(frame) => self.put(&frame, &mut small),
                Delivery::End(_) => self.ended = true,
            }
            let full = small.len() > BATCH || !self.ready.is_empty() || self.ended;
            next = if full { None } else { self.reader.try_next() };
        }
        if !small.is_empty() {
            self.ready.push(small.freeze());
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
            self.ready.push(small.split().freeze());
            self.ready.push(message.payload.clone());
        }
        small.extend_from_slice(&tag_trailer(message.payload.len()));
        self.shell
            .count_out(Carrier::Flv, message.payload.len(), frame.arrived);
    }
}
