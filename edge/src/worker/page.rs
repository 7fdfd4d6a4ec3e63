//! The description of the API, for people and for programs.

use super::random;
use worker::{Headers, Response, Result};

const DOCS: &str = include_str!("docs.html");
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// Reads the document that [`openapi`] serves; nothing comes from elsewhere.
pub(super) fn docs() -> Result<Response> {
    let nonce = random::text::<26>();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    html(&policy, &DOCS.replace("{{nonce}}", &nonce))
}

pub(super) fn openapi() -> Result<Response> {
    let headers = Headers::new();
    headers.set("Content-Type", "application/json")?;
    headers.set("Cache-Control", "no-cache")?;
    Ok(Response::ok(OPENAPI)?.with_headers(headers))
}

/// A page that is made here.
pub(super) fn html(policy: &str, text: &str) -> Result<Response> {
    let headers = Headers::new();
    headers.set("Content-Security-Policy", policy)?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    headers.set("Referrer-Policy", "no-referrer")?;
    headers.set("Cache-Control", "no-store")?;
    headers.set("Content-Type", "text/html; charset=utf-8")?;
    Ok(Response::from_html(text)?.with_headers(headers))
}
