//! RTMP 1.0 on the wire, and the parts of Enhanced RTMP v2 that a session needs.
//!
//! | section | here |
//! |---|---|
//! | §5.2 handshake | [`handshake`] |
//! | §5.3 chunks | [`chunk`] |
//! | §5.4, §6.2 control messages | [`Control`], [`UserEvent`] |
//! | §6.1, §7.1 messages | [`Message`], [`MessageKind`] |
//! | §7.1.6 aggregate | [`aggregate::split`] |
//! | §7.2 commands | [`Command`], [`Connect`], [`Status`] |
//! | §7.1.2 data | [`data`] |
//!
//! What the messages mean in which order is [`crate::session`]'s.

pub mod aggregate;
pub mod chunk;
mod command;
mod control;
pub mod data;
pub mod handshake;
mod message;
mod status;

#[cfg(test)]
mod tests;

pub use command::{Command, CommandError, Connect, Fc, Heard, Received, Subflow};
pub use control::{Control, ControlError, PeerBandwidth, UserEvent};
pub use message::{Message, MessageKind};
pub use status::{Level, Status, code};
