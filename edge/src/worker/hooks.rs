//! Posts a call's events to the business server.
//!
//! An event is stored in the same commit as the entry that it tells. Before each attempt the time of the next one
//! is stored and the alarm is set, so that whatever dies under way, it is tried again; it is deleted only
//! when it was answered with a status of 2xx, or when its day is over.

use super::config::Webhook;
use super::core::Core;
use super::store::Hook;
use super::{now, outside, random};
use crate::call::Call;
use crate::table::to_json;
use crate::webhook::{Retry, event, retry, signature};
use counterpart_shared::api::{Entry, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use std::rc::Rc;
use worker::{Headers, Method, RequestInit, Result};

/// A round that takes longer was lost with whatever it waited for.
const ROUND: u64 = 300_000;

impl Core {
    /// Stores the event that an entry makes, if the business server wants events.
    pub(super) fn hook(&self, call: &Call, entry: &Entry) -> Result<()> {
        if self.config()?.webhook.is_none() {
            return Ok(());
        }
        let Some(event) = event(call, entry) else {
            return Ok(());
        };
        self.store.post_hook(&event.id, to_json(&event), now())?;
        self.arm(Some(now() + 1000))
    }

    /// Posts what is due, without keeping the present event waiting.
    pub(super) fn hook_soon(self: &Rc<Self>) {
        if !self.has_hooks() {
            return;
        }
        if let Some(since) = self.hooking.get().filter(|since| now() < since + ROUND) {
            return self.look_again(since + ROUND);
        }
        self.hooking.set(Some(now()));
        let core = self.clone();
        self.spawn(async move {
            if let Err(error) = core.call_hooks().await {
                worker::console_error!("webhook: {error}");
            }
            core.hooking.set(None);
        });
    }

    /// Whether there are events to post. Without a place to post them to there are none.
    pub(super) fn has_hooks(&self) -> bool {
        let configured = self.config().is_ok_and(|config| config.webhook.is_some());
        configured && self.store.next_hook().is_ok_and(|next| next.is_some())
    }

    async fn call_hooks(&self) -> Result<()> {
        let Some(webhook) = &self.config()?.webhook else {
            return Ok(());
        };
        while let Some(hook) = self.store.due_hook(now())? {
            self.call_hook(webhook, &hook).await?;
        }
        self.arm(self.store.next_hook()?)
    }

    async fn call_hook(&self, webhook: &Webhook, hook: &Hook) -> Result<()> {
        match retry(hook.created_at, hook.attempts + 1, random::number(), now()) {
            Retry::At(next) => {
                self.store.hook_again(&hook.id, next)?;
                self.arm(Some(next))?;
            }
            // The last attempt.
            Retry::GiveUp => self.store.hook_done(&hook.id)?,
        }
        match post(webhook, &hook.json).await {
            Ok(status) if (200..300).contains(&status) => self.store.hook_done(&hook.id),
            outcome => {
                let what = outcome.map_or("no answer".to_owned(), |status| status.to_string());
                worker::console_error!("webhook: event {} was answered with {what}", hook.id);
                Ok(())
            }
        }
    }
}

async fn post(webhook: &Webhook, body: &str) -> Result<u16> {
    let timestamp = now() / 1000;
    let headers = Headers::new();
    headers.set("Content-Type", "application/json")?;
    headers.set(TIMESTAMP_HEADER, &timestamp.to_string())?;
    headers.set(
        SIGNATURE_HEADER,
        &signature(&webhook.secret, timestamp, body),
    )?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_body(Some(body.into()));
    let answer = outside::fetch(&webhook.url, init).await?;
    Ok(answer.status)
}
