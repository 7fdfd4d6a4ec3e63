//! What a decoder needs for the newest picture.

use super::StillError;
use crate::frames::Frame;
use crate::hub::Delivery;
use bytes::Bytes;
use counterpart_shared::flv::{FrameKind, VideoBody, VideoPacket};
use std::time::Instant;

/// One coded picture.
#[derive(Debug)]
pub(super) struct Coded {
    /// Its NAL units, each with its length in front.
    pub(super) data: Bytes,
    /// When it came in.
    pub(super) arrived: Instant,
    disposable: bool,
}

/// A configuration and the pictures behind it, from a keyframe on.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    config: Option<Bytes>,
    coded: Vec<Coded>,
}

impl Pictures {
    /// Takes what the hub has next.
    pub(super) fn take(&mut self, delivery: Delivery) -> Result<(), StillError> {
        match delivery {
            Delivery::Frame(frame) => {
                self.look(&frame);
                Ok(())
            }
            // What came before the end is as good as ever.
            Delivery::End(_) if self.are_enough() => Ok(()),
            Delivery::End(reason) => Err(StillError::Ended(reason)),
        }
    }

    /// Whether something can be decoded.
    pub(super) fn are_enough(&self) -> bool {
        self.config.is_some() && !self.coded.is_empty()
    }

    /// The AVCDecoderConfigurationRecord.
    pub(super) fn config(&self) -> Option<&Bytes> {
        self.config.as_ref()
    }

    /// The pictures that it takes to see the newest one: those that no other needs are left out before it.
    pub(super) fn needed(&self) -> Vec<&Coded> {
        let newest = self.coded.len().saturating_sub(1);
        let all = self.coded.iter().enumerate();
        let needed = all.filter(|(place, coded)| *place == newest || !coded.disposable);
        needed.map(|(_, coded)| coded).collect()
    }

    fn look(&mut self, frame: &Frame) {
        if !frame.kind.is_picture() && frame.kind != FrameKind::VideoConfig {
            return;
        }
        let Ok(body) = VideoBody::parse(&frame.message.payload) else {
            return;
        };
        match body.packet {
            VideoPacket::Config(record) => {
                if self.config.replace(record.clone()) != Some(record) {
                    self.coded.clear();
                }
            }
            VideoPacket::Coded { data, .. } => self.keep(frame, data),
            VideoPacket::End | VideoPacket::Metadata(_) | VideoPacket::Command(_) => {}
        }
    }

    fn keep(&mut self, frame: &Frame, data: Bytes) {
        let key = frame.kind == FrameKind::VideoKey;
        if key {
            self.coded.clear();
        }
        if key || !self.coded.is_empty() {
            self.coded.push(Coded {
                data,
                arrived: frame.arrived,
                disposable: frame.kind == FrameKind::VideoDisposable,
            });
        }
    }
}
