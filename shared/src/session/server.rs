//! The server's side.

use super::{Request, SessionError};
use crate::rtmp::{Connect, Message, Status};

/// What a client may make us keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Message streams at a time.
    pub max_streams: usize,
    /// Bytes of a name, an app, a tcUrl; a grant is part of one of them.
    pub max_name: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            max_streams: 8,
            max_name: 8192,
        }
    }
}

/// What the session wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerOutput {
    /// Send this on the control stream.
    Send(Message),
    /// Decide, then call [`ServerSession::accept`] or [`ServerSession::refuse`].
    Request(Request),
    /// Audio, video or data of an accepted publish; data is plain AMF0 without `@setDataFrame`.
    Media(Message),
    /// The client ended what was on this message stream.
    Closed {
        /// The message stream.
        stream_id: u32,
    },
    /// The player on this message stream cannot decode on.
    KeyframeRequest {
        /// The message stream.
        stream_id: u32,
    },
    /// The player on this message stream pauses or resumes.
    Pause {
        /// The message stream.
        stream_id: u32,
        /// Whether it pauses.
        paused: bool,
    },
    /// The answer to [`ServerSession::ping`].
    Pong {
        /// What the ping carried.
        timestamp: u32,
    },
}

/// One client's session.
///
/// **Driving.** For each message from the peer: [`receive`](Self::receive), then [`poll`](Self::poll) until `None`,
/// performing what comes out. An error means *close*; what `poll` still holds is worth sending first. After any other
/// method, drain `poll` too. Collect all [`ServerOutput::Send`] of one read from the carrier and write them at once: the
/// client waits for the last of them.
///
/// A [`ServerOutput::Request`] stays open until [`accept`](Self::accept) or [`refuse`](Self::refuse); media that comes
/// earlier, or for a message stream that publishes nothing (any more), is dropped and counted.
#[derive(Debug)]
pub struct ServerSession {}

impl ServerSession {
    /// At the start of a connection, after the handshake where there is one.
    pub fn new(limits: SessionLimits) -> Self {
        todo!()
    }

    /// Takes a message from the peer.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn receive(&mut self, message: Message) -> Result<(), SessionError> {
        todo!()
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Option<ServerOutput> {
        todo!()
    }

    /// What the client said in `connect`, once it has.
    pub fn connect(&self) -> Option<&Connect> {
        todo!()
    }

    /// Grants the request on this message stream. Without an open request nothing happens.
    pub fn accept(&mut self, stream_id: u32) {
        todo!()
    }

    /// Refuses the request on this message stream; see [`crate::rtmp::code`]. Without an open request nothing happens.
    pub fn refuse(&mut self, stream_id: u32, code: &str, description: &str) {
        todo!()
    }

    /// Tells the client something about a message stream, such as [`code::PLAY_UNPUBLISH_NOTIFY`](crate::rtmp::code).
    pub fn notify(&mut self, stream_id: u32, status: &Status) {
        todo!()
    }

    /// Ends what is on this message stream from our side: with this status, and Stream EOF for a player.
    pub fn end(&mut self, stream_id: u32, status: &Status) {
        todo!()
    }

    /// Asks the publisher on this message stream for a keyframe.
    pub fn request_keyframe(&mut self, stream_id: u32) {
        todo!()
    }

    /// Tells the publisher on this message stream what gets through.
    pub fn limit_bitrate(&mut self, stream_id: u32, bits_per_second: u32) {
        todo!()
    }

    /// Sends a Ping Request, answered by [`ServerOutput::Pong`].
    pub fn ping(&mut self, timestamp: u32) {
        todo!()
    }

    /// Media messages that came for no accepted publish.
    pub fn dropped(&self) -> u64 {
        todo!()
    }
}
