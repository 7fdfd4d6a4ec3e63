//! Protocol control messages (§5.4) and user control events (§6.2). All travel on message stream 0.

use super::{Message, MessageKind};
use bytes::{BufMut, BytesMut};

/// How a bandwidth limit is meant (§5.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerBandwidth {
    /// 0: this much.
    Hard,
    /// 1: this much, or less if less is in force.
    Soft,
    /// 2: as `Hard` if the last one was hard, else without effect.
    Dynamic,
}

/// An event of §6.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserEvent {
    /// 0: this message stream can be used.
    StreamBegin(u32),
    /// 1: its playback is over.
    StreamEof(u32),
    /// 2: it has no data for now.
    StreamDry(u32),
    /// 3: the player buffers this long.
    SetBufferLength {
        /// The message stream.
        stream_id: u32,
        /// Milliseconds.
        length: u32,
    },
    /// 4: it is a recording.
    StreamIsRecorded(u32),
    /// 6: answer with the same time.
    PingRequest(u32),
    /// 7: the answer.
    PingResponse(u32),
    /// Anything else, such as the buffer events 31 and 32 of later servers.
    Other(u16),
}

/// A protocol control message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// §5.4.1
    SetChunkSize(u32),
    /// §5.4.2: forget the partial message of this chunk stream.
    Abort(u32),
    /// §5.4.3: bytes received so far, wrapping.
    Acknowledgement(u32),
    /// §6.2
    User(UserEvent),
    /// §5.4.4: acknowledge at least this often.
    WindowAcknowledgementSize(u32),
    /// §5.4.5
    SetPeerBandwidth {
        /// Bytes that may be unacknowledged.
        window: u32,
        /// How it is meant.
        limit: PeerBandwidth,
    },
}

/// Why a control message is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The body is too short.
    #[error("control message of type {kind} has {length} bytes, {needed} are needed")]
    Truncated {
        /// Its type id.
        kind: u8,
        /// Its length.
        length: usize,
        /// The least length.
        needed: usize,
    },
    /// The limit type of a Set Peer Bandwidth is none of 0, 1 and 2.
    #[error("Set Peer Bandwidth has limit type {0}, only 0, 1 and 2 are defined")]
    LimitType(u8),
}

impl Control {
    /// Reads a control message; `None` when the message is of another kind.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub fn from_message(message: &Message) -> Result<Option<Control>, ControlError> {
        let number = || number_at(message, 0);
        Ok(Some(match message.kind {
            MessageKind::SetChunkSize => Control::SetChunkSize(number()?),
            MessageKind::Abort => Control::Abort(number()?),
            MessageKind::Acknowledgement => Control::Acknowledgement(number()?),
            MessageKind::UserControl => Control::User(UserEvent::read(message)?),
            MessageKind::WindowAcknowledgementSize => Control::WindowAcknowledgementSize(number()?),
            MessageKind::SetPeerBandwidth => Control::SetPeerBandwidth {
                window: number()?,
                limit: PeerBandwidth::try_from(array_at::<1>(message, 4)?[0])?,
            },
            _ => return Ok(None),
        }))
    }

    /// The message to send.
    pub fn to_message(self) -> Message {
        let mut body = BytesMut::with_capacity(10);
        let kind = match self {
            Control::User(event) => {
                event.write(&mut body);
                MessageKind::UserControl
            }
            Control::SetPeerBandwidth { window, limit } => {
                body.put_u32(window);
                body.put_u8(limit as u8);
                MessageKind::SetPeerBandwidth
            }
            Control::SetChunkSize(size) => put(size, MessageKind::SetChunkSize, &mut body),
            Control::Abort(csid) => put(csid, MessageKind::Abort, &mut body),
            Control::Acknowledgement(bytes) => put(bytes, MessageKind::Acknowledgement, &mut body),
            Control::WindowAcknowledgementSize(size) => {
                put(size, MessageKind::WindowAcknowledgementSize, &mut body)
            }
        };
        Message {
            kind,
            stream_id: 0,
            timestamp: 0,
            payload: body.freeze(),
        }
    }
}

impl UserEvent {
    fn read(message: &Message) -> Result<UserEvent, ControlError> {
        let event = u16::from_be_bytes(array_at(message, 0)?);
        let number = || number_at(message, 2);
        Ok(match event {
            0 => UserEvent::StreamBegin(number()?),
            1 => UserEvent::StreamEof(number()?),
            2 => UserEvent::StreamDry(number()?),
            3 => UserEvent::SetBufferLength {
                stream_id: number()?,
                length: number_at(message, 6)?,
            },
            4 => UserEvent::StreamIsRecorded(number()?),
            6 => UserEvent::PingRequest(number()?),
            7 => UserEvent::PingResponse(number()?),
            other => UserEvent::Other(other),
        })
    }

    fn write(self, body: &mut BytesMut) {
        let (event, number) = match self {
            UserEvent::StreamBegin(stream_id) => (0, Some(stream_id)),
            UserEvent::StreamEof(stream_id) => (1, Some(stream_id)),
            UserEvent::StreamDry(stream_id) => (2, Some(stream_id)),
            UserEvent::SetBufferLength { stream_id, .. } => (3, Some(stream_id)),
            UserEvent::StreamIsRecorded(stream_id) => (4, Some(stream_id)),
            UserEvent::PingRequest(timestamp) => (6, Some(timestamp)),
            UserEvent::PingResponse(timestamp) => (7, Some(timestamp)),
            UserEvent::Other(event) => (event, None),
        };
        body.put_u16(event);
        body.extend(number.map(u32::to_be_bytes).iter().flatten());
        if let UserEvent::SetBufferLength { length, .. } = self {
            body.put_u32(length);
        }
    }
}

impl TryFrom<u8> for PeerBandwidth {
    type Error = ControlError;
    fn try_from(limit: u8) -> Result<Self, ControlError> {
        match limit {
            0 => Ok(PeerBandwidth::Hard),
            1 => Ok(PeerBandwidth::Soft),
            2 => Ok(PeerBandwidth::Dynamic),
            other => Err(ControlError::LimitType(other)),
        }
    }
}

fn put(number: u32, kind: MessageKind, body: &mut BytesMut) -> MessageKind {
    body.put_u32(number);
    kind
}

fn number_at(message: &Message, at: usize) -> Result<u32, ControlError> {
    array_at(message, at).map(u32::from_be_bytes)
}

fn array_at<const N: usize>(message: &Message, at: usize) -> Result<[u8; N], ControlError> {
    let body = message
        .payload
        .get(at..)
        .and_then(|rest| rest.first_chunk());
    body.copied().ok_or(ControlError::Truncated {
        kind: message.kind.into(),
        length: message.payload.len(),
        needed: at + N,
    })
}
