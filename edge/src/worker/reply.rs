//! Answers: the one place where results and errors become HTTP.

use crate::http::Refusal;
use counterpart_shared::api::ApiError;
use serde::Serialize;
use worker::{Headers, Response, ResponseBuilder, Result};

/// Tokens travel in headers and there are no cookies, so any page may ask.
const ORIGINS: (&str, &str) = ("Access-Control-Allow-Origin", "*");

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
    let headers = Headers::new();
    headers.set(ORIGINS.0, ORIGINS.1)?;
    Ok(builder(204, headers).empty())
}

pub(super) fn preflight() -> Result<Response> {
    let headers = Headers::new();
    headers.set(ORIGINS.0, ORIGINS.1)?;
    headers.set("Access-Control-Allow-Methods", "GET, POST, DELETE")?;
    headers.set(
        "Access-Control-Allow-Headers",
        "authorization, content-type",
    )?;
    headers.set("Access-Control-Max-Age", "86400")?;
    Ok(builder(204, headers).empty())
}

fn with_json<T: Serialize>(status: u16, value: &T, more: &[(&str, &str)]) -> Result<Response> {
    let headers = Headers::new();
    headers.set(ORIGINS.0, ORIGINS.1)?;
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
