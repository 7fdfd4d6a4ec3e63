//! What is said of a call, and what is left of it: its rating, its note, its recordings.

use super::error::{ApiError, ErrorCode};
use super::node::RecordedFile;
use super::says::check_characters;
use crate::id::{NodeId, Party};
use serde::{Deserialize, Serialize};

/// The longest comment, in characters.
pub const MAX_COMMENT: usize = 1000;

/// The longest note, in characters.
pub const MAX_NOTE: usize = 4000;

/// `PUT /v1/calls/{call}/rating`, by the caller of a call that was answered. In this form it is also stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// 1 to 5.
    pub stars: u8,
    /// In his words: at most [`MAX_COMMENT`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Rating {
    /// Whether it can be kept.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] with the value that is wrong.
    pub fn check(&self) -> Result<(), ApiError> {
        if !(1..=5).contains(&self.stars) {
            let detail = format!("stars is {}, it must be 1 to 5", self.stars);
            return Err(ApiError::new(ErrorCode::BadRequest, detail));
        }
        bounded(self.comment.as_deref().unwrap_or_default(), MAX_COMMENT)
    }
}

/// `PUT /v1/calls/{call}/note`, by the agent who answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// At most [`MAX_NOTE`] characters; empty: there is none.
    pub text: String,
}

impl Note {
    /// Whether it can be kept.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] with the value that is wrong.
    pub fn check(&self) -> Result<(), ApiError> {
        bounded(&self.text, MAX_NOTE)
    }
}

fn bounded(text: &str, most: usize) -> Result<(), ApiError> {
    let length = text.chars().count();
    if length > most {
        let detail = format!("{length} characters, at most {most}");
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    check_characters(text)
}

/// `GET /v1/calls/{call}/recordings`: what the nodes keep of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recordings {
    /// In the order in which they were finished.
    pub files: Vec<RecordingFile>,
}

/// One of its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingFile {
    /// Who is seen or heard; nothing for both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// The file.
    #[serde(flatten)]
    pub file: RecordedFile,
    /// The node that has it.
    pub node: NodeId,
    /// Where it can be read; nothing, while that node is not connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Until when, in UNIX milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// What became of it, if it cannot be read any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Deleted>,
}

/// How a file was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleted {
    /// When, in UNIX milliseconds by the node's clock.
    pub at: u64,
    /// By which rule, or at whose wish.
    pub rule: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_and_notes_have_bounds() {
        let rating = |stars: u8, comment: &str| Rating {
            stars,
            comment: Some(comment.to_owned()),
        };
        for good in [rating(1, ""), rating(5, &"好".repeat(MAX_COMMENT))] {
            assert_eq!(good.check(), Ok(()));
        }
        let wrong = |rating: Rating| rating.check().unwrap_err();
        assert!(wrong(rating(0, "")).detail.contains("stars is 0"));
        assert!(wrong(rating(6, "")).detail.contains("stars is 6"));
        assert!(wrong(rating(3, "a\u{7}")).detail.contains("U+0007"));
        let long = wrong(rating(3, &"x".repeat(MAX_COMMENT + 1)));
        assert_eq!(long.detail, "1001 characters, at most 1000");
        let note = |text: String| Note { text }.check();
        assert_eq!(note(String::new()), Ok(()));
        assert_eq!(note("一\n二".repeat(MAX_NOTE / 3)), Ok(()));
        assert!(note("x".repeat(MAX_NOTE + 1)).is_err());
    }
}
