//! Plays and takes notes.

use crate::camera::read;
use bytes::Bytes;
use counterpart_native::carry::{Connection, Event};
use counterpart_shared::rtmp::{Message, MessageKind};
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

/// Takes notes of what it is handed.
#[derive(Debug)]
pub(crate) struct Viewer {
    begin: Instant,
    /// The number of the last picture that could be decoded.
    last: Option<usize>,
    pub(crate) log: Log,
}

impl Viewer {
    /// By a clock that began then.
    pub(crate) fn new(begin: Instant) -> Self {
        Self {
            begin,
            last: None,
            log: Log::default(),
        }
    }

    pub(crate) fn take(&mut self, message: Message) {
        let log = &mut self.log;
        let Some((number, taken)) = read(&message) else {
            if message.kind == MessageKind::Video {
                log.film.push((None, message.payload));
            }
            return;
        };
        let seen = Seen {
            taken,
            shown: clock::since(self.begin),
            bytes: message.payload.len(),
        };
        if message.kind != MessageKind::Video {
            log.sounds.push(seen);
            return;
        }
        let follows =
            message.payload[0] == 0x17 || self.last.is_some_and(|last| last + 1 == number);
        if follows {
            self.last = Some(number);
            log.pictures.push(seen);
            log.film.push((Some(number), message.payload));
        } else {
            log.undecodable += 1;
        }
    }
}

/// Plays until `end`, counted from the beginning.
pub(crate) async fn watch(mut connection: Connection, begin: Instant, end: Duration) -> Log {
    let mut viewer = Viewer::new(begin);
    let over = tokio::time::sleep_until((begin + end).into());
    tokio::pin!(over);
    loop {
        let event = tokio::select! {
            biased;
            event = connection.next() => event,
            () = &mut over => return viewer.log,
        };
        match event {
            Some(Event::Media(message)) => viewer.take(message),
            Some(Event::Failed(error)) => {
                viewer.log.failure = Some(error.to_string());
                return viewer.log;
            }
            Some(_) => {}
            None => return viewer.log,
        }
    }
}
