//! The client's side: one publish or one play.

use super::SessionError;
use crate::rtmp::{Message, Status};

/// What the session wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientOutput {
    /// Send this on the control stream.
    Send(Message),
    /// Publishing may begin, or media will come, on this message stream.
    Ready {
        /// The message stream.
        stream_id: u32,
    },
    /// The server said no; close.
    Refused(Status),
    /// Audio, video or data of what is played.
    Media(Message),
    /// The server says something about the stream that is not an end, such as that the publisher has gone.
    Status(Status),
    /// Make the next picture a keyframe.
    KeyframeRequest,
    /// What gets through, audio and video together.
    Bitrate {
        /// Per second.
        bits_per_second: u32,
    },
    /// The answer to [`ClientSession::ping`].
    Pong {
        /// What the ping carried.
        timestamp: u32,
    },
    /// The server ended the stream; close.
    Closed(Status),
}

/// One publish or play at a server.
///
/// **Driving.** Drain [`poll`](Self::poll) after construction, after each [`receive`](Self::receive) and after each other
/// method. Send media on the message stream that [`ClientOutput::Ready`] names, not before. An error means *close*.
#[derive(Debug)]
pub struct ClientSession {}

impl ClientSession {
    /// Connects and publishes. `name` carries the `?query`.
    pub fn publish(app: &str, tc_url: &str, name: &str) -> Self {
        todo!()
    }

    /// Connects and plays. `name` carries the `?query`.
    pub fn play(app: &str, tc_url: &str, name: &str) -> Self {
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
    pub fn poll(&mut self) -> Option<ClientOutput> {
        todo!()
    }

    /// The message stream, once it is ready.
    pub fn stream_id(&self) -> Option<u32> {
        todo!()
    }

    /// Asks for a keyframe of what is played; the caller throttles.
    pub fn request_keyframe(&mut self) {
        todo!()
    }

    /// Sends a Ping Request, answered by [`ClientOutput::Pong`].
    pub fn ping(&mut self, timestamp: u32) {
        todo!()
    }

    /// Says goodbye; send what `poll` gives, then close.
    pub fn close(&mut self) {
        todo!()
    }
}
