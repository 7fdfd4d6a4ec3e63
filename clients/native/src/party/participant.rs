//! A party and what he does with everything that happens.

use super::error::{PartyError, PartyFailure};
use super::event::{PartyEvent, Remote, Step, Wish};
use super::heard::Heard;
use super::media::{Lost, Media};
use super::options::PartyOptions;
use super::quality::QualityMeter;
use super::report::PartyReport;
use super::talk::Texts;
use crate::play::PlayProgress;
use crate::publish::PublishProgress;
use crate::signal::{CallSocket, Edge, SignalError, client_id};
use crate::walltime::WallTime;
use counterpart_shared::api::{CallCommand, CallMessage, MediaUrls};
use counterpart_shared::id::{CallId, Party};
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// How long after a lost stream to ask for URLs anew: the node may need a moment to be missed.
const RETRY: Duration = Duration::from_millis(300);

/// One party of a call. Made by [`caller`](Self::caller) or [`callee`](Self::callee), then [`run`](Self::run).
pub struct Participant {
    pub(super) me: Party,
    pub(super) socket: CallSocket,
    pub(super) options: PartyOptions,
    pub(super) heard: Heard,
    pub(super) media: Media,
    pub(super) texts: Texts,
    pub(super) report: PartyReport,
    /// Whether he must accept on the call's socket; an agent has done so on his room's.
    pub(super) accepts: bool,
    /// He was told to hang up.
    pub(super) wants_end: bool,
    /// He is about to end the call, so what is left is waited for.
    pub(super) ends: bool,
    /// Whether he has begun to publish.
    shows: bool,
    quality: QualityMeter,
    publishing: watch::Receiver<PublishProgress>,
    playing: watch::Receiver<PlayProgress>,
    /// When to ask for URLs because a stream was lost.
    retry: Option<tokio::time::Instant>,
    begin: Instant,
    events: mpsc::UnboundedSender<PartyEvent>,
    wishes: mpsc::Receiver<Wish>,
}

impl std::fmt::Debug for Participant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Participant")
            .field("me", &self.me)
            .field("heard", &self.heard)
            .finish_non_exhaustive()
    }
}

impl Participant {
    /// Who asks, in a call that he has made.
    pub fn caller(
        edge: &Edge,
        call: &CallId,
        token: &str,
        options: PartyOptions,
    ) -> Result<(Self, Remote), SignalError> {
        Self::new(edge, call, token, options, Party::Caller, false)
    }

    /// Who is asked, in a direct call.
    pub fn callee(
        edge: &Edge,
        call: &CallId,
        token: &str,
        options: PartyOptions,
    ) -> Result<(Self, Remote), SignalError> {
        Self::new(edge, call, token, options, Party::Callee, true)
    }

    /// `accepts` is false for an agent who has taken the call on his room's socket.
    pub(super) fn new(
        edge: &Edge,
        call: &CallId,
        token: &str,
        mut options: PartyOptions,
        me: Party,
        accepts: bool,
    ) -> Result<(Self, Remote), SignalError> {
        // Options are cloned; how far this party is concerns nobody else who uses them.
        options.publish.progress = watch::Sender::default();
        options.play.progress = watch::Sender::default();
        let publishing = options.publish.progress.subscribe();
        let playing = options.play.progress.subscribe();
        let (events, events_out) = mpsc::unbounded_channel();
        let (wishes, wishes_out) = mpsc::channel(64);
        let party = Self {
            me,
            socket: CallSocket::new(edge, call, token)?,
            heard: Heard::new(me),
            media: Media::default(),
            texts: Texts::default(),
            report: PartyReport::new(call.clone(), me),
            options,
            accepts,
            wants_end: false,
            ends: false,
            shows: false,
            quality: QualityMeter::default(),
            publishing: publishing.clone(),
            playing: playing.clone(),
            retry: None,
            begin: Instant::now(),
            events,
            wishes: wishes_out,
        };
        let remote = Remote {
            events: events_out,
            wishes,
            publishing,
            playing,
        };
        Ok((party, remote))
    }

    /// Plays the part to its end.
    pub async fn run(mut self) -> Result<PartyReport, Box<PartyFailure>> {
        let result = self.script().await;
        self.media.stop(&mut self.report).await;
        let mut report = self.report;
        report.seen = self.socket.seen();
        report.sockets = self.heard.sockets;
        report.texts_heard = self.heard.texts;
        report.end = self.heard.end;
        self.texts.fill(&mut report);
        self.socket.close().await;
        match result {
            Ok(()) => Ok(report),
            Err(error) => Err(Box::new(PartyFailure { error, report })),
        }
    }

    /// Tells that a step is reached.
    pub(super) fn reach(&mut self, number: u8, name: &'static str) {
        let step = Step {
            party: self.me,
            number,
            name,
            ms: self.begin.elapsed().as_secs_f64() * 1000.0,
            at: WallTime::now(),
        };
        tracing::debug!(party = %self.me, number, name, ms = step.ms, "step");
        self.report.steps.push(step.clone());
        self.tell(PartyEvent::Step(step));
    }

    /// Lets things happen until `done` says so.
    pub(super) async fn wait_for(
        &mut self,
        waiting_for: &'static str,
        patience: Duration,
        done: impl Fn(&Self) -> bool,
    ) -> Result<(), PartyError> {
        let deadline = tokio::time::Instant::now() + patience;
        while !done(self) {
            self.check(waiting_for)?;
            tokio::time::timeout_at(deadline, self.happen())
                .await
                .map_err(|_| late(waiting_for, patience))??;
        }
        Ok(())
    }

