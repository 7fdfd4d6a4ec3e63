//! A network of two parties and a node between them, and its sockets.

use crate::lane::{Lane, Notes};
use counterpart_transport::clock;
use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, UdpPoller};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use tokio::time::{Sleep, sleep_until};

/// The two directions between a party and the rest of the network.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) up: Lane,
    pub(crate) down: Lane,
}

/// All links and sockets. A packet between two addresses takes the access link of the one that has any.
#[derive(Debug, Default)]
pub(crate) struct Net {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    links: HashMap<IpAddr, Access>,
    inboxes: HashMap<SocketAddr, Inbox>,
    /// What is sent to these and by them is not counted.
    left_out: HashSet<IpAddr>,
    /// Numbers packets, so that those of one instant keep their order.
    sent: u64,
}

#[derive(Debug, Default)]
struct Inbox {
    coming: BinaryHeap<Reverse<Packet>>,
    reader: Option<Waker>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Packet {
    arrival: Instant,
    number: u64,
    from: SocketAddr,
    content: Vec<u8>,
}

impl Net {
    /// Puts this host behind an access link.
    pub(crate) fn join(&self, host: IpAddr, access: Access) {
        self.lock().links.insert(host, access);
    }

    /// What is sent to this host and by it is somebody else's.
    pub(crate) fn leave_out(&self, host: IpAddr) {
        self.lock().left_out.insert(host);
    }

    /// Opens a socket.
    pub(crate) fn open(self: &Arc<Self>, address: SocketAddr) -> Arc<dyn AsyncUdpSocket> {
        self.lock().inboxes.insert(address, Inbox::default());
        Arc::new(Socket {
            net: self.clone(),
            address,
            timer: Mutex::new(None),
        })
    }

    /// What the two directions of a host's link have carried: up, down.
    pub(crate) fn notes(&self, host: IpAddr) -> Option<(Notes, Notes)> {
        let state = self.lock();
        let access = state.links.get(&host)?;
        Some((access.up.notes().clone(), access.down.notes().clone()))
    }

    fn send(&self, from: SocketAddr, to: SocketAddr, content: &[u8], now: Instant) {
        let mut state = self.lock();
        let (len, number) = (content.len(), state.sent);
        state.sent += 1;
        let left_out = [from, to].map(|end| state.left_out.contains(&end.ip()));
        let carry = match left_out.contains(&true) {
            true => Lane::pass,
            false => Lane::carry,
        };
        let arrival = match state.links.get_mut(&from.ip()) {
            Some(access) => carry(&mut access.up, len, now),
            None => match state.links.get_mut(&to.ip()) {
                Some(access) => carry(&mut access.down, len, now),
                None => Some(now),
            },
        };
        let (Some(arrival), Some(inbox)) = (arrival, state.inboxes.get_mut(&to)) else {
            return;
        };
        inbox.coming.push(Reverse(Packet {
            arrival,
            number,
            from,
            content: content.to_vec(),
        }));
        if let Some(reader) = inbox.reader.take() {
            reader.wake();
        }
    }

    /// The next packet that has arrived, or when there will be one.
    fn receive(
        &self,
        at: SocketAddr,
        waker: &Waker,
        now: Instant,
    ) -> Result<Packet, Option<Instant>> {
        let mut state = self.lock();
        let inbox = state.inboxes.get_mut(&at).ok_or(None)?;
        match inbox.coming.peek() {
            Some(Reverse(packet)) if packet.arrival <= now => {}
            next => {
                let next = next.map(|Reverse(packet)| packet.arrival);
                inbox.reader = Some(waker.clone());
                return Err(next);
            }
        }
        let Reverse(packet) = inbox.coming.pop().expect("it was just looked at");
        Ok(packet)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Socket {
    net: Arc<Net>,
    address: SocketAddr,
    /// Until the next packet.
    timer: Mutex<Option<Pin<Box<Sleep>>>>,
}

impl AsyncUdpSocket for Socket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(AlwaysWritable)
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        let size = transmit.segment_size.unwrap_or(transmit.contents.len());
        for content in transmit.contents.chunks(size.max(1)) {
            self.net
                .send(self.address, transmit.destination, content, clock::now());
        }
        Ok(())
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        loop {
            let received = self.net.receive(self.address, cx.waker(), clock::now());
            let mut timer = self.timer.lock().unwrap_or_else(PoisonError::into_inner);
            match received {
                Ok(packet) => {
                    let len = packet.content.len();
                    bufs[0][..len].copy_from_slice(&packet.content);
                    let (addr, stride) = (packet.from, len);
                    meta[0] = RecvMeta {
                        addr,
                        len,
                        stride,
                        ..RecvMeta::default()
                    };
                    return Poll::Ready(Ok(1));
                }
                Err(next) => *timer = next.map(|at| Box::pin(sleep_until(at.into()))),
            }
            match timer.as_mut().map(|timer| timer.as_mut().poll(cx)) {
                Some(Poll::Ready(())) => {}
                Some(Poll::Pending) | None => return Poll::Pending,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }

    fn may_fragment(&self) -> bool {
        false
    }
}

#[derive(Debug)]
struct AlwaysWritable;

impl UdpPoller for AlwaysWritable {
    fn poll_writable(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
