//! What `make bench-edge` holds the edge against: the least that a Worker in Rust can do.
//!
//! `GET /` answers "hello". `GET /NAME` is a WebSocket of the object `NAME`, which stores each text as one row, answers
//! its sender "ack", and forwards it to the object's other sockets. It promises nothing else: no order, no resending,
//! no end.

#[cfg(target_arch = "wasm32")]
mod bare;
