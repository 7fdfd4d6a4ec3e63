//! H.264, Baseline, for conversation: no picture waits for a later one.

use super::EncodeError;
use crate::picture::{Picture, Size};
use bytes::Bytes;
use counterpart_shared::flv::{FrameType, VideoBody};
use counterpart_shared::h264::{DecoderConfig, Nal, NalType, annex_b_units, to_avcc};
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, Profile,
    RateControlMode, UsageType,
};
use openh264::{OpenH264API, Timestamp};
use std::time::Duration;

/// From one keyframe to the next, and where the bitrate is so low that a keyframe is a burden.
const KEYFRAME_INTERVAL: Duration = Duration::from_secs(2);
const LONG_INTERVAL: Duration = Duration::from_secs(6);
const LOW_BITRATE: u32 = 400_000;
/// An open encoder follows from so much of the bitrate that it was opened for
const SLOWEST: f64 = 0.5;
/// to so much of it.
const FASTEST: f64 = 1.4;
/// What an encoder may give at once that has given less than it was allowed for a while, as time at its bitrate; what it gives on its own
/// before it heeds a lower bitrate.
const CREDIT: Duration = Duration::from_millis(200);
/// Below this bitrate that is put up with: a keyframe costs more.
const NO_CREDIT: u32 = 80_000;
/// The most and the least that the encoder's own bucket holds, in seconds at its bitrate (`ratectl.cpp`).
const FULL: f64 = 0.5;
const EMPTY: f64 = -0.25;

/// How pictures are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoSettings {
    /// Bits per second.
    pub bitrate: u32,
    /// Pictures per second.
    pub fps: u32,
}

impl VideoSettings {
    /// From one keyframe to the next.
    fn keyframe_interval(self) -> Duration {
        match self.bitrate < LOW_BITRATE {
            true => LONG_INTERVAL,
            false => KEYFRAME_INTERVAL,
        }
    }
}

/// One encoded picture as message bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedPicture {
    /// The decoder's configuration, when it is new.
    pub config: Option<Bytes>,
    /// The picture.
    pub body: Bytes,
    /// Whether decoding can start here.
    pub keyframe: bool,
}

/// Encodes one picture after the other. The first one of another size is a keyframe.
///
/// The safe interface of OpenH264 takes a bitrate only when it is opened. It counts by the times of the pictures, though, so an encoder
/// whose clock runs at half speed gives half the bitrate, without a keyframe.
pub struct VideoEncoder {
    settings: VideoSettings,
    encoder: Encoder,
    /// The bitrate that the encoder was opened for.
    opened: u32,
    clock: Clock,
    /// The last picture's.
    size: Option<Size>,
    /// The parameter sets that were announced.
    announced: Option<(Nal, Nal)>,
    /// When the last picture and the last keyframe were taken.
    last: Option<Duration>,
    keyframe: Duration,
}

/// The encoder's clock, and the bucket that it fills with bits and that leaks with time.
#[derive(Debug, Default)]
struct Clock {
    /// Milliseconds.
    time: f64,
    /// Seconds at the bitrate that the encoder was opened for.
    bucket: f64,
}

impl Clock {
    /// So much time has passed for it.
    fn run(&mut self, seconds: f64) {
        self.time += seconds * 1000.0;
        self.bucket = (self.bucket - seconds).max(EMPTY);
    }
}

impl std::fmt::Debug for VideoEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VideoEncoder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl VideoEncoder {
    /// With these settings.
    pub fn new(settings: VideoSettings) -> Result<Self, EncodeError> {
        Ok(Self {
            settings,
            encoder: open(settings)?,
            opened: settings.bitrate,
            clock: Clock::default(),
            size: None,
            announced: None,
            last: None,
            keyframe: Duration::ZERO,
        })
    }

    /// What it aims at.
    pub fn settings(&self) -> VideoSettings {
        self.settings
    }

    /// Aims at another bitrate from the next picture on. That is a keyframe where the bitrate is far from the one of the last keyframe.
    pub fn set_bitrate(&mut self, bitrate: u32) -> Result<(), EncodeError> {
        let speed = f64::from(bitrate) / f64::from(self.opened.max(1));
        let less = bitrate < self.settings.bitrate;
        self.settings.bitrate = bitrate;
        let credit = bitrate >= NO_CREDIT && FULL - self.clock.bucket > CREDIT.as_secs_f64();
        if !(SLOWEST..=FASTEST).contains(&speed) || (less && credit) {
            self.open_anew()?;
        }
        Ok(())
    }

