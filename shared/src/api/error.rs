//! The one form of a refusal.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What was wrong, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not JSON, wrong types, an invalid id, an unknown command.
    BadRequest,
    /// No token, or one that does not verify.
    Unauthorized,
    /// The token is good, but not for this.
    Forbidden,
    /// No such call, desk, room or path.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The thing is not in a state that allows it.
    Conflict,
    /// What was recorded must be kept for longer; [`ApiError::until`] says until when.
    Retained,
    /// A body, message or text over the limit.
    TooLarge,
    /// The WebSocket upgrade is missing.
    UpgradeRequired,
    /// No media node can take the call.
    NoNode,
    /// The desk is not open now.
    DeskClosed,
    /// The desk's line is as long as it may be.
    LineFull,
    /// Too many requests of one address, user or key.
    RateLimited,
    /// Somebody else's server, which this needs, does not answer as it should.
    Upstream,
    /// This deployment has no settings for it.
    NotConfigured,
    /// A fault of ours.
    Internal,
}

impl ErrorCode {
    /// All of them.
    pub const ALL: [ErrorCode; 16] = [
        ErrorCode::BadRequest,
        ErrorCode::Unauthorized,
        ErrorCode::Forbidden,
        ErrorCode::NotFound,
        ErrorCode::MethodNotAllowed,
        ErrorCode::Conflict,
        ErrorCode::DeskClosed,
        ErrorCode::LineFull,
        ErrorCode::Retained,
        ErrorCode::TooLarge,
        ErrorCode::UpgradeRequired,
        ErrorCode::RateLimited,
        ErrorCode::Internal,
        ErrorCode::NotConfigured,
        ErrorCode::Upstream,
        ErrorCode::NoNode,
    ];

    /// Its HTTP status.
    pub fn status(self) -> u16 {
        match self {
            ErrorCode::BadRequest => 400,
            ErrorCode::Unauthorized => 401,
            ErrorCode::Forbidden => 403,
            ErrorCode::NotFound => 404,
            ErrorCode::MethodNotAllowed => 405,
            ErrorCode::Conflict => 409,
            ErrorCode::DeskClosed | ErrorCode::LineFull | ErrorCode::Retained => 409,
            ErrorCode::TooLarge => 413,
            ErrorCode::UpgradeRequired => 426,
            ErrorCode::NoNode => 503,
            ErrorCode::RateLimited => 429,
            ErrorCode::Upstream => 502,
            ErrorCode::NotConfigured => 501,
            ErrorCode::Internal => 500,
        }
    }

    /// One sentence for a person, in Chinese and English.
    pub fn text(self) -> (&'static str, &'static str) {
        match self {
            ErrorCode::BadRequest => ("请求无效", "The request is not valid"),
            ErrorCode::Unauthorized => ("请先登录", "A valid token is needed"),
            ErrorCode::Forbidden => ("没有权限", "This is not allowed"),
            ErrorCode::NotFound => ("未找到", "There is no such thing here"),
            ErrorCode::MethodNotAllowed => ("不支持该方法", "This method is not supported here"),
            ErrorCode::Conflict => (
                "当前状态不允许此操作",
                "The present state does not allow this",
            ),
            ErrorCode::TooLarge => ("内容过大", "This is too large"),
            ErrorCode::UpgradeRequired => ("需要 WebSocket 连接", "A WebSocket is needed here"),
            ErrorCode::NoNode => ("暂无可用的媒体节点", "No media node is available"),
            ErrorCode::DeskClosed => ("服务台现在不在服务时间", "The desk is not open now"),
            ErrorCode::LineFull => (
                "排队人数已满，请稍后再试",
                "The line is full, try again later",
            ),
            ErrorCode::Retained => (
                "录制尚在最短保存期内，不能删除",
                "What was recorded must be kept for longer",
            ),
            ErrorCode::RateLimited => ("请求过于频繁", "There are too many requests"),
            ErrorCode::Upstream => (
                "第三方服务异常",
                "A service that this needs does not answer",
            ),
            ErrorCode::NotConfigured => ("该功能未配置", "This is not configured here"),
            ErrorCode::Internal => ("服务器内部错误", "Something went wrong on our side"),
        }
    }
}

/// A refusal on any boundary of the edge: `{code, message, detail}`, and with [`ErrorCode::Retained`] `until`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// What was wrong, for programs.
    pub code: ErrorCode,
    /// The same for people: Chinese, then English.
    pub message: String,
    /// What exactly, with the offending value.
    pub detail: String,
    /// From when on the same is allowed, in UNIX milliseconds, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
}

impl ApiError {
    /// With the code's own message and this detail.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        let (chinese, english) = code.text();
        Self {
            code,
            message: format!("{chinese} / {english}"),
            detail: detail.into(),
            until: None,
        }
    }

    /// Refused until then, in UNIX milliseconds.
    pub fn until(self, at: u64) -> Self {
        let until = Some(at);
        Self { until, ..self }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.detail)
    }
}

impl std::error::Error for ApiError {}
