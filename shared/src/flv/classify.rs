//! What a message is to a forwarder, from its first bytes.

use super::{AudioBody, AudioPacket, FrameType, TagKind, VideoBody, VideoPacket};
use crate::h264::{NalType, nal_units};
use bytes::Bytes;

/// What a forwarder must know about a message to keep, drop or repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// What a video decoder needs before the first picture.
    VideoConfig,
    /// A picture at which decoding can start.
    VideoKey,
    /// A picture that needs earlier ones and may be needed by later ones.
    VideoInter,
    /// A picture that no other needs.
    VideoDisposable,
    /// What an audio decoder needs before the first packet.
    AudioConfig,
    /// A packet of sound.
    Audio,
    /// Script data.
    Data,
    /// Neither picture nor sound, or a codec that is not understood: pass it on or not.
    Other,
}

impl FrameKind {
    /// Whether this is something to show: one picture of any kind.
    pub fn is_picture(self) -> bool {
        matches!(
            self,
            Self::VideoKey | Self::VideoInter | Self::VideoDisposable
        )
    }

    /// Whether a late reader needs this before anything else.
    pub fn is_config(self) -> bool {
        matches!(self, Self::VideoConfig | Self::AudioConfig)
    }
}

/// What `payload`, the body of a message of `kind`, is. Looks at headers only, copies nothing and
/// allocates nothing. NAL units are taken to have 4-byte lengths, as all known publishers send.
pub fn classify(kind: TagKind, payload: &Bytes) -> FrameKind {
    match kind {
        TagKind::Script => FrameKind::Data,
        TagKind::Audio => match AudioBody::parse(payload).map(|body| body.packet) {
            Ok(AudioPacket::Config(_)) => FrameKind::AudioConfig,
            Ok(AudioPacket::Coded(_)) => FrameKind::Audio,
            Ok(AudioPacket::End) | Err(_) => FrameKind::Other,
        },
        TagKind::Video => match VideoBody::parse(payload) {
            Ok(body) => video(&body),
            Err(_) => FrameKind::Other,
        },
    }
}

fn video(body: &VideoBody) -> FrameKind {
    match (&body.packet, body.frame_type) {
        (VideoPacket::Config(_), _) => FrameKind::VideoConfig,
        (VideoPacket::Coded { .. }, FrameType::Key | FrameType::GeneratedKey) => {
            FrameKind::VideoKey
        }
        (VideoPacket::Coded { .. }, FrameType::Disposable) => FrameKind::VideoDisposable,
        (VideoPacket::Coded { data, .. }, FrameType::Inter) => inter(data),
        _ => FrameKind::Other,
    }
}

/// The first slice speaks for the picture: all its slices are references or none is
/// (H.264 §7.4.1, nal_ref_idc).
fn inter(data: &Bytes) -> FrameKind {
    let slice = nal_units(data, 4)
        .map_while(Result::ok)
        .find(|nal| nal.nal_type().is_slice());
    match slice {
        Some(nal) if nal.nal_type() == NalType::Idr => FrameKind::VideoKey,
        Some(nal) if nal.ref_idc() == 0 => FrameKind::VideoDisposable,
        _ => FrameKind::VideoInter,
    }
}
