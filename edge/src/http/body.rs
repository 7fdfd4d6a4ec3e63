//! Bodies and socket messages: JSON of a known form and of a bounded size.

use counterpart_shared::api::{ApiError, ErrorCode, MAX_BODY};
use counterpart_shared::id::ClientId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a request's body. An empty one counts as `{}`, so that a request whose fields are all optional
/// needs none.
///
/// # Errors
/// [`ErrorCode::BadRequest`] with the parser's words.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).or_else(|error| {
        let again = whole_numbers(body).and_then(|body| serde_json::from_slice(&body).ok());
        again.ok_or_else(|| ApiError::new(ErrorCode::BadRequest, format!("body: {error}")))
    })
}

/// The same for a request that means something else than all defaults: it must have a body.
///
/// # Errors
/// [`ErrorCode::BadRequest`] with the parser's words.
pub fn parse_given<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    if body.is_empty() {
        return Err(ApiError::new(ErrorCode::BadRequest, "a body is needed"));
    }
    parse(body)
}

/// The text with `60.0` and `6e1` written as `60`, which JSON Schema (2020-12, validation §6.1.1) calls the same
/// integer and the parser does not; nothing for what is no JSON.
fn whole_numbers(body: &[u8]) -> Option<Vec<u8>> {
    let mut value = serde_json::from_slice(body).ok()?;
    // Where there is none, the parser was right for another reason, such as a field given twice.
    let found = make_whole(&mut value);
    found.then(|| serde_json::to_vec(&value).ok()).flatten()
}

/// Whether there was any such number.
fn make_whole(value: &mut Value) -> bool {
    match value {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|float| float.fract() == 0.0);
            // Beyond 2^53 a float says nothing about its last digits.
            if let Some(whole) = whole.filter(|whole| number.is_f64() && whole.abs() < 9e15) {
                *number = (whole as i64).into();
                return true;
            }
            false
        }
        Value::Array(values) => values
            .iter_mut()
            .fold(false, |any, one| make_whole(one) | any),
        Value::Object(fields) => fields
            .values_mut()
            .fold(false, |any, one| make_whole(one) | any),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
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
    use counterpart_shared::api::{CallCommand, CreateCall, CreateDeskCall, DeskSettings};

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
    fn a_whole_number_may_be_written_as_a_fraction() {
        let offer = |text: &str| parse::<DeskSettings>(text.as_bytes()).map(|it| it.offer_s);
        for same in ["30", "30.0", "3e1", "300e-1"] {
            let text = format!(r#"{{"offer_s":{same},"record":"off"}}"#);
            assert_eq!(offer(&text), Ok(30), "{same}");
        }
        for bad in ["30.5", "-1.0", "1e300", "\"30\"", "null", "[30.0]"] {
            let error = offer(&format!(r#"{{"offer_s":{bad}}}"#)).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest, "{bad}");
            assert!(error.detail.contains("line 1"), "{}", error.detail);
        }
    }

    #[test]
    fn where_a_body_is_needed_none_is_refused() {
        let error = parse_given::<DeskSettings>(b"").unwrap_err();
        assert_eq!(error.code, ErrorCode::BadRequest);
        assert_eq!(parse_given(b"{}"), Ok(DeskSettings::default()));
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
