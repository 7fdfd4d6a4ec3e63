//! From coded pictures to the colours of the newest one.

use super::StillError;
use super::pictures::{Coded, Pictures};
use bytes::BytesMut;
use counterpart_shared::h264::{self, H264Error, Sps, avcc_to_annex_b};
use openh264::OpenH264API;
use openh264::decoder::{DecodedYUV, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;
use std::time::Instant;

/// Most pixels of a still: what a stream claims decides how much memory a decoder takes.
const MAX_PIXELS: u64 = 4096 * 2304;

/// A decoded picture.
#[derive(Debug)]
pub(super) struct Picture {
    /// In pixels.
    pub(super) width: u32,
    /// In pixels.
    pub(super) height: u32,
    /// Red, green and blue of each pixel, a byte each.
    pub(super) rgb: Vec<u8>,
    /// When it came in.
    pub(super) arrived: Instant,
}

/// The newest picture that decodes. It takes as long as all pictures since the keyframe do.
pub(super) fn newest(pictures: &Pictures) -> Result<Picture, StillError> {
    let record = pictures.config().ok_or(undecodable("no configuration"))?;
    let config = h264::DecoderConfig::parse(record).map_err(unreadable)?;
    check_size(&config)?;
    let coded = pictures.needed();
    match run(&config, &coded) {
        // One that is damaged ends the run; the newest whole one stands before it.
        Err((damaged, _)) if damaged > 0 => run(&config, &coded[..damaged]),
        outcome => outcome,
    }
    .map_err(|(_, error)| error)
}

fn check_size(config: &h264::DecoderConfig) -> Result<(), StillError> {
    let first = config.sps.first().ok_or(undecodable("no SPS"))?;
    let Sps { width, height, .. } = Sps::parse(first).map_err(unreadable)?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let max = MAX_PIXELS;
        return Err(StillError::TooLarge { width, height, max });
    }
    Ok(())
}

/// Decodes all of them and gives the last; or which one failed, and why.
fn run(config: &h264::DecoderConfig, coded: &[&Coded]) -> Result<Picture, (usize, StillError)> {
    let at_once = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    let decoder = Decoder::with_api_config(OpenH264API::from_source(), at_once);
    let mut decoder = decoder.map_err(|error| (0, undecodable(error)))?;
    let mut stream = BytesMut::from(&*h264::to_annex_b(config.sps.iter().chain(&config.pps)));
    for (place, picture) in coded.iter().enumerate() {
        let units = avcc_to_annex_b(&picture.data, config.length_size);
        stream.extend_from_slice(&units.map_err(|error| (place, unreadable(error)))?);
        let decoded = decoder.decode(&stream);
        let decoded = decoded.map_err(|error| (place, undecodable(error)))?;
        if place + 1 == coded.len()
            && let Some(shown) = decoded
        {
            return Ok(colours(&shown, picture.arrived));
        }
        stream.clear();
    }
    // A decoder that puts pictures into another order holds the newest ones back.
    let held = decoder.flush_remaining();
    let held = held.map_err(|error| (0, undecodable(error)))?;
    match (held.last(), coded.last()) {
        (Some(shown), Some(picture)) => Ok(colours(shown, picture.arrived)),
        _ => Err((0, undecodable("the decoder gives no picture"))),
    }
}

fn colours(shown: &DecodedYUV<'_>, arrived: Instant) -> Picture {
    let (width, height) = shown.dimensions();
    let mut rgb = vec![0; shown.rgb8_len()];
    shown.write_rgb8(&mut rgb);
    Picture {
        width: width as u32,
        height: height as u32,
        rgb,
        arrived,
    }
}

fn unreadable(error: H264Error) -> StillError {
    undecodable(error)
}

fn undecodable(reason: impl ToString) -> StillError {
    StillError::Undecodable(reason.to_string())
}
