//! Webhooks: what the business server is told without asking. Each event is stored with the decision that caused
//! it and sent until it is answered, so it arrives at least once; its id tells repetitions.

mod event;
mod retry;
mod sign;

pub use event::event;
pub use retry::{GIVE_UP_AFTER, MAX_PAUSE, Retry, retry};
pub use sign::signature;
