//! The JSON between edge, clients and nodes. Unknown fields are ignored by whoever reads, so that a
//! newer peer may say more; unknown `type`s are refused with [`ErrorCode::BadRequest`].
//!
//! Times are UNIX milliseconds (`*_at`) unless a name says otherwise.

mod archive;
mod board;
mod call;
mod desk;
mod error;
mod http;
mod least;
mod media;
mod node;
mod review;
mod says;
mod settings;
mod stream;
mod webhook;

pub use archive::{FinishedCall, FinishedCalls};
pub use board::{
    Board, BoardCall, BoardMedia, BoardNode, BoardRoom, BoardWaiting, DeskBoard, Today,
};
pub use call::{
    AudioFormat, ByeReason, CallCommand, CallMessage, CallPhase, EndReason, Entry, EntryBody,
    StreamFormat, VideoFormat,
};
pub use desk::{CloseReason, DeskCommand, DeskMessage, GoneReason, Room, RoomPhase, RoomState};
pub use error::{ApiError, ErrorCode};
pub use http::{
    ApiKey, ApiKeyCreated, ApiKeys, CallCreated, CallView, CreateApiKey, CreateCall,
    CreateDeskCall, CreateToken, Keys, LoggedIn, LoginWeChat, TokenCreated,
};
pub use least::{LeastDays, MAX_LEAST_DAYS};
pub use media::{MediaUrls, PartyUrls};
pub use node::{
    Endpoints, FromNode, Load, MAX_STREAM_LOADS, NodeCommand, NodeEvent, OneTimeKey, RecordedFile,
    StreamLoad, StreamRef, ToNode,
};
pub use review::{Deleted, MAX_COMMENT, MAX_NOTE, Note, Rating, RecordingFile, Recordings};
pub use says::{Image, Quality, check_characters};
pub use settings::{
    DeskSettings, Desks, ListedDesk, OpenHours, RecordControl, RecordPolicy, Title,
};
pub use stream::{CreateStream, Provider, StreamAct, StreamCreated, TencentUrls};
pub use webhook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, WebhookEvent};

/// The WebSocket subprotocol of every socket. A client that cannot set headers offers the token as a
/// second subprotocol, `token.<JWT>`, so that it stands in no URL.
pub const SUBPROTOCOL: &str = "counterpart.v1";

/// Prefix of the subprotocol that carries a token.
pub const TOKEN_PROTOCOL: &str = "token.";

/// What a client says on any socket to show that it is there, every [`PING_EVERY_S`] seconds; the answer is [`PONG`].
/// Who has said it once, and then is silent for three times as long, is taken for gone.
pub const PING: &str = "ping";

/// The answer to [`PING`].
pub const PONG: &str = "pong";

/// How often a client says [`PING`], in seconds.
pub const PING_EVERY_S: u64 = 15;

/// The code that a live-pusher reports when its push begins; `stream.begin` carries it.
pub const PUSH_BEGIN: u16 = 1002;

/// The longest text of one message, in bytes of UTF-8.
pub const MAX_TEXT: usize = 4096;

/// The most skills of one agent or one call.
pub const MAX_SKILLS: usize = 16;

/// The highest priority of a customer; 0 is everyone's.
pub const MAX_PRIORITY: u8 = 9;

/// The most calls on one page of the finished ones.
pub const MAX_PAGE: u32 = 500;

/// The longest that finished calls can be kept for, short of for ever, in days.
pub const MAX_RETENTION_DAYS: u32 = 3650;

/// The largest picture that a party may upload, in bytes.
pub const MAX_IMAGE: usize = 1024 * 1024;

/// The most pictures that a call keeps.
pub const MAX_IMAGES: usize = 64;

/// The most that they may have together, in bytes.
pub const MAX_IMAGES_BYTES: u64 = 16 * 1024 * 1024;

/// The longest title of a desk, in characters of each language.
pub const MAX_TITLE: usize = 80;

/// The most quick replies of a desk.
pub const MAX_QUICK_REPLIES: usize = 50;

/// The longest quick reply, in characters.
pub const MAX_QUICK_REPLY: usize = 500;

/// How many statements a desk may have.
pub const MAX_PROMPTS: usize = 20;

/// The longest of them, in characters.
pub const MAX_PROMPT: usize = 500;

/// The longest reason for a pause of a recording, in characters.
pub const MAX_REASON: usize = 200;

/// The largest body of a desk's settings that the edge reads, in bytes: its quick replies have room in any language.
pub const MAX_SETTINGS: usize = 256 * 1024;

/// The largest body or socket message that the edge reads, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
