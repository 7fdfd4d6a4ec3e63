//! The page that shows the board.

use super::random;
use worker::{Headers, Response, Result};

const HTML: &str = include_str!("board.html");

/// The page itself holds no data and needs no token: it asks for the board as any client does.
pub(super) fn page() -> Result<Response> {
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
    let html = HTML.replace("{{nonce}}", &nonce);
    Ok(Response::from_html(html)?.with_headers(headers))
}
