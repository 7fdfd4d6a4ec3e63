//! Requests to servers of others: what is configured, and nothing that a client names.

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use std::pin::pin;
use std::time::Duration;
use worker::{AbortController, Delay, Fetch, Request, RequestInit, RequestRedirect, Result};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of an answer is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// A status and the beginning of a body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Asks, but neither for ever nor for more than is reasonable. A redirection counts as the answer: secrets go
/// where the operator said, and nowhere else.
pub(super) async fn fetch(url: &str, mut init: RequestInit) -> Result<Answer> {
    init.with_redirect(RequestRedirect::Manual);
    let request = Request::new_with_init(url, &init)?;
    let abort = AbortController::default();
    let signal = abort.signal();
    let answer = pin!(async {
        let mut response = Fetch::Request(request).send_with_signal(&signal).await?;
        let status = response.status_code();
        let mut body = Vec::new();
        // There is no stream where there is no body.
        let Ok(mut chunks) = response.stream() else {
            return Ok(Answer { status, body });
        };
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > MAX_ANSWER {
                break;
            }
        }
        Ok(Answer { status, body })
    });
    match select(answer, Delay::from(PATIENCE)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            abort.abort();
            Err("no answer in time".into())
        }
    }
}
