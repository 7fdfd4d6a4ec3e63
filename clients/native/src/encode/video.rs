//! H.264, Baseline, for conversation: no picture waits for a later one.

use super::EncodeError;
use crate::picture::Picture;
use bytes::Bytes;
use counterpart_shared::flv::{FrameType, VideoBody};
use counterpart_shared::h264::{DecoderConfig, Nal, NalType, annex_b_units, to_avcc};
use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, Profile,
    RateControlMode, UsageType,
};

/// Seconds from one keyframe to the next, and where the bitrate is so low that a keyframe is a burden.
const KEYFRAME_INTERVAL_S: u32 = 2;
const LONG_INTERVAL_S: u32 = 6;
const LOW_BITRATE: u32 = 400_000;

/// How pictures are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoSettings {
    /// Bits per second.
    pub bitrate: u32,
    /// Pictures per second.
    pub fps: u32,
}

impl VideoSettings {
    /// Seconds from one keyframe to the next.
    fn keyframe_interval(self) -> u32 {
        match self.bitrate < LOW_BITRATE {
            true => LONG_INTERVAL_S,
            false => KEYFRAME_INTERVAL_S,
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

/// Encodes one picture after the other, all of one size.
pub struct VideoEncoder {
    settings: VideoSettings,
    encoder: Encoder,
    /// The parameter sets that were announced.
    announced: Option<(Nal, Nal)>,
    /// Pictures since the last keyframe, also those that were left out.
    since_keyframe: u32,
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
            announced: None,
            since_keyframe: 0,
        })
    }

    /// What it aims at.
    pub fn settings(&self) -> VideoSettings {
        self.settings
    }

    /// Aims at another bitrate from the next picture on, which becomes a keyframe: the safe interface of the encoder
    /// can only be opened anew.
    pub fn set_bitrate(&mut self, bitrate: u32) -> Result<(), EncodeError> {
        self.settings.bitrate = bitrate;
        self.encoder = open(self.settings)?;
        Ok(())
    }

    /// Makes the next picture a keyframe.
    pub fn force_keyframe(&mut self) {
        // Before the first picture the encoder does not stand; that one is a keyframe anyway.
        if self.announced.is_some() {
            self.encoder.force_intra_frame();
        }
    }

    /// Makes the next picture a keyframe that brings its configuration again.
    pub fn start_over(&mut self) {
        self.force_keyframe();
        self.announced = None;
    }

    /// Encodes a picture. Nothing comes out when the encoder leaves it out to keep to the bitrate; the next one builds
    /// on those before it all the same.
    pub fn encode(&mut self, picture: &Picture) -> Result<Option<CodedPicture>, EncodeError> {
        self.since_keyframe += 1;
        if self.since_keyframe > self.settings.fps * self.settings.keyframe_interval() {
            self.force_keyframe();
        }
        let stream = Bytes::from(self.encoder.encode(picture)?.to_vec());
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
            self.since_keyframe = 1;
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
        // It would not count the pictures that it leaves out, so the interval is kept here.
        .intra_frame_period(IntraFramePeriod::from_num_frames(0))
        .usage_type(UsageType::CameraVideoRealTime)
        .rate_control_mode(RateControlMode::Bitrate)
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
