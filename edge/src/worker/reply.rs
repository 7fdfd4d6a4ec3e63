//! Answers: the one place where results and errors become HTTP.

use crate::http::{Cors, Refusal};
use counterpart_shared::api::ApiError;
use futures_util::TryStream;
use serde::Serialize;
use worker::{Headers, Response, ResponseBuilder, Result};

pub(super) fn json<T: Serialize>(status: u16, value: &T) -> Result<Response> {
    with_json(status, value, &[])
}

pub(super) fn refusal(refusal: &Refusal) -> Result<Response> {
    let header: Vec<_> = refusal.header.into_iter().collect();
    with_json(refusal.error.code.status(), &refusal.error, &header)
}

/// As an object answers the Worker, which adds what the error's kind wants beside it.
pub(super) fn error(error: &ApiError) -> Result<Response> {
    with_json(error.code.status(), error, &[])
}

pub(super) fn empty() -> Result<Response> {
    Ok(builder(204, Headers::new()).empty())
}

/// What an object says of its answer.
const COPIED: [&str; 5] = [
    "Cache-Control",
    "Content-Disposition",
    "Content-Security-Policy",
    "Content-Type",
    "X-Content-Type-Options",
];

/// A picture that a stranger made: shown by itself it runs nothing and loads nothing.
pub(super) fn picture(media_type: &str, bytes: Vec<u8>) -> Result<Response> {
    let headers = Headers::new();
    headers.set("Cache-Control", "private, max-age=3600")?;
    headers.set("Content-Security-Policy", "default-src 'none'; sandbox")?;
    headers.set("Content-Type", media_type)?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    Ok(Response::from_bytes(bytes)?.with_headers(headers))
}

/// What an object answered, for the client; its own headers cannot be added to.
pub(super) fn again(answer: Response) -> Result<Response> {
    let headers = Headers::new();
    for name in COPIED {
        if let Some(value) = answer.headers().get(name)? {
            headers.set(name, &value)?;
        }
    }
    Ok(answer.with_headers(headers))
}

/// A file of finished calls, written while it is read.
pub(super) fn csv<S>(text: S) -> Result<Response>
where
    S: TryStream<Ok = Vec<u8>, Error = worker::Error> + 'static,
{
    let headers = Headers::new();
    headers.set("Cache-Control", "no-store")?;
    headers.set("Content-Type", "text/csv; charset=utf-8; header=present")?;
    headers.set("Content-Disposition", "attachment; filename=\"calls.csv\"")?;
    builder(200, headers).from_stream(text)
}

pub(super) fn preflight() -> Result<Response> {
    let headers = Headers::new();
    headers.set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")?;
    headers.set(
        "Access-Control-Allow-Headers",
        "authorization, content-type",
    )?;
    headers.set("Access-Control-Max-Age", "86400")?;
    Ok(builder(204, headers).empty())
}

/// Says which pages may read an answer.
pub(super) fn with_cors(response: &mut Response, cors: &Cors) -> Result<()> {
    let headers = response.headers_mut();
    if let Some(origin) = &cors.allow {
        headers.set("Access-Control-Allow-Origin", origin)?;
        headers.set("Access-Control-Expose-Headers", "Retry-After")?;
    }
    if cors.vary {
        headers.append("Vary", "Origin")?;
    }
    Ok(())
}

fn with_json<T: Serialize>(status: u16, value: &T, more: &[(&str, &str)]) -> Result<Response> {
    let headers = Headers::new();
    headers.set("Cache-Control", "no-store")?;
    for (name, value) in more {
        headers.set(name, value)?;
    }
    builder(status, headers).from_json(value)
}

fn builder(status: u16, headers: Headers) -> ResponseBuilder {
    ResponseBuilder::new()
        .with_status(status)
        .with_headers(headers)
}
