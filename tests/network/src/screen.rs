//! Plays and takes notes.

use crate::camera::read;
use bytes::Bytes;
use counterpart_native::carry::{Connection, Event};
use counterpart_shared::rtmp::MessageKind;
use counterpart_transport::clock;
use std::time::{Duration, Instant};

/// Something that was shown or heard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// When it was taken and when it was handed over, since the beginning of the call.
    pub(crate) taken: Duration,
    pub(crate) shown: Duration,
    pub(crate) bytes: usize,
}

/// What a player got.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    pub(crate) pictures: Vec<Seen>,
    pub(crate) sounds: Vec<Seen>,
    /// What was decoded, in order: each picture with its number, and configurations.
    pub(crate) film: Vec<(Option<usize>, Bytes)>,
    /// Pictures that came without the one before, and are no keyframes.
    pub(crate) undecodable: u64,
    /// How the connection ended, if it did.
    pub(crate) failure: Option<String>,
}

/// Plays until `end`, counted from the beginning.
pub(crate) async fn watch(mut connection: Connection, begin: Instant, end: Duration) -> Log {
    let mut log = Log::default();
    let over = tokio::time::sleep_until((begin + end).into());
    tokio::pin!(over);
    let mut last = None;
    loop {
        let event = tokio::select! {
            biased;
            event = connection.next() => event,
            () = &mut over => return log,
        };
        let message = match event {
            Some(Event::Media(message)) => message,
            Some(Event::Failed(error)) => {
                log.failure = Some(error.to_string());
                return log;
            }
            Some(_) => continue,
            None => return log,
        };
        let Some((number, taken)) = read(&message) else {
            if message.kind == MessageKind::Video {
                log.film.push((None, message.payload));
            }
            continue;
        };
        let seen = Seen {
            taken,
            shown: clock::since(begin),
            bytes: message.payload.len(),
        };
        if message.kind != MessageKind::Video {
            log.sounds.push(seen);
            continue;
        }
        let follows = message.payload[0] == 0x17 || last.is_some_and(|last| last + 1 == number);
        if follows {
            last = Some(number);
            log.pictures.push(seen);
            log.film.push((Some(number), message.payload));
        } else {
            log.undecodable += 1;
        }
    }
}