    /// Lets things happen until something else comes to its end.
    pub(super) async fn wait_beside(
        &mut self,
        waiting_for: &'static str,
        patience: Duration,
        something: impl Future<Output = ()>,
    ) -> Result<(), PartyError> {
        let deadline = tokio::time::Instant::now() + patience;
        let mut something = pin!(something);
        loop {
            tokio::select! {
                () = &mut something => return Ok(()),
                happened = tokio::time::timeout_at(deadline, self.happen()) => {
                    happened.map_err(|_| late(waiting_for, patience))??;
                }
            }
            self.check(waiting_for)?;
        }
    }

    /// Nothing more is waited for when the call has ended or is to end.
    fn check(&self, waiting_for: &'static str) -> Result<(), PartyError> {
        match self.heard.end {
            Some(reason) => Err(PartyError::Ended {
                reason,
                waiting_for,
            }),
            None if self.wants_end && !self.ends => Err(PartyError::HungUp { waiting_for }),
            None => Ok(()),
        }
    }

    /// Sends a command and waits for its answer.
    pub(super) async fn ask(&mut self, command: CallCommand) -> Result<CallMessage, PartyError> {
        Ok(self.socket.ask(&command, self.options.patience).await?)
    }

    /// Fresh URLs to publish.
    pub(super) async fn ask_urls(&mut self) -> Result<MediaUrls, PartyError> {
        match self.ask(CallCommand::Urls { id: client_id() }).await? {
            CallMessage::Urls { urls, .. } => Ok(urls.publish),
            // Refusals are errors of `ask`, and an `Ack` is no answer to this.
            _ => Err(late("URLs", Duration::ZERO)),
        }
    }

    /// Publishes under fresh URLs.
    pub(super) fn publish(&mut self, urls: &MediaUrls) -> Result<(), PartyError> {
        self.shows = true;
        self.media.publish(urls, &self.options)
    }

    /// One thing happens and is dealt with. Cancelling loses nothing.
    pub(super) async fn happen(&mut self) -> Result<(), PartyError> {
        let text_due = self.texts.due();
        let quality_due = self.quality.due();
        tokio::select! {
            message = self.socket.next() => self.hear(message?)?,
            Some(wish) = self.wishes.recv() => self.grant(wish).await,
            lost = self.media.lost(&mut self.report) => self.lose(lost?),
            () = at(self.retry) => self.restore().await?,
            () = at(text_due) => self.say_next().await,
            () = at(Some(quality_due)) => self.judge().await,
        }
        Ok(())
    }

    fn hear(&mut self, message: CallMessage) -> Result<(), PartyError> {
        self.heard.hear(&message);
        for id in self.heard.acknowledged.drain(..) {
            self.texts.acknowledge(&id);
        }
        match message {
            CallMessage::Entry(entry) => self.tell(PartyEvent::Entry(entry)),
            CallMessage::Position { position, .. } => self.tell(PartyEvent::Position(position)),
            CallMessage::Play { .. } if self.heard.accepted => self.play_if_told()?,
            CallMessage::Error { id, error } if self.quality.is_mine(id.as_ref()) => {
                tracing::debug!(party = %self.me, %error, "nobody hears of the network");
            }
            CallMessage::Error { error, .. } => return Err(SignalError::Api(error).into()),
            _ => {}
        }
        Ok(())
    }

    /// Plays what was last told, unless something plays.
    pub(super) fn play_if_told(&mut self) -> Result<(), PartyError> {
        match &self.heard.play {
            Some(urls) => self.media.play(urls, &self.options),
            None => Ok(()),
        }
    }

    async fn grant(&mut self, wish: Wish) {
        match wish {
            Wish::Text(text) => self.say(text).await,
            Wish::HangUp => self.wants_end = true,
            Wish::CutSocket => self.socket.cut(),
        }
    }

    pub(super) async fn say(&mut self, text: String) {
        let command = self.texts.command(text);
        self.socket.send(&command).await;
    }

    async fn say_next(&mut self) {
        if let Some(text) = self.texts.next() {
            self.say(text).await;
        }
    }

    /// Once a second: says how his network is, when that has changed.
    async fn judge(&mut self) {
        if !self.heard.accepted {
            return self.quality.rest();
        }
        let published = self.publishing.borrow().clone();
        let played = self.playing.borrow().clone();
        if let Some(quality) = self.quality.look(&published, &played) {
            let command = self.quality.command(quality);
            self.socket.send(&command).await;
        }
    }

    fn lose(&mut self, lost: Lost) {
        match lost {
            Lost::Publish => self.heard.begun = false,
            // Its URL is used up.
            Lost::Play => self.heard.play = None,
        }
        let soon = tokio::time::Instant::now() + RETRY;
        self.retry = self.retry.or(Some(soon));
    }

    /// A stream was lost and the call goes on: asking for URLs gives those of both streams.
    async fn restore(&mut self) -> Result<(), PartyError> {
        self.retry = None;
        if self.heard.end.is_some() {
            return Ok(());
        }
        let urls = self.ask_urls().await?;
        if self.shows && !self.media.publishes() {
            self.publish(&urls)?;
        }
        Ok(())
    }

    fn tell(&self, event: PartyEvent) {
        // Nobody has to listen.
        let _ = self.events.send(event);
    }
}

fn late(waiting_for: &'static str, waited: Duration) -> PartyError {
    PartyError::Late {
        waiting_for,
        waited,
    }
}

/// Waits until then; for ever when there is no then.
async fn at(instant: Option<tokio::time::Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
