//! A client on any carrier: the shared session, driven by a task of its own.

use super::quic::{self, Carrier};
use super::{PATIENCE, World, rtmp};
use counterpart_shared::grant::Act;
use counterpart_shared::rtmp::{Message, Received, Status, Subflow};
use counterpart_shared::session::ClientSession;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What a client has heard.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    Ready,
    Refused(Status),
    Media(Message),
    Status(Status),
    KeyframeRequest,
    Bitrate(u32),
    Subflow(Subflow),
    Received(Received),
    Growth(u64),
    Closed(Status),
    /// The connection has ended.
    Gone,
}

/// What a client shall do.
pub(crate) enum Order {
    Send(Message),
    Keyframe,
    /// Count a message of video that is never sent.
    Skip,
    /// Say goodbye, then close.
    Close,
}

pub(crate) struct Client {
    pub(crate) heard: mpsc::UnboundedReceiver<Heard>,
    pub(crate) orders: mpsc::UnboundedSender<Order>,
    pub(crate) stream_id: u32,
    task: JoinHandle<()>,
}

impl Client {
    /// Connects and asks; does not wait for the answer.
    pub(crate) async fn open(world: &World, carrier: Carrier, act: Act, name: &str) -> Self {
        let tc_url = format!("rtmp://{}/live", world.rtmp());
        let session = match act {
            Act::Publish => ClientSession::publish("live", &tc_url, name),
            Act::Play | Act::Review => ClientSession::play("live", &tc_url, name),
        };
        let (heard_to, heard) = mpsc::unbounded_channel();
        let (orders, orders_from) = mpsc::unbounded_channel();
        let task = match carrier {
            Carrier::Rtmp => {
                let socket = rtmp::connect(&world.rtmp()).await;
                tokio::spawn(rtmp::drive(socket, session, heard_to, orders_from))
            }
            Carrier::Rtmps(pin) => {
                let port = world.endpoints.rtmps_port.unwrap();
                let socket = rtmp::connect_tls(port, &pin).await;
                tokio::spawn(rtmp::drive(socket, session, heard_to, orders_from))
            }
            carrier => {
                let link = quic::link(world, carrier).await;
                tokio::spawn(quic::drive(link, session, heard_to, orders_from))
            }
        };
        Self {
            heard,
            orders,
            stream_id: 1,
            task,
        }
    }

    pub(crate) async fn next(&mut self) -> Heard {
        let heard = timeout(PATIENCE, self.heard.recv()).await;
        heard.expect("something is heard").unwrap_or(Heard::Gone)
    }

    /// Waits until it may begin.
    pub(crate) async fn ready(mut self) -> Self {
        loop {
            match self.next().await {
                Heard::Ready => return self,
                Heard::Status(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Waits for the server's no.
    pub(crate) async fn refused(mut self) -> Status {
        loop {
            match self.next().await {
                Heard::Refused(status) => return status,
                Heard::Status(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Waits for the server's end.
    pub(crate) async fn closed(&mut self) -> Status {
        loop {
            match self.next().await {
                Heard::Closed(status) => return status,
                Heard::Gone => panic!("gone without a word"),
                _ => {}
            }
        }
    }

    /// Waits until the node wants a keyframe.
    pub(crate) async fn asked_for_a_keyframe(&mut self) {
        loop {
            match self.next().await {
                Heard::KeyframeRequest => return,
                Heard::Gone => panic!("gone"),
                _ => {}
            }
        }
    }

    /// Waits for the next message of media.
    pub(crate) async fn media(&mut self) -> Message {
        loop {
            match self.next().await {
                Heard::Media(message) => return message,
                Heard::Status(_) | Heard::KeyframeRequest | Heard::Bitrate(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Waits for as many messages.
    pub(crate) async fn messages(&mut self, count: usize) -> Vec<Message> {
        let mut messages = Vec::new();
        while messages.len() < count {
            messages.push(self.media().await);
        }
        messages
    }

    pub(crate) fn send(&self, message: &Message) {
        let message = message.on(self.stream_id);
        let _ = self.orders.send(Order::Send(message));
    }

    pub(crate) fn send_all(&self, messages: &[Message]) {
        messages.iter().for_each(|message| self.send(message));
    }

    pub(crate) fn ask_keyframe(&self) {
        let _ = self.orders.send(Order::Keyframe);
    }

    /// A picture that gets lost (QUIC only).
    pub(crate) fn skip(&self) {
        let _ = self.orders.send(Order::Skip);
    }

    /// Says goodbye.
    pub(crate) fn close(&self) {
        let _ = self.orders.send(Order::Close);
    }

    /// Vanishes without a word.
    pub(crate) fn vanish(self) {
        self.task.abort();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.task.abort();
    }
}
