//! Logins with somebody else's word for who a user is.

mod wechat;

pub use wechat::WeChat;
