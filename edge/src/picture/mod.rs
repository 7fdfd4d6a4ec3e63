//! Pictures that parties upload: what one is, told by its own bytes, and where it is found afterwards.

mod address;
mod kind;
mod size;

use counterpart_shared::api::{ApiError, ErrorCode, Image};
use counterpart_shared::id::CallId;
use sha2::{Digest, Sha256};

pub use address::{address_of, id_at, id_of};
pub use kind::Kind;

/// The picture that a party uploads to a call.
///
/// # Errors
/// [`ErrorCode::BadRequest`] for what is no picture, or another one than its `Content-Type` says.
pub fn read(call: &CallId, content_type: Option<&str>, bytes: &[u8]) -> Result<Image, ApiError> {
    let kind = Kind::of(bytes).ok_or_else(|| {
        let first: Vec<u8> = bytes.iter().take(4).copied().collect();
        bad(format!(
            "{} bytes that begin with {} are neither JPEG, PNG, GIF nor WebP",
            bytes.len(),
            crate::hex::hex(&first)
        ))
    })?;
    let said = content_type.unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(kind.media_type()) {
        let said: String = said.chars().take(80).collect();
        let detail = format!(
            "Content-Type is '{said}', the picture is {}",
            kind.media_type()
        );
        return Err(bad(detail));
    }
    let sha256 = crate::hex::hex(&Sha256::digest(bytes));
    let (width, height) = size::of(kind, bytes).unzip();
    Ok(Image {
        url: address_of(call, &sha256),
        media_type: kind.media_type().to_owned(),
        bytes: Some(bytes.len() as u64),
        width,
        height,
        sha256: Some(sha256),
    })
}

fn bad(detail: String) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIF: &[u8] = b"GIF89a\x02\x00\x01\x00\x00\x00\x00;";

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let call: CallId = "c-1".parse().unwrap();
        for said in ["image/gif", "IMAGE/GIF; q=1"] {
            let image = read(&call, Some(said), GIF).unwrap();
            let sha256 = image.sha256.clone().unwrap();
            assert_eq!(image.url, format!("/v1/calls/c-1/images/{sha256}"));
            assert_eq!(image.media_type, "image/gif");
            assert_eq!(
                (image.bytes, image.width, image.height),
                (Some(14), Some(2), Some(1))
            );
        }
        for (said, bytes, named) in [
            (
                Some("image/png"),
                GIF,
                "'image/png', the picture is image/gif",
            ),
            (None, GIF, "Content-Type is ''"),
            (
                Some("image/png"),
                b"<svg>",
                "5 bytes that begin with 3c737667",
            ),
            (Some("image/png"), b"", "0 bytes"),
        ] {
            let error = read(&call, said, bytes).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
            assert!(error.detail.contains(named), "{}", error.detail);
        }
    }
}
