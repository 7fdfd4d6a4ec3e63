//! The media protocol for browsers: `counterpart-shared`'s client session, media on QUIC, and media bodies, for one
//! publish ([`PublishLink`]) or one play ([`PlayLink`]) over WebTransport.
//!
//! **Driving.** Open the WebTransport session to [`Address::url`] with [`Address::sha256`] and its first bidirectional
//! stream. Then poll a link after construction and after each other call, until `None`, and do what comes out. Times are
//! milliseconds of any clock that does not go back. After [`Event::Refused`], [`Event::Closed`] or [`Event::Failed`] close.

#[cfg(target_arch = "wasm32")]
mod bind;
mod config;
mod control;
mod event;
mod play;
mod publish;
mod times;

pub use control::{Address, AddressError};
pub use event::{Event, Told};
pub use play::PlayLink;
pub use publish::{Packet, PublishLink};
