//! Opus to AAC, for readers on RTMP and HTTP-FLV of a browser's stream: the only coding that the node does
//! on the way, once per stream and only while somebody needs it. Pictures are never touched.

mod aac;

use crate::frames::Frame;
use crate::hub::{Delivery, Reader};
use aac::OpusToAac;
use counterpart_shared::flv::{AudioBody, AudioPacket};
use counterpart_shared::opus::OpusHead;
use counterpart_shared::rtmp::Message;
use counterpart_transport::clock;

/// Why sound cannot be coded anew.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TranscodeError {
    /// The decoder.
    #[error("Opus: {0}")]
    Opus(#[from] opus::Error),
    /// The encoder.
    #[error("AAC: {0}")]
    Aac(String),
}

/// Reads a stream's Opus until it ends or nobody needs it any more, and gives the stream AAC beside it.
pub(crate) async fn run(reader: Reader) {
    let mut coder: Option<OpusToAac> = None;
    while let Delivery::Frame(frame) = reader.next().await {
        let outcome = step(&reader, &mut coder, &frame);
        if let Err(error) = outcome {
            // One packet that cannot be read costs this packet.
            tracing::debug!(%error, "sound is left out");
        }
    }
}

fn step(
    reader: &Reader,
    coder: &mut Option<OpusToAac>,
    frame: &Frame,
) -> Result<(), TranscodeError> {
    let Ok(body) = AudioBody::parse(&frame.message.payload) else {
        return Ok(());
    };
    match body.packet {
        AudioPacket::Config(head) => {
            let channels = OpusHead::parse(&head).map_or(1, |head| head.channels);
            if coder.as_ref().is_none_or(|c| c.channels() != channels) {
                let fresh = OpusToAac::new(channels)?;
                give(reader, frame, frame.message.timestamp, fresh.config());
                *coder = Some(fresh);
            }
        }
        AudioPacket::Coded(packet) => {
            if let Some(coder) = coder {
                for (time, body) in coder.push(&packet, frame.message.timestamp)? {
                    give(reader, frame, time, body);
                }
            }
        }
        AudioPacket::End => {}
    }
    Ok(())
}

fn give(reader: &Reader, source: &Frame, timestamp: u32, payload: bytes::Bytes) {
    let message = Message {
        payload,
        timestamp,
        ..source.message.clone()
    };
    if let Some(mut frame) = Frame::new(message, clock::now()) {
        frame.arrived = source.arrived;
        reader.give_aac(frame);
    }
}
