//! The edge, as a client talks to it: HTTP for what is asked once, sockets for what goes on.
//!
//! | item | what it is |
//! |---|---|
//! | [`Edge`] | the HTTP interface: tokens, calls, the board |
//! | [`CallSocket`] | a party's socket of a call: each entry of the log once and in order, whatever happens to the connection |
//! | [`RoomSocket`] | an agent's socket of his room |
//! | [`BoardSocket`] | a supervisor's socket of a desk's board |

mod backoff;
mod board_socket;
mod call_socket;
mod dialer;
mod edge;
mod error;
mod kept;
mod log;
mod outbox;
mod room_socket;

pub use board_socket::BoardSocket;
pub use call_socket::CallSocket;
pub use edge::Edge;
pub use error::SignalError;
pub use kept::Patience;
pub use room_socket::RoomSocket;

use counterpart_shared::id::ClientId;

/// A new client id, random, so that no other client's is the same.
pub fn client_id() -> ClientId {
    let bits: u128 = rand::random();
    format!("{bits:032x}")
        .parse()
        .expect("32 hexadecimal digits are a client id")
}
