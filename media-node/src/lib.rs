//! media-node

pub mod record;
