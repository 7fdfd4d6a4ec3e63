//! One customer: a token, a call, a talk.

use super::cuts::Cuts;
use super::plan::{Caller, Fate};
use super::seen::{Asked, Book};
use super::talk::{Talk, Turn};
use anyhow::{Context, Result};
use counterpart_native::signal::{Edge, SignalError};
use counterpart_shared::api::{CallCreated, CreateDeskCall, CreateToken};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, DeskId, Party};
use counterpart_tests::system::PATIENCE;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

/// What everyone knows.
#[derive(Clone)]
pub(super) struct Place {
    /// So many may make a call at once: a request waits for nobody longer than a client does.
    pub(super) door: Arc<Semaphore>,
    pub(super) edge: Edge,
    pub(super) api_key: String,
    pub(super) desk: DeskId,
}

/// Calls, and stays until the call is over.
pub(super) async fn call(place: &Place, caller: Caller, book: &Book) -> Result<()> {
    let entering = place.door.acquire().await?;
    let token = token(place, &caller.name, Role::Customer, caller.priority).await?;
    let wish = CreateDeskCall {
        record: false,
        skills: caller.skills.clone(),
    };
    let create = || place.edge.create_desk_call(&token, &place.desk, &wish);
    let CallCreated { call, .. } = insist(create).await.context("a call is made")?;
    drop(entering);
    book.write().asked.push(Asked {
        call: call.clone(),
        token: token.clone(),
        skills: caller.skills,
        priority: caller.priority,
    });
    let turn = match caller.fate {
        Fate::Talks if hangs_up(&call) == Party::Caller => Turn::HangUp,
        Fate::Talks => Turn::Wait,
        Fate::GivesUp => Turn::GiveUp,
        Fate::DiesWaiting => Turn::DieWaiting,
        Fate::DiesTalking => Turn::DieTalking,
    };
    let cuts = Cuts::new(caller.chance);
    let as_whom = (&call, Party::Caller, token.as_str());
    let talk = Talk::new(&place.edge, as_whom, turn, cuts, book)?;
    talk.run().await.with_context(|| caller.name)?;
    Ok(())
}

/// Who of the two hangs up: either may.
pub(super) fn hangs_up(call: &CallId) -> Party {
    let sum: u32 = call.as_str().bytes().map(u32::from).sum();
    Party::BOTH[(sum % 2) as usize]
}

/// A token, from the business server's side.
pub(super) async fn token(place: &Place, user: &str, role: Role, priority: u8) -> Result<String> {
    let wish = CreateToken {
        user: user.parse()?,
        role,
        priority,
        desk: Some(place.desk.clone()),
        ttl_s: 3600,
    };
    let create = || place.edge.create_token(&place.api_key, &wish);
    let created = insist(create).await;
    Ok(created.context("a token is minted")?.token)
}

/// Asks again while the edge is away.
pub(super) async fn insist<T, A>(mut ask: impl FnMut() -> A) -> Result<T, SignalError>
where
    A: Future<Output = Result<T, SignalError>>,
{
    let end = Instant::now() + PATIENCE;
    loop {
        match ask().await {
            Err(SignalError::Http { .. }) if Instant::now() < end => {
                sleep(Duration::from_millis(50)).await;
            }
            Err(SignalError::Api(refusal))
                if refusal.code.status() >= 500 && Instant::now() < end =>
            {
                sleep(Duration::from_millis(50)).await;
            }
            done => return done,
        }
    }
}
