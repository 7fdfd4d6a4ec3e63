//! The pages: the board, and the description of the API.

use super::random;
use worker::{Headers, Response, Result};

const BOARD: &str = include_str!("board.html");
const DOCS: &str = include_str!("docs.html");
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// The page itself holds no data and needs no token: it asks for the board as any client does.
pub(super) fn board() -> Result<Response> {
    page(BOARD)
}

/// Reads the document that [`openapi`] serves; nothing comes from elsewhere.
pub(super) fn docs() -> Result<Response> {
    page(DOCS)
}

pub(super) fn openapi() -> Result<Response> {
    let headers = Headers::new();
    headers.set("Content-Type", "application/json")?;
    headers.set("Cache-Control", "no-cache")?;
    Ok(Response::ok(OPENAPI)?.with_headers(headers))
}

fn page(html: &str) -> Result<Response> {
    let nonce = random::text::<26>();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = Headers::new();
    headers.set("Content-Security-Policy", &policy)?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    headers.set("Referrer-Policy", "no-referrer")?;
    headers.set("Cache-Control", "no-store")?;
    headers.set("Content-Type", "text/html; charset=utf-8")?;
    let html = html.replace("{{nonce}}", &nonce);
    Ok(Response::from_html(html)?.with_headers(headers))
}
