//! Pictures.

use super::DecodeError;
use crate::picture::Luma;
use bytes::{Bytes, BytesMut};
use counterpart_shared::flv::{VideoBody, VideoPacket};
use counterpart_shared::h264::{self, avcc_to_annex_b};
use openh264::OpenH264API;
use openh264::decoder::{DecodedYUV, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// What came of a body.
#[derive(Debug)]
pub enum Decoded<'a> {
    /// A picture.
    Picture(DecodedYUV<'a>),
    /// A configuration or something else that shows nothing.
    Nothing,
    /// The decoder took it and made no picture, because earlier ones are missing.
    Undecodable,
}

/// Decodes the bodies of one video track in their order.
pub struct VideoDecoder {
    decoder: Decoder,
    /// Bytes of a length, and the parameter sets in Annex B.
    config: Option<(u8, Bytes)>,
}

impl std::fmt::Debug for VideoDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VideoDecoder")
            .field("configured", &self.config.is_some())
            .finish_non_exhaustive()
    }
}

impl VideoDecoder {
    /// Before any configuration.
    pub fn new() -> Result<Self, DecodeError> {
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let decoder = Decoder::with_api_config(OpenH264API::from_source(), config)?;
        Ok(Self {
            decoder,
            config: None,
        })
    }

    /// Takes the body of one video message.
    pub fn decode(&mut self, body: &Bytes) -> Result<Decoded<'_>, DecodeError> {
        let body = VideoBody::parse(body)?;
        match body.packet {
            VideoPacket::Config(record) => {
                self.configure(&record)?;
                Ok(Decoded::Nothing)
            }
            VideoPacket::Coded { data, .. } => self.picture(body.frame_type.is_key(), &data),
            _ => Ok(Decoded::Nothing),
        }
    }

    fn configure(&mut self, record: &Bytes) -> Result<(), DecodeError> {
        let config = h264::DecoderConfig::parse(record)?;
        let sets = h264::to_annex_b(config.sps.iter().chain(&config.pps));
        self.config = Some((config.length_size, sets));
        Ok(())
    }

    fn picture(&mut self, key: bool, data: &Bytes) -> Result<Decoded<'_>, DecodeError> {
        let (length_size, sets) = self
            .config
            .as_ref()
            .ok_or(DecodeError::NoConfig("picture"))?;
        let mut stream = BytesMut::new();
        if key {
            stream.extend_from_slice(sets);
        }
        stream.extend_from_slice(&avcc_to_annex_b(data, *length_size)?);
        Ok(match self.decoder.decode(&stream)? {
            Some(picture) => Decoded::Picture(picture),
            None => Decoded::Undecodable,
        })
    }
}

/// The Y plane of a decoded picture.
pub fn luma<'a>(picture: &'a DecodedYUV<'_>) -> Option<Luma<'a>> {
    let (width, height) = picture.dimensions();
    Luma::new(picture.y(), picture.strides().0, width, height)
}

/// Writes a decoded picture to a PNG file.
pub fn write_png(picture: &DecodedYUV<'_>, path: &Path) -> Result<(), DecodeError> {
    let (width, height) = picture.dimensions();
    let mut rgb = vec![0; picture.rgb8_len()];
    picture.write_rgb8(&mut rgb);
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = png::Encoder::new(file, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(())
}
