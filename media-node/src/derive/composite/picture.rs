//! H.264 for the composite.

use super::super::DeriveError;
use super::FPS;
use super::canvas::Canvas;
use crate::record::track::{Picture, Unit, UnitKind};
use bytes::Bytes;
use counterpart_shared::h264::{DecoderConfig, Nal, NalType, annex_b_units, to_avcc};
use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, Profile,
    RateControlMode, UsageType,
};

/// Two halves, each with the bitrate of a good call.
const BITRATE: u32 = 1_500_000;
/// Pictures from one keyframe to the next: where a player can jump to.
const KEYFRAME_EVERY: u32 = 2 * FPS as u32;
const WHAT: &str = "the composite picture";

/// Codes the pictures of one file.
pub(super) struct PictureEncoder {
    encoder: Encoder,
    picture: Option<Picture>,
}

impl PictureEncoder {
    pub(super) fn new() -> Result<Self, DeriveError> {
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(BITRATE))
            .max_frame_rate(FrameRate::from_hz(FPS as f32))
            .intra_frame_period(IntraFramePeriod::from_num_frames(KEYFRAME_EVERY))
            .usage_type(UsageType::CameraVideoRealTime)
            .rate_control_mode(RateControlMode::Bitrate)
            .complexity(Complexity::Low)
            .profile(Profile::Baseline)
            .skip_frames(false)
            .scene_change_detect(false)
            .num_threads(1);
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config);
        Ok(Self {
            encoder: encoder.map_err(DeriveError::encoder(WHAT))?,
            picture: None,
        })
    }

    /// What decoders need, once a picture was coded.
    pub(super) fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    /// Codes a picture for this place, in milliseconds.
    pub(super) fn encode(
        &mut self,
        canvas: &Canvas,
        place: i64,
        first_at: u64,
    ) -> Result<Option<Unit>, DeriveError> {
        let stream = self
            .encoder
            .encode(canvas)
            .map_err(DeriveError::encoder(WHAT))?;
        let units: Vec<Nal> = annex_b_units(&Bytes::from(stream.to_vec())).collect();
        self.configure(&units)?;
        let slices = units.iter().filter(|unit| unit.nal_type().is_slice());
        let slices: Vec<Nal> = slices.cloned().collect();
        if slices.is_empty() {
            return Ok(None);
        }
        let key = slices.iter().any(|unit| unit.nal_type() == NalType::Idr);
        Ok(Some(Unit {
            place,
            arrived_at: first_at.saturating_add_signed(place),
            kind: UnitKind::Picture {
                key,
                composition: 0,
            },
            data: to_avcc(&slices, 4).map_err(DeriveError::encoder(WHAT))?,
        }))
    }

    fn configure(&mut self, units: &[Nal]) -> Result<(), DeriveError> {
        let find = |wanted| units.iter().find(|unit| unit.nal_type() == wanted).cloned();
        if self.picture.is_some() {
            return Ok(());
        }
        if let (Some(sps), Some(pps)) = (find(NalType::Sps), find(NalType::Pps)) {
            let record = DecoderConfig::from_parameter_sets(sps, pps);
            let record = record.and_then(|config| config.encode());
            let record = record.map_err(DeriveError::encoder(WHAT))?;
            self.picture = Picture::parse(&record);
        }
        Ok(())
    }
}
