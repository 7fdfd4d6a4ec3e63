//! The whole of Counterpart on one machine, for stories and for people: a real workerd with the edge in
//! it, real media nodes, and ffmpeg as the outside judge.
//!
//! `tests/tests/` holds the stories, `src/bin/` the programs behind `make call` and `make run`.

pub mod ahead;
pub mod at_desk;
pub mod browser;
pub mod camera;
pub mod figures;
pub mod hooks;
pub mod judge;
pub mod links;
pub mod media_pages;
pub mod pages;
pub mod phone;
pub mod ports;
pub mod process;
pub mod raw;
pub mod relay;
pub mod schemathesis;
pub mod scripted;
pub mod secrets;
pub mod stills;
pub mod system;
pub mod talk;
pub mod told;
pub mod wechat;
