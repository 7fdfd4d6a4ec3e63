//! The seven steps and what follows.

use super::error::PartyError;
use super::participant::Participant;
use crate::signal::{SignalError, client_id};
use counterpart_shared::api::{CallCommand, ErrorCode};
use counterpart_shared::id::Party;
use tokio::time::Instant;

impl Participant {
    pub(super) async fn script(&mut self) -> Result<(), PartyError> {
        let met = match self.me {
            Party::Caller => self.call().await,
            Party::Callee => self.answer().await,
        };
        match met {
            Err(PartyError::HungUp { .. }) => {}
            met => {
                met?;
                self.talk().await?;
            }
        }
        self.end().await
    }

    async fn call(&mut self) -> Result<(), PartyError> {
        self.show([1, 2, 3]).await?;
        self.ask(CallCommand::Request { id: client_id() }).await?;
        self.reach(4, "request");
        let ring = self.options.ring;
        self.wait_for("answer", ring, |party| party.heard.accepted)
            .await?;
        self.reach(5, "accept");
        self.watch(7).await
    }

    async fn answer(&mut self) -> Result<(), PartyError> {
        let patience = self.options.patience;
        self.wait_for("request", patience, |party| {
            party.heard.requested && party.heard.play.is_some()
        })
        .await?;
        self.reach(4, "request");
        if self.accepts {
            self.ask(CallCommand::Accept { id: client_id() }).await?;
        }
        self.wait_for("accept", patience, |party| party.heard.accepted)
            .await?;
        self.reach(5, "accept");
        self.watch(5).await?;
        self.show([6, 6, 7]).await
    }

    /// Asks for URLs, publishes, and waits until the edge says that the stream is live; these are the numbers of
    /// these steps.
    async fn show(
        &mut self,
        [urls_step, publish_step, begin_step]: [u8; 3],
    ) -> Result<(), PartyError> {
        let urls = self.ask_urls().await?;
        self.reach(urls_step, "urls");
        let mut progress = self.options.publish.progress.subscribe();
        self.publish(&urls)?;
        let patience = self.options.patience;
        let first = async move {
            let begun = progress.wait_for(|p| p.pictures + p.sounds > 0).await;
            begun.expect("the options hold the sender");
        };
        self.wait_beside("first picture sent", patience, first)
            .await?;
        self.reach(publish_step, "publish");
        self.wait_for("stream.begin", patience, |party| party.heard.begun)
            .await?;
        self.reach(begin_step, "stream.begin");
        Ok(())
    }

    /// Plays the other's stream; this is the step's number.
    async fn watch(&mut self, step: u8) -> Result<(), PartyError> {
        let patience = self.options.patience;
        let mut progress = self.options.play.progress.subscribe();
        self.play_if_told()?;
        let first = async move {
            let begun = progress.wait_for(|p| p.pictures + p.sounds > 0).await;
            begun.expect("the options hold the sender");
        };
        self.wait_beside("first picture", patience, first).await?;
        self.reach(step, "play");
        Ok(())
    }

    /// Texts and media for a while; the other's end or a wish to hang up ends it before.
    async fn talk(&mut self) -> Result<(), PartyError> {
        self.texts.begin(&self.options);
        let talk = Instant::now() + self.options.talk;
        while self.heard.end.is_none() && !self.wants_end {
            match tokio::time::timeout_at(talk, self.happen()).await {
                Ok(happened) => happened?,
                Err(_) => break,
            }
        }
        self.ends = true;
        let patience = self.options.patience;
        self.wait_for("acknowledgement of all texts", patience, |party| {
            party.texts.are_settled() || party.heard.end.is_some()
        })
        .await
    }

    async fn end(&mut self) -> Result<(), PartyError> {
        self.ends = true;
        let patience = self.options.patience;
        if self.heard.end.is_none() && (self.options.hangs_up || self.wants_end) {
            match self.ask(CallCommand::Hangup { id: client_id() }).await {
                // The other was faster; his end is on its way.
                Err(PartyError::Signal(SignalError::Api(refusal)))
                    if refusal.code == ErrorCode::Conflict => {}
                answer => drop(answer?),
            }
        }
        self.wait_for("end of the call", patience, |party| {
            party.heard.end.is_some()
        })
        .await
    }
}
