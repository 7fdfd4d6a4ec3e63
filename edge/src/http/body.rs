//! Bodies and socket messages: JSON of a known form and of a bounded size.

use counterpart_shared::api::{ApiError, ErrorCode, MAX_BODY};
use counterpart_shared::id::ClientId;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Reads a request's body. An empty one counts as `{}`, so that a request whose fields are all optional
/// needs none.
///
/// # Errors
/// [`ErrorCode::BadRequest`] with the parser's words.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| ApiError::new(ErrorCode::BadRequest, format!("body: {error}")))
}

/// Reads a socket's message; a refusal carries the command's id where that much could be read.
///
/// # Errors
/// [`ErrorCode::TooLarge`] or [`ErrorCode::BadRequest`].
pub fn parse_message<T: DeserializeOwned>(text: &str) -> Result<T, (Option<ClientId>, ApiError)> {
    if text.len() > MAX_BODY {
        let detail = format!("{} bytes, at most {MAX_BODY}", text.len());
        return Err((None, ApiError::new(ErrorCode::TooLarge, detail)));
    }
    serde_json::from_str(text).map_err(|error| {
        let detail = format!("message: {error}");
        (id_in(text), ApiError::new(ErrorCode::BadRequest, detail))
    })
}

fn id_in(text: &str) -> Option<ClientId> {
    #[derive(Deserialize)]
    struct OnlyId {
        id: ClientId,
    }
    serde_json::from_str::<OnlyId>(text).ok().map(|it| it.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::api::{CallCommand, CreateCall, CreateDeskCall};

    #[test]
    fn an_empty_body_is_an_empty_object() {
        assert_eq!(parse::<CreateDeskCall>(b""), Ok(CreateDeskCall::default()));
        assert!(parse::<CreateCall>(b"").is_err());
        for bad in ["[]", "{", "{\"callee\":5}", "{\"callee\":\"a b\"}"] {
            let error = parse::<CreateCall>(bad.as_bytes()).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest, "{bad}");
        }
    }

    #[test]
    fn a_refused_message_is_answered_by_its_id() {
        let read = |text: &str| parse_message::<CallCommand>(text).unwrap_err();
        let (id, error) = read(r#"{"type":"dance","id":"7"}"#);
        assert_eq!(id.unwrap().as_str(), "7");
        assert_eq!(error.code, ErrorCode::BadRequest);
        assert_eq!(read("nonsense").0, None);
        let long = format!("{{\"type\":\"{}\"}}", "x".repeat(MAX_BODY));
        assert_eq!(read(&long).1.code, ErrorCode::TooLarge);
    }
}
