//! Playing: this side receives; a viewer thread decodes and measures.

mod delays;
mod dump;
mod options;
mod report;
mod sync;
mod viewer;

pub use delays::Spread;
pub(crate) use delays::Times;
pub use options::PlayOptions;
pub use report::{PlayProgress, PlayReport};

use crate::carry::{CarryError, Connection, Event};
use crate::decode::DecodeError;
use crate::end::End;
use counterpart_shared::grant::Act;
use counterpart_shared::quic::Track;
use counterpart_shared::session::MediaUrl;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use viewer::{Sight, Viewer};

/// The least time between two requests for a keyframe.
const REQUEST_INTERVAL: Duration = Duration::from_millis(500);

/// Messages that wait for the viewer; beyond it the node is not read.
const QUEUE: usize = 256;

/// Why playing could not begin, or what it makes could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The decoder.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The dump's file.
    #[error("cannot write to {path}")]
    Dump {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The connection.
    #[error(transparent)]
    Carry(#[from] CarryError),
}

/// Plays until it is stopped, ended or cut; how it ended is in the report. An error means that it never began.
pub async fn play(url: &MediaUrl, options: PlayOptions) -> Result<PlayReport, PlayError> {
    let begin = Instant::now();
    let (wishes, mut wanted) = mpsc::channel(1);
    let viewer = Viewer::new(&options, begin, wishes)?;
    let mut connection = Connection::open(url, Act::Play).await?;
    let connect_ms = begin.elapsed().as_secs_f64() * 1000.0;
    let (sights, inbox) = mpsc::channel(QUEUE);
    let thread = tokio::task::spawn_blocking(move || viewer.run(inbox));
    let mut player = Player {
        connection: &mut connection,
        sights,
        options: &options,
        requested: None,
        statuses: Vec::new(),
    };
    let end = player.run(&mut wanted).await;
    let statuses = std::mem::take(&mut player.statuses);
    drop(player);
    let mut report = thread.await.unwrap_or_default();
    report.connect_ms = connect_ms;
    report.duration_ms = begin.elapsed().as_secs_f64() * 1000.0;
    report.end = end;
    report.statuses = statuses;
    connection.close().await;
    Ok(report)
}

struct Player<'a> {
    connection: &'a mut Connection,
    sights: mpsc::Sender<Sight>,
    options: &'a PlayOptions,
    /// When a keyframe was asked for last.
    requested: Option<Instant>,
    statuses: Vec<String>,
}

impl Player<'_> {
    async fn run(&mut self, wanted: &mut mpsc::Receiver<()>) -> End {
        loop {
            tokio::select! {
                () = self.options.stop.stopped() => return End::Stopped,
                Some(()) = wanted.recv() => self.request_keyframe(),
                event = self.connection.next() => match event {
                    Some(event) => if let Some(end) = self.take(event).await {
                        return end;
                    },
                    None => return End::failed(&CarryError::Eof),
                },
            }
        }
    }

    async fn take(&mut self, event: Event) -> Option<End> {
        let sight = match event {
            Event::Media(message) => Sight::Message(message),
            Event::Gap { track, messages } if track != Track::Data => {
                Sight::Gap { track, messages }
            }
            Event::Status(status) => {
                self.statuses.push(status.code);
                return None;
            }
            Event::Closed(status) => return Some(End::Closed(status.code)),
            Event::Failed(error) => return Some(End::failed(&error)),
            Event::Gap { .. } | Event::KeyframeRequest | Event::Bitrate(_) | Event::Room(_) => {
                return None;
            }
        };
        match self.sights.send(sight).await {
            Ok(()) => None,
            Err(_) => Some(End::Failed("the viewer has ended".into())),
        }
    }

    fn request_keyframe(&mut self) {
        let soon = |at: Instant| at.elapsed() < REQUEST_INTERVAL;
        if !self.requested.is_some_and(soon) {
            self.requested = Some(Instant::now());
            self.connection.request_keyframe();
        }
    }
}
