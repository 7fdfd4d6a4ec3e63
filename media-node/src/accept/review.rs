//! Recordings over HTTP, to those who hold a grant to review the call.

use super::http::{ANYBODY, Site, grant_of, refused};
use crate::archive::ArchiveError;
use crate::gate::cut;
use crate::play::file::{self, Held, Locked};
use crate::play::range::Part;
use crate::record::{Finished, FinishedFile, RecordError};
use crate::refusal::Refusal;
use crate::shell::Shell;
use crate::vault::CallKey;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_LENGTH,
    CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use counterpart_shared::id::CallId;
use std::io;

/// A longer one asks for several, which are answered with the whole.
const LONGEST_RANGE: usize = 64;

/// One file of one call.
struct Asked {
    call: CallId,
    file: String,
}

impl Asked {
    fn nothing(&self) -> Refusal {
        Refusal::NoFile {
            call: self.call.clone(),
            file: cut(&self.file),
        }
    }
}

/// `GET` and `HEAD /recordings/CALL/FILE?grant=JWT`.
pub(super) async fn review(
    State(site): State<Site>,
    method: Method,
    Path((call, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let token = query.as_deref().and_then(grant_of);
    let grant = match site.shell.admit_review(&site.place, &call, token) {
        Ok(grant) => grant,
        Err(refusal) => return turn_away(&site.shell, &refusal),
    };
    let (user, call) = (grant.sub, grant.call);
    let asked = Asked { call, file };
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let range = range.filter(|range| method == Method::GET && range.len() <= LONGEST_RANGE);
    match open(&site.shell, &asked).await {
        Ok((found, from)) => {
            let (call, file) = (&asked.call, &asked.file);
            tracing::info!(%user, %call, file, range, %method, "a recording is read");
            let range = range.filter(|_| is_current(&headers, &found));
            answer(found, from, range).await.unwrap_or_else(|error| {
                tracing::error!(%call, file, %error, "a recording cannot be read");
                turn_away(&site.shell, &asked.nothing())
            })
        }
        Err(refusal) => turn_away(&site.shell, &refusal),
    }
}

/// What a page of another origin asks before it asks for a part.
pub(super) async fn preflight() -> Response {
    let headers = [
        ANYBODY,
        fixed(ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        fixed(ACCESS_CONTROL_ALLOW_HEADERS, "Range, If-Range"),
        fixed(ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn turn_away(shell: &Shell, refusal: &Refusal) -> Response {
    shell.metrics.refused(refusal.reason());
    tracing::info!(reason = refusal.reason(), %refusal, "refused");
    refused(refusal)
}

/// What a file is read with.
struct Source {
    held: Held,
    /// If it is encrypted.
    key: Option<CallKey>,
}

async fn open(shell: &Shell, asked: &Asked) -> Result<(Finished, Source), Refusal> {
    let (root, vault) = (shell.config.record_dir.clone(), shell.config.vault.clone());
    let archive = shell.recordings.archive().cloned();
    let (call, file) = (asked.call.clone(), asked.file.clone());
    let find = move || -> Result<_, ArchiveError> {
        let Some(mut found) = Finished::open(&root, &call, &file)? else {
            return Ok(None);
        };
        let held = match (found.file.take(), &found.listed, archive) {
            (Some(file), ..) => Held::Here(file.into()),
            (None, Some(listed), Some(archive)) => {
                let (name, (_, sha256)) = (listed.stored_name(), listed.stored());
                match archive.copy_of(&call, &name, sha256)? {
                    Some(object) => Held::Copy(Box::new(archive.place()?), object),
                    None => return Ok(None),
                }
            }
            (None, ..) => return Ok(None),
        };
        let encrypted = found
            .listed
            .as_ref()
            .and_then(|file| file.encrypted.as_ref());
        let key = encrypted.map(|encrypted| vault.unwrap(&call, &file, encrypted));
        let key = key.transpose().map_err(RecordError::from)?;
        Ok(Some((found, Source { held, key })))
    };
    match tokio::task::spawn_blocking(find).await {
        Ok(Ok(found)) => found.ok_or(asked.nothing()),
        Ok(Err(error)) => {
            tracing::error!(call = %asked.call, %error, "a recording cannot be opened");
            Err(asked.nothing())
        }
        Err(error) => {
            tracing::error!(call = %asked.call, %error, "a recording cannot be opened");
            Err(asked.nothing())
        }
    }
}

/// Whether a part of what the client has begun to read would be a part of this (`If-Range`, RFC 9110 §13.1.5).
fn is_current(headers: &HeaderMap, found: &Finished) -> bool {
    headers.get(IF_RANGE).is_none_or(|known| {
        let tag = found.listed.as_ref().map(tag);
        tag.is_some_and(|tag| known.as_bytes() == tag.as_bytes())
    })
}

fn tag(listed: &FinishedFile) -> String {
    format!("\"{}\"", listed.sha256)
}

async fn answer(found: Finished, from: Source, range: Option<&str>) -> io::Result<Response> {
    let bytes = found.bytes;
    let mut headers = HeaderMap::from_iter([
        ANYBODY,
        fixed(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            "Accept-Ranges, Content-Length, Content-Range, ETag",
        ),
        fixed(ACCEPT_RANGES, "bytes"),
        fixed(CACHE_CONTROL, "private, no-store"),
        fixed(CONTENT_TYPE, found.media_type),
        fixed(X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ]);
    if let Some(Ok(tag)) = found.listed.as_ref().map(tag).map(HeaderValue::try_from) {
        headers.insert(ETAG, tag);
    }
    let mut say = |name, text: String| {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    };
    let (status, first, len) = match range.map_or(Part::Whole, |r| Part::wanted(r, bytes)) {
        Part::Whole => (StatusCode::OK, 0, bytes),
        Part::Range { first, last } => {
            say(CONTENT_RANGE, format!("bytes {first}-{last}/{bytes}"));
            (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
        }
        Part::Beyond => {
            say(CONTENT_RANGE, format!("bytes */{bytes}"));
            say(CONTENT_LENGTH, "0".to_owned());
            let beyond = (StatusCode::RANGE_NOT_SATISFIABLE, headers, Body::empty());
            return Ok(beyond.into_response());
        }
    };
    say(CONTENT_LENGTH, len.to_string());
    let body = match (from, found.listed) {
        (
            Source {
                held,
                key: Some(key),
            },
            Some(listed),
        ) => {
            let file = (listed.name, bytes);
            file::decrypted(Locked { held, key, file }, first, len).await?
        }
        (Source { held, .. }, _) => file::body(held, first, len),
    };
    Ok((status, headers, body).into_response())
}

fn fixed(name: HeaderName, value: &'static str) -> (HeaderName, HeaderValue) {
    (name, HeaderValue::from_static(value))
}
