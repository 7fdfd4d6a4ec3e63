//! Reads a body, but never more of it than the limit, whatever its headers say.

use counterpart_shared::api::{ApiError, ErrorCode, MAX_BODY};
use futures_util::StreamExt;
use worker::Request;

pub(super) async fn read(request: &mut Request) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    if request.inner().body().is_none() {
        return Ok(body);
    }
    let mut chunks = request.stream().map_err(super::internal)?;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(broken)?;
        if body.len() + chunk.len() > MAX_BODY {
            let detail = format!("the body is longer than {MAX_BODY} bytes");
            return Err(ApiError::new(ErrorCode::TooLarge, detail));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn broken(_: worker::Error) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "the body broke off")
}
