//! media-node