    /// Expects so many pictures per second from the next one on, which is a keyframe if that is another number.
    pub fn set_fps(&mut self, fps: u32) -> Result<(), EncodeError> {
        if fps == self.settings.fps {
            return Ok(());
        }
        self.settings.fps = fps;
        self.open_anew()
    }

    /// Makes the next picture a keyframe.
    pub fn force_keyframe(&mut self) -> Result<(), EncodeError> {
        self.open_anew()
    }

    /// Makes the next picture a keyframe that brings its configuration again.
    pub fn start_over(&mut self) -> Result<(), EncodeError> {
        self.announced = None;
        self.open_anew()
    }

    fn open_anew(&mut self) -> Result<(), EncodeError> {
        self.encoder = open(self.settings)?;
        self.opened = self.settings.bitrate;
        self.clock = Clock::default();
        Ok(())
    }

    /// Encodes a picture that was taken at this time of the stream. Nothing comes out when the encoder leaves it out to keep to the
    /// bitrate; the next one builds on those before it all the same.
    pub fn encode(
        &mut self,
        picture: &Picture,
        at: Duration,
    ) -> Result<Option<CodedPicture>, EncodeError> {
        let last = self.size.replace(picture.size());
        let resized = last.is_some_and(|size| size != picture.size());
        if resized || at.saturating_sub(self.keyframe) >= self.settings.keyframe_interval() {
            self.keyframe = at;
            self.force_keyframe()?;
        }
        let frame = Duration::from_secs(1) / self.settings.fps.max(1);
        let passed = self.last.map_or(frame, |last| at.saturating_sub(last));
        self.last = Some(at);
        let speed = f64::from(self.settings.bitrate) / f64::from(self.opened.max(1));
        self.clock.run(passed.as_secs_f64() * speed);
        let time = Timestamp::from_millis(self.clock.time as u64);
        let stream = Bytes::from(self.encoder.encode_at(picture, time)?.to_vec());
        self.clock.bucket += stream.len() as f64 * 8.0 / f64::from(self.opened.max(1));
        let units: Vec<Nal> = annex_b_units(&stream).collect();
        let config = self.announce(&units)?;
        let slices: Vec<Nal> = units
            .into_iter()
            .filter(|unit| unit.nal_type().is_slice())
            .collect();
        if slices.is_empty() {
            return Ok(None);
        }
        let keyframe = slices.iter().any(|unit| unit.nal_type() == NalType::Idr);
        let frame_type = if keyframe {
            self.keyframe = at;
            FrameType::Key
        } else {
            FrameType::Inter
        };
        let data = to_avcc(&slices, 4)?;
        Ok(Some(CodedPicture {
            config,
            body: VideoBody::coded(frame_type, 0, data).encode(),
            keyframe,
        }))
    }

    /// The configuration's body, if these units change it.
    fn announce(&mut self, units: &[Nal]) -> Result<Option<Bytes>, EncodeError> {
        let find = |wanted| units.iter().find(|unit| unit.nal_type() == wanted).cloned();
        let (Some(sps), Some(pps)) = (find(NalType::Sps), find(NalType::Pps)) else {
            return Ok(None);
        };
        let sets = Some((sps.clone(), pps.clone()));
        if self.announced == sets {
            return Ok(None);
        }
        let record = DecoderConfig::from_parameter_sets(sps, pps)?.encode()?;
        self.announced = sets;
        Ok(Some(VideoBody::config(record).encode()))
    }
}

fn open(settings: VideoSettings) -> Result<Encoder, EncodeError> {
    let config = EncoderConfig::new()
        .bitrate(BitRate::from_bps(settings.bitrate))
        .max_frame_rate(FrameRate::from_hz(settings.fps as f32))
        // It would not count the pictures that are left out, so the interval is kept here.
        .intra_frame_period(IntraFramePeriod::from_num_frames(0))
        .usage_type(UsageType::CameraVideoRealTime)
        .rate_control_mode(RateControlMode::Timestamp)
        .complexity(Complexity::Low)
        .profile(Profile::Baseline)
        .skip_frames(true)
        .scene_change_detect(false)
        .num_threads(1);
    Ok(Encoder::with_api_config(
        OpenH264API::from_source(),
        config,
    )?)
}
