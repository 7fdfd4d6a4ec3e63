//! One message (§6.1), whatever carried it.

use crate::flv::TagKind;
use bytes::Bytes;

/// What a message is (its type id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageKind {
    /// 1, §5.4.1
    SetChunkSize,
    /// 2, §5.4.2
    Abort,
    /// 3, §5.4.3
    Acknowledgement,
    /// 4, §6.2
    UserControl,
    /// 5, §5.4.4
    WindowAcknowledgementSize,
    /// 6, §5.4.5
    SetPeerBandwidth,
    /// 8, §7.1.4: the body of an FLV audio tag
    Audio,
    /// 9, §7.1.5: the body of an FLV video tag
    Video,
    /// 15, §7.1.2
    DataAmf3,
    /// 17, §7.1.1
    CommandAmf3,
    /// 18, §7.1.2
    DataAmf0,
    /// 20, §7.1.1
    CommandAmf0,
    /// 22, §7.1.6
    Aggregate,
    /// Shared objects and everything unknown.
    Other(u8),
}

impl From<u8> for MessageKind {
    fn from(id: u8) -> Self {
        match id {
            1 => Self::SetChunkSize,
            2 => Self::Abort,
            3 => Self::Acknowledgement,
            4 => Self::UserControl,
            5 => Self::WindowAcknowledgementSize,
            6 => Self::SetPeerBandwidth,
            8 => Self::Audio,
            9 => Self::Video,
            15 => Self::DataAmf3,
            17 => Self::CommandAmf3,
            18 => Self::DataAmf0,
            20 => Self::CommandAmf0,
            22 => Self::Aggregate,
            other => Self::Other(other),
        }
    }
}

impl From<MessageKind> for u8 {
    fn from(kind: MessageKind) -> u8 {
        match kind {
            MessageKind::SetChunkSize => 1,
            MessageKind::Abort => 2,
            MessageKind::Acknowledgement => 3,
            MessageKind::UserControl => 4,
            MessageKind::WindowAcknowledgementSize => 5,
            MessageKind::SetPeerBandwidth => 6,
            MessageKind::Audio => 8,
            MessageKind::Video => 9,
            MessageKind::DataAmf3 => 15,
            MessageKind::CommandAmf3 => 17,
            MessageKind::DataAmf0 => 18,
            MessageKind::CommandAmf0 => 20,
            MessageKind::Aggregate => 22,
            MessageKind::Other(id) => id,
        }
    }
}

impl MessageKind {
    /// The FLV tag with the same body.
    pub fn tag(self) -> Option<TagKind> {
        TagKind::from_id(self.into())
    }
}

impl From<TagKind> for MessageKind {
    fn from(tag: TagKind) -> Self {
        tag.id().into()
    }
}

/// One message. Cloning shares the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: MessageKind,
    /// The message stream; 0 is the connection itself.
    pub stream_id: u32,
    /// Milliseconds, wrapping.
    pub timestamp: u32,
    /// The body.
    pub payload: Bytes,
}

impl Message {
    /// The same message on another message stream; the payload is shared.
    #[must_use]
    pub fn on(&self, stream_id: u32) -> Message {
        Message {
            stream_id,
            ..self.clone()
        }
    }

    /// Whether it is audio, video or data, which belong to a published stream.
    pub fn is_media(&self) -> bool {
        use MessageKind::{Aggregate, Audio, DataAmf0, DataAmf3, Video};
        matches!(self.kind, Audio | Video | DataAmf0 | DataAmf3 | Aggregate)
    }
}
