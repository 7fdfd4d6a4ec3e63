//! What the objects share: the clock's alarm, the outbox, and the way an answer is given.

use super::ask::{HEADER, ask};
use super::store::{Outgoing, Store};
use super::{config::Config, now, random, reply};
use crate::link::{Letter, Post, backoff};
use counterpart_shared::api::ApiError;
use futures_util::future::join_all;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::cell::{Cell, OnceCell};
use std::future::Future;
use std::rc::Rc;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{Env, Request, Response, Result, State, js_sys};

/// When the outbox is looked at again after a letter was put in: far longer than a delivery takes.
const SECOND_LOOK: u64 = 3_000;

/// A round of deliveries that takes longer was lost with whatever it waited for.
const ROUND: u64 = 30_000;

pub(super) struct Core {
    pub(super) state: State,
    pub(super) env: Env,
    pub(super) store: Store,
    config: OnceCell<Rc<Config>>,
    /// The alarm that is set, as far as this instance knows.
    armed: Cell<Option<u64>>,
    /// Since when letters are being delivered.
    delivering: Cell<Option<u64>>,
    /// Since when events are being posted to the business server.
    pub(super) hooking: Cell<Option<u64>>,
}

impl Core {
    pub(super) fn new(state: State, env: Env) -> Rc<Self> {
        let store = Store::new(state.storage().sql());
        Rc::new(Self {
            state,
            env,
            store,
            config: OnceCell::new(),
            armed: Cell::new(None),
            delivering: Cell::new(None),
            hooking: Cell::new(None),
        })
    }

    pub(super) fn config(&self) -> Result<&Config> {
        if self.config.get().is_none() {
            let config = Config::of(&self.env).map_err(|error| error.to_string())?;
            let _ = self.config.set(config);
        }
        Ok(self.config.get().expect("it was just set"))
    }

    /// Wakes the object at this time, or earlier. Issued at once and not awaited, so that it is part of the
    /// same commit as the decision before it.
    pub(super) fn arm(&self, at: Option<u64>) -> Result<()> {
        let Some(at) = at else { return Ok(()) };
        if self.armed.get().is_some_and(|armed| armed <= at) {
            return Ok(());
        }
        let date = js_sys::Date::new(&JsValue::from_f64(at as f64));
        let storage = self.state.storage();
        let _set = storage
            .as_raw()
            .set_alarm(date, JsValue::UNDEFINED.unchecked_into())?;
        self.armed.set(Some(at));
        Ok(())
    }

    /// Puts a letter into the outbox, and has it looked after: should the process die before it is delivered, the
    /// alarm delivers it, and nobody waits for the next one who happens to come by.
    pub(super) fn post(&self, letter: &Letter) -> Result<()> {
        self.store.post(letter)?;
        self.arm(Some(now() + SECOND_LOOK))
    }

    /// A round is under way. Should it never come back, the alarm takes its place.
    pub(super) fn look_again(&self, at: u64) {
        if let Err(error) = self.arm(Some(at)) {
            worker::console_error!("outbox: {error}");
        }
    }

    /// The alarm has rung.
    pub(super) fn disarm(&self) {
        self.armed.set(None);
    }

    /// Goes on after the present event is answered.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.state.wait_until(work);
    }

    /// Delivers what lies in the outbox, without keeping the present event waiting.
    pub(super) fn deliver_soon(self: &Rc<Self>) {
        let core = self.clone();
        self.spawn(async move { core.deliver().await });
        self.hook_soon();
    }

    async fn deliver(&self) {
        let started = now();
        if let Some(since) = self
            .delivering
            .get()
            .filter(|since| started < since + ROUND)
        {
            return self.look_again(since + ROUND);
        }
        self.delivering.set(Some(started));
        match self.deliver_all().await {
            // A call that was forgotten meanwhile has no outbox any more.
            Err(error) if self.store.exists().unwrap_or(true) => {
                worker::console_error!("outbox: {error}");
            }
            _ => {}
        }
        self.delivering.set(None);
    }

    async fn deliver_all(&self) -> Result<()> {
        loop {
            let letters = self.store.due_letters(now())?;
            if letters.is_empty() {
                return self.arm(self.store.next_letter()?);
            }
            let outcomes = join_all(letters.iter().map(|letter| self.hand_over(letter))).await;
            for (letter, delivered) in letters.iter().zip(outcomes) {
                self.note(letter, delivered)?;
            }
        }
    }

    async fn hand_over(&self, letter: &Outgoing) -> bool {
        let Some((address, content)) = letter.read() else {
            worker::console_error!("outbox: letter {} cannot be read", letter.seq);
            return true;
        };
        let post = Post {
            from: self.state.id().to_string(),
            seq: letter.seq,
            letter: content,
        };
        let request = json!({ "letter": post });
        let answer: std::result::Result<serde_json::Value, ApiError> =
            ask(&self.env, &address, &request).await;
        answer.is_ok()
    }

    fn note(&self, letter: &Outgoing, delivered: bool) -> Result<()> {
        if delivered {
            return self.store.delivered(letter.seq);
        }
        let pause = backoff(letter.attempts + 1, random::number());
        self.store.failed(letter.seq, now() + pause)
    }

    /// Whether to act upon a letter: only the first time.
    pub(super) fn accept<L>(&self, post: Post<L>, now: u64) -> Result<Option<L>> {
        let new = self.store.first_time(&post.from, post.seq, now)?;
        Ok(new.then_some(post.letter))
    }
}

/// What an object is asked: in the body, or beside a WebSocket in a header.
pub(super) async fn request<T: DeserializeOwned>(request: &mut Request) -> Result<T> {
    let text = match request.headers().get(HEADER)? {
        Some(text) => text,
        None => request.text().await?,
    };
    Ok(serde_json::from_str(&text)?)
}

/// An object's answer.
pub(super) fn answer<T: Serialize>(outcome: std::result::Result<T, ApiError>) -> Result<Response> {
    match outcome {
        Ok(value) => reply::json(200, &value),
        Err(error) => reply::error(&error),
    }
}
