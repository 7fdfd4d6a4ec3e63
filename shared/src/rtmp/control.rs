//! Protocol control messages (§5.4) and user control events (§6.2). All travel on message stream 0.

use super::Message;

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
        todo!()
    }

    /// The message to send.
    pub fn to_message(self) -> Message {
        todo!()
    }
}
