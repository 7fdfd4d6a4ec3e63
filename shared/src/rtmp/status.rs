//! What `onStatus`, `_result` and `_error` say (§7.2.2).

use crate::amf0::Value;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For information.
    Status,
    /// Something is not as it should be.
    Warning,
    /// It failed.
    Error,
}

/// The information object of a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How bad it is.
    pub level: Level,
    /// One of [`code`], or a foreign server's own.
    pub code: String,
    /// For people.
    pub description: String,
}

/// The codes that are used here.
pub mod code {
    /// The connection stands.
    pub const CONNECT_SUCCESS: &str = "NetConnection.Connect.Success";
    /// The connection is not wanted.
    pub const CONNECT_REJECTED: &str = "NetConnection.Connect.Rejected";
    /// The connection is closed.
    pub const CONNECT_CLOSED: &str = "NetConnection.Connect.Closed";
    /// A command that is not known.
    pub const CALL_FAILED: &str = "NetConnection.Call.Failed";
    /// Publishing may begin.
    pub const PUBLISH_START: &str = "NetStream.Publish.Start";
    /// Publishing is refused: no valid grant, or the name is in use.
    pub const PUBLISH_BAD_NAME: &str = "NetStream.Publish.BadName";
    /// Publishing is over.
    pub const UNPUBLISH_SUCCESS: &str = "NetStream.Unpublish.Success";
    /// Play begins anew.
    pub const PLAY_RESET: &str = "NetStream.Play.Reset";
    /// Play begins.
    pub const PLAY_START: &str = "NetStream.Play.Start";
    /// There is no such stream.
    pub const PLAY_STREAM_NOT_FOUND: &str = "NetStream.Play.StreamNotFound";
    /// Play failed for another reason, such as no valid grant.
    pub const PLAY_FAILED: &str = "NetStream.Play.Failed";
    /// There is a publisher now.
    pub const PLAY_PUBLISH_NOTIFY: &str = "NetStream.Play.PublishNotify";
    /// The publisher has gone.
    pub const PLAY_UNPUBLISH_NOTIFY: &str = "NetStream.Play.UnpublishNotify";
    /// Play has ended.
    pub const PLAY_STOP: &str = "NetStream.Play.Stop";
    /// The player paused.
    pub const PAUSE_NOTIFY: &str = "NetStream.Pause.Notify";
    /// The player resumed.
    pub const UNPAUSE_NOTIFY: &str = "NetStream.Unpause.Notify";
    /// Data follows (sent as a data message).
    pub const DATA_START: &str = "NetStream.Data.Start";
}

impl Status {
    /// For information.
    pub fn notice(code: &str, description: impl Into<String>) -> Self {
        Self {
            level: Level::Status,
            code: code.to_owned(),
            description: description.into(),
        }
    }

    /// A failure.
    pub fn error(code: &str, description: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            code: code.to_owned(),
            description: description.into(),
        }
    }

    /// Whether it is a failure.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }

    /// The information object.
    pub fn to_value(&self) -> Value {
        Value::object([
            ("level", self.level.as_str().into()),
            ("code", self.code.as_str().into()),
            ("description", self.description.as_str().into()),
        ])
    }

    /// From an information object; what is missing is empty.
    pub fn from_value(value: &Value) -> Self {
        let text = |key: &str| value.property(key).and_then(Value::as_str).unwrap_or("");
        let level = match text("level") {
            "error" => Level::Error,
            "warning" => Level::Warning,
            _ => Level::Status,
        };
        Self {
            level,
            code: text("code").to_owned(),
            description: text("description").to_owned(),
        }
    }
}

impl Level {
    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Status => "status",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}
