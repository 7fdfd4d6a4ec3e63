//! An agent at a desk who answers, sees and hears.

use crate::system::{PATIENCE, System};
use anyhow::{Context, Result, anyhow, ensure};
use counterpart_native::party::{Agent, PartyEvent, PartyOptions, PartyReport, Remote};
use counterpart_shared::api::EntryBody;
use counterpart_shared::grant::Role;
use counterpart_shared::id::{DeskId, Party};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Bob in an open room of the desk `front`.
///
/// # Errors
/// When the edge refuses.
pub async fn open(system: &System) -> Result<Agent> {
    let desk: DeskId = "front".parse()?;
    let token = system.token("bob", Role::Agent, Some(&desk)).await?;
    let mut agent = Agent::new(&system.api()?, &desk, &"room-1".parse()?, &token)?;
    agent.open().await?;
    Ok(agent)
}

/// His side of a call, which goes on until the customer hangs up.
pub struct AtDesk {
    /// What he can be told.
    pub remote: Remote,
    party: JoinHandle<Result<PartyReport>>,
}

impl AtDesk {
    /// Takes the call that rings.
    ///
    /// # Errors
    /// When none rings in time.
    pub async fn answer(agent: &mut Agent) -> Result<Self> {
        let offer = agent.offer(PATIENCE).await?;
        let options = PartyOptions {
            talk: Duration::from_secs(600),
            ..PartyOptions::default()
        };
        let (party, remote) = agent.accept(&offer.call, options).await?;
        let party = tokio::spawn(async move {
            let ended = party.run().await;
            ended.map_err(|failure| anyhow!("the agent: {failure}"))
        });
        Ok(Self { remote, party })
    }

    /// Waits until so many more pictures and packets of sound of the customer are decoded.
    ///
    /// # Errors
    /// When they are not in time.
    pub async fn sees_and_hears(&self, more: u64) -> Result<()> {
        let mut playing = self.remote.playing();
        let (pictures, sounds) = {
            let now = playing.borrow();
            (now.pictures + more, now.sounds + more)
        };
        let wait = playing.wait_for(|now| now.pictures >= pictures && now.sounds >= sounds);
        let reached = tokio::time::timeout(PATIENCE, wait).await;
        ensure!(
            matches!(reached, Ok(Ok(_))),
            "the agent does not see and hear the customer: {:?}",
            self.remote.playing().borrow()
        );
        Ok(())
    }

    /// Waits for an entry of the log.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn entry<T>(
        &mut self,
        what: &str,
        pick: impl Fn(EntryBody) -> Option<T>,
    ) -> Result<T> {
        let search = async {
            while let Some(event) = self.remote.next().await {
                let PartyEvent::Entry(entry) = event else {
                    continue;
                };
                if let Some(found) = pick(entry.body) {
                    return Some(found);
                }
            }
            None
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        found
            .ok()
            .flatten()
            .with_context(|| format!("the agent has not heard of {what}"))
    }

    /// The customer's next text.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn reads(&mut self) -> Result<String> {
        self.entry("a text", |body| match body {
            EntryBody::Text {
                from: Party::Caller,
                text,
                ..
            } => Some(text),
            _ => None,
        })
        .await
    }

    /// The end of the call, and what he went through.
    ///
    /// # Errors
    /// When he could not play his part.
    pub async fn ended(self) -> Result<PartyReport> {
        tokio::time::timeout(PATIENCE, self.party)
            .await
            .context("the agent still talks")??
    }
}
