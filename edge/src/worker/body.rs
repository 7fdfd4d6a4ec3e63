//! Reads a body, but never keeps more of it than the limit, whatever its headers say.

use counterpart_shared::api::{ApiError, ErrorCode, MAX_BODY};
use futures_util::StreamExt;
use worker::Request;

/// How much of a body over the limit is still read, and dropped: a client that is cut off while it writes
/// may never see the answer.
const PATIENCE: usize = 16 * MAX_BODY;

pub(super) async fn read(request: &mut Request) -> Result<Vec<u8>, ApiError> {
    let (mut body, mut length) = (Vec::new(), 0);
    if request.inner().body().is_none() {
        return Ok(body);
    }
    let mut chunks = request.stream().map_err(super::internal)?;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(broken)?;
        length += chunk.len();
        if length > PATIENCE {
            break;
        }
        if length <= MAX_BODY {
            body.extend_from_slice(&chunk);
        }
    }
    if length > MAX_BODY {
        let detail = format!("the body is longer than {MAX_BODY} bytes");
        return Err(ApiError::new(ErrorCode::TooLarge, detail));
    }
    Ok(body)
}

fn broken(_: worker::Error) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "the body broke off")
}
