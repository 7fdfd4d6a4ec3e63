//! Takes and encodes pictures.

use super::message::timestamp;
use super::{PublishError, PublishOptions};
use crate::encode::{CodedPicture, EncodeError, VideoEncoder, VideoSettings};
use crate::picture::{self, Picture, Size, Source};
use crate::walltime::WallTime;
use std::time::{Duration, Instant};

/// One source of pictures and its encoder.
pub(super) struct Camera {
    source: Box<dyn Source>,
    picture: Picture,
    mark: bool,
    encoder: VideoEncoder,
    interval: Duration,
    next: u64,
    start: WallTime,
    /// A picture was not sent, so nothing decodes before the next keyframe.
    broken: bool,
    encoding: Duration,
}

/// What came of a picture.
pub(super) enum Shot {
    /// Its time in milliseconds, and the picture.
    Taken(u32, CodedPicture),
    /// The encoder left it out to keep to the bitrate.
    LeftOut,
    /// It builds on one that was not sent.
    Useless,
}

impl Camera {
    pub(super) fn new(
        options: &PublishOptions,
        start: WallTime,
    ) -> Result<Option<Self>, PublishError> {
        let Some(picture) = &options.picture else {
            return Ok(None);
        };
        let source = picture.open()?;
        let fps = options.fps.clamp(1, 60);
        let encoder = VideoEncoder::new(VideoSettings {
            bitrate: options.bitrate,
            fps,
        })?;
        Ok(Some(Self {
            picture: Picture::black(source.size()),
            source,
            mark: options.mark,
            encoder,
            interval: Duration::from_secs(1) / fps,
            next: 0,
            start,
            broken: false,
            encoding: Duration::ZERO,
        }))
    }

    pub(super) fn size(&self) -> Size {
        self.source.size()
    }

    pub(super) fn settings(&self) -> VideoSettings {
        self.encoder.settings()
    }

    pub(super) fn set_bitrate(&mut self, bitrate: u32) -> Result<(), EncodeError> {
        self.encoder.set_bitrate(bitrate)
    }

    pub(super) fn force_keyframe(&mut self) -> Result<(), EncodeError> {
        self.encoder.force_keyframe()
    }

    /// When the next picture is due, since the begin.
    pub(super) fn due(&self) -> Duration {
        self.interval * u32::try_from(self.next).unwrap_or(u32::MAX)
    }

    /// Leaves out what is more than a picture late; gives how many.
    pub(super) fn catch_up(&mut self, elapsed: Duration) -> u64 {
        let mut skipped = 0;
        while self.due() + self.interval < elapsed {
            self.next += 1;
            skipped += 1;
        }
        skipped
    }

    /// Takes no picture this time.
    pub(super) fn pass(&mut self) {
        self.next += 1;
    }

    /// Takes a picture now.
    pub(super) fn shoot(&mut self) -> Result<Shot, PublishError> {
        let at = WallTime::now();
        self.source.fill(&mut self.picture, self.next, at)?;
        if self.mark {
            picture::stamp(&mut self.picture, at);
        }
        let due = self.due();
        self.next += 1;
        let begin = Instant::now();
        let coded = self.encoder.encode(&self.picture, due)?;
        self.encoding += begin.elapsed();
        let Some(coded) = coded else {
            return Ok(Shot::LeftOut);
        };
        self.broken &= !coded.keyframe;
        if self.broken {
            return Ok(Shot::Useless);
        }
        Ok(Shot::Taken(timestamp(at.ms_since(self.start)), coded))
    }

    /// The last picture was not sent whole.
    pub(super) fn lose(&mut self) -> Result<(), EncodeError> {
        self.broken = true;
        self.encoder.start_over()
    }

    /// The mean time to encode a picture, in milliseconds.
    pub(super) fn encode_ms(&self) -> f64 {
        self.encoding.as_secs_f64() * 1000.0 / self.next.max(1) as f64
    }
}
