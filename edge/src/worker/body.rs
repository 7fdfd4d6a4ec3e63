//! Reads a body, but never keeps more of it than the limit, whatever its headers say.

use counterpart_shared::api::{ApiError, ErrorCode, MAX_BODY};
use futures_util::StreamExt;
use worker::Request;

/// How much of a body is read in any case, and dropped where it is over the limit: a client that is cut off while it
/// writes may never see the answer.
const PATIENCE: usize = 16 * MAX_BODY;

pub(super) async fn read(request: &mut Request) -> Result<Vec<u8>, ApiError> {
    read_up_to(MAX_BODY, request).await
}

pub(super) async fn read_up_to(most: usize, request: &mut Request) -> Result<Vec<u8>, ApiError> {
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    if announced(request)?.is_some_and(|length| length <= most) {
        return request.bytes().await.map_err(broken);
    }
    let (mut body, mut length) = (Vec::new(), 0);
    let mut chunks = request.stream().map_err(super::internal)?;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(broken)?;
        length += chunk.len();
        if length > PATIENCE.max(2 * most) {
            break;
        }
        if length <= most {
            body.extend_from_slice(&chunk);
        }
    }
    if length > most {
        let detail = format!("the body is longer than {most} bytes");
        return Err(ApiError::new(ErrorCode::TooLarge, detail));
    }
    Ok(body)
}

/// The length that the client says, which HTTP lets no body exceed (RFC 9112 §6.3): such a body is read in one go.
fn announced(request: &Request) -> Result<Option<usize>, ApiError> {
    let length = request.headers().get("Content-Length");
    let length = length.map_err(super::internal)?;
    Ok(length.and_then(|length| length.parse().ok()))
}

fn broken(_: worker::Error) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "the body broke off")
}
