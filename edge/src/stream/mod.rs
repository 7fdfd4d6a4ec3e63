//! Streams without a call: the business server names them, and hands out their URLs itself.

mod own;
mod tencent;
mod wish;

pub use own::{OwnStream, own_call};
pub use tencent::{Tencent, tx_secret};
pub use wish::until;
