//! What parties say to each other beside text.

use super::error::{ApiError, ErrorCode};
use serde::{Deserialize, Serialize};

/// The longest address of a picture, in bytes.
const MAX_URL: usize = 2048;

/// The kinds of pictures that every client shows (IANA media types).
const IMAGE_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// A picture by reference: the edge keeps and orders the reference, the picture lies with the call or with the
/// business server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// `https://…`, at most 2,048 bytes, or `/v1/calls/CALL/images/ID` of this very call.
    pub url: String,
    /// `image/jpeg`, `image/png`, `image/gif` or `image/webp`.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// SHA-256 of its content, lower-case hex: what makes the reference evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Image {
    /// Whether it may stand in a log, as one that lies elsewhere.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] or [`ErrorCode::TooLarge`], with the value that is wrong.
    pub fn check(&self) -> Result<(), ApiError> {
        let bad = |detail: String| Err(ApiError::new(ErrorCode::BadRequest, detail));
        if self.url.len() > MAX_URL {
            let detail = format!("a URL of {} bytes, at most {MAX_URL}", self.url.len());
            return Err(ApiError::new(ErrorCode::TooLarge, detail));
        }
        if !is_https(&self.url) {
            return bad(format!("'{}' is no https:// URL", cut(&self.url)));
        }
        if !IMAGE_TYPES.contains(&self.media_type.as_str()) {
            let known = IMAGE_TYPES.join(", ");
            return bad(format!(
                "type '{}' is none of {known}",
                cut(&self.media_type)
            ));
        }
        match &self.sha256 {
            Some(hash) if !is_sha256(hash) => {
                bad(format!("'{}' is no SHA-256 in lower-case hex", cut(hash)))
            }
            _ => Ok(()),
        }
    }
}

/// With a host, no user information, and nothing that a URL may not contain (RFC 3986 §2).
fn is_https(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    !authority.is_empty() && !authority.contains('@') && url.bytes().all(plain)
}

fn is_sha256(text: &str) -> bool {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 64 && text.bytes().all(digit)
}

/// What a stranger sent, short enough for an answer.
fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

/// How a party's network is, in the steps that a person can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// Nothing is missing.
    Good,
    /// Pictures lose sharpness or stop now and then; one can talk.
    Poor,
    /// One can hardly talk.
    Bad,
}

/// Whether a text can be shown as it is: line breaks and tabs, but no other control characters (Unicode category
/// Cc), which terminals and CSV readers act upon.
///
/// # Errors
/// [`ErrorCode::BadRequest`] with the first one that cannot, and where.
pub fn check_characters(text: &str) -> Result<(), ApiError> {
    let wrong = |(_, c): &(usize, char)| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match text.char_indices().find(wrong) {
        None => Ok(()),
        Some((at, c)) => {
            let code = u32::from(c);
            let detail = format!("the text has the control character U+{code:04X} at byte {at}");
            Err(ApiError::new(ErrorCode::BadRequest, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(url: &str) -> Image {
        Image {
            url: url.into(),
            media_type: "image/png".into(),
            bytes: None,
            width: None,
            height: None,
            sha256: None,
        }
    }

    #[test]
    fn pictures_lie_at_plain_https_addresses() {
        for good in ["https://h/x.png", "https://[::1]:8443/a?b=c#d"] {
            assert_eq!(image(good).check(), Ok(()), "{good}");
        }
        for bad in [
            "http://h/x.png",
            "javascript:alert(1)",
            "https://user:secret@h/x.png",
            "https://h/a b",
            "https://h/\u{7f}",
            "https://h/ü",
            "https:///x",
            "https://",
        ] {
            let error = image(bad).check().unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest, "{bad}");
        }
        let long = format!("https://h/{}", "x".repeat(MAX_URL));
        assert_eq!(image(&long).check().unwrap_err().code, ErrorCode::TooLarge);
    }

    #[test]
    fn pictures_are_of_known_kinds_and_their_hashes_are_hashes() {
        let html = Image {
            media_type: "text/html".into(),
            ..image("https://h/x")
        };
        assert!(html.check().unwrap_err().detail.contains("text/html"));
        let hash = |hash: &str| Image {
            sha256: Some(hash.into()),
            ..image("https://h/x")
        };
        assert!(hash(&"0a".repeat(32)).check().is_ok());
        assert!(hash(&"0A".repeat(32)).check().is_err());
        assert!(hash("00").check().is_err());
    }

    #[test]
    fn control_characters_are_named() {
        assert_eq!(check_characters("a\tb\r\n你好 👋"), Ok(()));
        let error = check_characters("ab\u{1b}[0m").unwrap_err();
        assert!(
            error.detail.contains("U+001B at byte 2"),
            "{}",
            error.detail
        );
        assert!(check_characters("\u{0}").is_err());
        assert!(check_characters("\u{85}").is_err());
    }
}
