//! The two streams of a party: his own and the other's.

use super::error::PartyError;
use super::options::PartyOptions;
use super::report::PartyReport;
use crate::end::{End, chain};
use crate::play::{PlayError, PlayReport, play};
use crate::publish::{PublishError, PublishReport, publish};
use crate::stop::Stop;
use counterpart_shared::api::MediaUrls;
use counterpart_shared::session::MediaUrl;
use tokio::task::{JoinError, JoinHandle};

/// A stream that ended by itself this often without a success between is given up.
const MAX_ATTEMPTS: u32 = 20;

/// One running stream.
struct Running<R> {
    stop: Stop,
    task: JoinHandle<R>,
}

/// What may run.
#[derive(Default)]
pub(super) struct Media {
    publish: Option<Running<Result<PublishReport, PublishError>>>,
    play: Option<Running<Result<PlayReport, PlayError>>>,
    publish_attempts: u32,
    play_attempts: u32,
}

/// Which stream ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// The own one.
    Publish,
    /// The other's.
    Play,
}

impl Media {
    /// Publishes; one that still runs is stopped first.
    pub(super) fn publish(
        &mut self,
        urls: &MediaUrls,
        options: &PartyOptions,
    ) -> Result<(), PartyError> {
        let url: MediaUrl = options.publish_over.of(urls).parse()?;
        let mut options = options.publish.clone();
        options.stop = Stop::default();
        let stop = options.stop.clone();
        let task = tokio::spawn(async move { publish(&url, options).await });
        self.publish = Some(Running { stop, task });
        Ok(())
    }

    /// Plays, unless it runs.
    pub(super) fn play(
        &mut self,
        urls: &MediaUrls,
        options: &PartyOptions,
    ) -> Result<(), PartyError> {
        if self.play.is_some() {
            return Ok(());
        }
        let url: MediaUrl = options.play_over.of(urls).parse()?;
        let mut options = options.play.clone();
        options.stop = Stop::default();
        let stop = options.stop.clone();
        let task = tokio::spawn(async move { play(&url, options).await });
        self.play = Some(Running { stop, task });
        Ok(())
    }

    /// Whether the own stream runs.
    pub(super) fn publishes(&self) -> bool {
        self.publish.is_some()
    }

    /// Waits until a stream ends by itself; for ever when none runs. Cancelling loses nothing.
    pub(super) async fn lost(&mut self, report: &mut PartyReport) -> Result<Lost, PartyError> {
        let (publish, play) = (&mut self.publish, &mut self.play);
        tokio::select! {
            ended = ended(publish) => {
                self.publish = None;
                let good = keep_publish(ended, report);
                count(&mut self.publish_attempts, good, "publish")?;
                Ok(Lost::Publish)
            }
            ended = ended(play) => {
                self.play = None;
                let good = keep_play(ended, report);
                count(&mut self.play_attempts, good, "play")?;
                Ok(Lost::Play)
            }
        }
    }

    /// Stops all.
    pub(super) async fn stop(&mut self, report: &mut PartyReport) {
        if let Some(running) = self.publish.take() {
            running.stop.stop();
            keep_publish(running.task.await, report);
        }
        if let Some(running) = self.play.take() {
            running.stop.stop();
            keep_play(running.task.await, report);
        }
    }
}

async fn ended<R>(running: &mut Option<Running<R>>) -> Result<R, JoinError> {
    match running {
        Some(running) => (&mut running.task).await,
        None => std::future::pending().await,
    }
}

/// Whether it had worked.
fn keep_publish(
    ended: Result<Result<PublishReport, PublishError>, JoinError>,
    report: &mut PartyReport,
) -> bool {
    match ended {
        Ok(Ok(published)) => {
            let good = published.pictures + published.sounds > 0;
            note(&published.end, "publish", report);
            report.published.push(published);
            return good;
        }
        Ok(Err(error)) => report.failed_attempts.push(chain(&error)),
        Err(error) => report.failed_attempts.push(chain(&error)),
    }
    false
}

/// Whether it had worked.
fn keep_play(
    ended: Result<Result<PlayReport, PlayError>, JoinError>,
    report: &mut PartyReport,
) -> bool {
    match ended {
        Ok(Ok(played)) => {
            let good = played.pictures + played.sounds > 0;
            note(&played.end, "play", report);
            report.played.push(played);
            return good;
        }
        Ok(Err(error)) => report.failed_attempts.push(chain(&error)),
        Err(error) => report.failed_attempts.push(chain(&error)),
    }
    false
}

fn note(end: &End, act: &str, report: &PartyReport) {
    if *end != End::Stopped {
        tracing::info!(call = %report.call, party = %report.party, act, ?end, "stream ended");
    }
}

fn count(attempts: &mut u32, good: bool, act: &'static str) -> Result<(), PartyError> {
    *attempts = if good { 0 } else { *attempts + 1 };
    if *attempts < MAX_ATTEMPTS {
        return Ok(());
    }
    Err(PartyError::Restarts {
        act,
        attempts: *attempts,
    })
}
