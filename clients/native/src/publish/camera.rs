//! Takes and encodes pictures.

use super::message::timestamp;
use super::{PublishError, PublishOptions, Sizing};
use crate::encode::{CodedPicture, EncodeError, VideoEncoder, VideoSettings};
use crate::picture::{self, Picture, Size, Source, shrink};
use crate::walltime::WallTime;
use std::time::{Duration, Instant};

/// One source of pictures and its encoder.
pub(super) struct Camera {
    source: Box<dyn Source>,
    picture: Picture,
    /// The same at the size that is encoded, where that is another one.
    smaller: Picture,
    mark: bool,
    encoder: VideoEncoder,
    fps: u32,
    sizing: Sizing,
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
    /// It was left out to keep to the bitrate.
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
        let size = source.size();
        Ok(Some(Self {
            picture: Picture::black(size),
            smaller: Picture::black(size),
            source,
            mark: options.mark,
            encoder,
            fps,
            sizing: Sizing::new(size, fps),
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

    /// The size that is encoded.
    pub(super) fn coded_size(&self) -> Size {
        self.sizing.step().size
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
        let (number, due) = (self.next, self.due());
        self.next += 1;
        self.source.fill(&mut self.picture, number, at)?;
        let bitrate = self.encoder.settings().bitrate;
        let step = self.sizing.look(bitrate, due);
        if !number.is_multiple_of(step.every.into()) {
            return Ok(Shot::LeftOut);
        }
        self.encoder.set_fps((self.fps / step.every).max(1))?;
        let Some(coded) = self.encode(step.size, at, due)? else {
            return Ok(Shot::LeftOut);
        };
        if coded.keyframe {
            self.sizing.keyframe(coded.body.len(), bitrate);
        }
        self.broken &= !coded.keyframe;
        if self.broken {
            return Ok(Shot::Useless);
        }
        Ok(Shot::Taken(timestamp(at.ms_since(self.start)), coded))
    }

    /// Encodes what was taken, at this size.
    fn encode(
        &mut self,
        size: Size,
        at: WallTime,
        due: Duration,
    ) -> Result<Option<CodedPicture>, EncodeError> {
        let begin = Instant::now();
        let picture = if size == self.picture.size() {
            &mut self.picture
        } else {
            if size != self.smaller.size() {
                self.smaller = Picture::black(size);
            }
            shrink(&self.picture, &mut self.smaller);
            &mut self.smaller
        };
        if self.mark {
            picture::stamp(picture, at);
        }
        let coded = self.encoder.encode(picture, due);
        self.encoding += begin.elapsed();
        coded
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
