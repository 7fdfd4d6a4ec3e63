//! What may be wished for.

use counterpart_shared::api::{ApiError, CreateStream, ErrorCode};
use std::ops::RangeInclusive;

/// A shorter one is over before the client has dialled; a longer one is as good as a key.
const TTL_S: RangeInclusive<u64> = 60..=86_400;

/// The longest name: with its prefix it is still a call's id.
const MAX_NAME: usize = 62;

/// Until when the URLs of a wish are good, in UNIX seconds.
///
/// # Errors
/// [`ErrorCode::BadRequest`] for a lifetime or a name out of range.
pub fn until(wish: &CreateStream, now: u64) -> Result<u64, ApiError> {
    if !TTL_S.contains(&wish.ttl_s) {
        let detail = format!("ttl_s is {}, it must be 60 to 86400", wish.ttl_s);
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    let length = wish.stream.as_str().len();
    if length > MAX_NAME {
        let detail = format!("the stream's name has {length} characters, at most {MAX_NAME}");
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    Ok(now / 1000 + wish.ttl_s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::api::{Provider, StreamAct};

    fn wish(stream: &str, ttl_s: u64) -> CreateStream {
        CreateStream {
            stream: stream.parse().unwrap(),
            act: StreamAct::Both,
            user: "u".parse().unwrap(),
            ttl_s,
            provider: Provider::Own,
        }
    }

    #[test]
    fn lifetimes_and_names_have_bounds() {
        assert_eq!(until(&wish("s", 60), 5_999), Ok(65));
        assert!(until(&wish(&"s".repeat(62), 86_400), 0).is_ok());
        for (stream, ttl) in [("s", 0), ("s", 59), ("s", u64::MAX), (&*"s".repeat(63), 60)] {
            let error = until(&wish(stream, ttl), 0).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
        }
    }
}
