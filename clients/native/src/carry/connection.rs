//! One publish or play at a node, whatever carries it.

use super::control::Wish;
use super::valve::Room;
use super::{CarryError, Event, quic, rtmp};
use counterpart_shared::grant::Act;
use counterpart_shared::rtmp::Message;
use counterpart_shared::session::{ClientSession, MediaUrl, Scheme};
use counterpart_transport::Congestion;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// How long connecting and opening the session may take together.
const OPEN: Duration = Duration::from_secs(10);

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// Messages that wait to be written: about half a second of media. What does not fit is for the publisher to drop.
const MEDIA_QUEUE: usize = 32;

/// Events that wait for the holder; beyond it the node is not read.
const EVENT_QUEUE: usize = 256;

/// An open connection. Dropping it cuts it.
///
/// **Driving.** A player calls [`next`](Self::next) until `None`; a publisher sends on [`sender`](Self::sender) and calls
/// `next` beside it.
#[derive(Debug)]
pub struct Connection {
    events: mpsc::Receiver<Event>,
    media: MediaSender,
    wishes: mpsc::Sender<Wish>,
    tasks: JoinSet<()>,
}

/// How QUIC connections are made.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// The endpoint that makes them; none for one of their own, on a free port of this machine.
    pub endpoint: Option<quinn::Endpoint>,
    /// Their congestion control.
    pub congestion: Congestion,
}

/// What a carrier works with.
pub(super) struct Parts {
    pub(super) replies: mpsc::Sender<Message>,
    pub(super) to_write: mpsc::Receiver<Message>,
    pub(super) media: mpsc::Receiver<Message>,
    /// For the media: set by the carrier.
    pub(super) room: Room,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) ready: oneshot::Sender<Result<u32, CarryError>>,
    pub(super) wishes: mpsc::Receiver<Wish>,
    /// For what the carrier itself wishes of the session.
    pub(super) wisher: mpsc::WeakSender<Wish>,
    pub(super) tasks: JoinSet<()>,
}

impl Connection {
    /// Connects and waits until the node lets the stream begin.
    pub async fn open(url: &MediaUrl, act: Act) -> Result<Self, CarryError> {
        Self::open_by(url, act, &Way::default()).await
    }

    /// The same on a way of the caller's choice.
    pub async fn open_by(url: &MediaUrl, act: Act, way: &Way) -> Result<Self, CarryError> {
        tokio::time::timeout(OPEN, Self::open_unbounded(url, act, way))
            .await
            .map_err(|_| CarryError::Late {
                step: "answer to the request",
                waited: OPEN,
            })?
    }

    async fn open_unbounded(url: &MediaUrl, act: Act, way: &Way) -> Result<Self, CarryError> {
        let (replies, to_write) = mpsc::channel(64);
        let (media, media_out) = mpsc::channel(MEDIA_QUEUE);
        let (events, events_out) = mpsc::channel(EVENT_QUEUE);
        let (ready, is_ready) = oneshot::channel();
        let (wishes, wishes_out) = mpsc::channel(16);
        let room = Room::default();
        let parts = Parts {
            room: room.clone(),
            replies,
            to_write,
            media: media_out,
            events,
            ready,
            wishes: wishes_out,
            wisher: wishes.downgrade(),
            tasks: JoinSet::new(),
        };
        let tasks = match url.scheme {
            Scheme::Rtmp => rtmp::open(url, act, parts).await?,
            Scheme::Quic => quic::open(url, act, way, parts).await?,
            other => return Err(CarryError::Scheme(other)),
        };
        let stream_id = is_ready.await.map_err(|_| CarryError::Eof)??;
        Ok(Self {
            events: events_out,
            media: MediaSender {
                stream_id,
                media,
                room,
            },
            wishes,
            tasks,
        })
    }

    /// What comes next; `None` after the end. Cancelling loses nothing.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Where a publisher puts his messages.
    pub fn sender(&self) -> MediaSender {
        self.media.clone()
    }

    /// Asks for a keyframe of what is played; the caller throttles.
    pub fn request_keyframe(&self) {
        // When so many wishes wait, one more changes nothing.
        let _ = self.wishes.try_send(Wish::Keyframe);
    }

    /// Says goodbye and closes.
    pub async fn close(mut self) {
        let _ = self.wishes.send(Wish::Goodbye).await;
        drop(self.media);
        drop(self.wishes);
        self.events.close();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GOODBYE, all).await;
    }
}

/// Takes messages to publish, from any thread.
#[derive(Debug, Clone)]
pub struct MediaSender {
    stream_id: u32,
    media: mpsc::Sender<Message>,
    room: Room,
}

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// Too much waits already.
    Full,
    /// The connection has ended.
    Closed,
}

impl MediaSender {
    /// Whether the link takes another picture. While it does not, make none: one that is made and not sent costs all that build on
    /// it.
    pub fn has_room(&self) -> bool {
        self.room.is_there()
    }

    /// Hands a message over, if there is room.
    pub fn try_send(&self, message: &Message) -> Result<(), NotSent> {
        let message = message.on(self.stream_id);
        self.media.try_send(message).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotSent::Full,
            mpsc::error::TrySendError::Closed(_) => NotSent::Closed,
        })
    }

    /// Hands a message over, and waits for room.
    pub async fn send(&self, message: &Message) -> Result<(), NotSent> {
        let message = message.on(self.stream_id);
        self.media.send(message).await.map_err(|_| NotSent::Closed)
    }
}

/// The session that this URL is for.
pub(super) fn new_session(url: &MediaUrl, act: Act) -> ClientSession {
    let (app, tc_url, name) = (&url.app, url.tc_url(), url.name_with_query());
    match act {
        Act::Publish => ClientSession::publish(app, &tc_url, &name),
        Act::Play | Act::Review => ClientSession::play(app, &tc_url, &name),
    }
}
