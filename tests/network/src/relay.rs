//! The link in real time: a relay of UDP packets on this machine's loopback, for programs that cannot be put into virtual time.
//!
//! It works as a router that translates addresses does. Whoever sends to its port gets a socket of his own towards the target,
//! and what the target answers goes back to him. All of them share the link: one [`Lane`] there and one back. Packets leave
//! by tokio's timers, up to a millisecond late.

use crate::call::access;
use crate::cells::Cell;
use crate::figures::Link;
use crate::lane::{Lane, Notes};
use crate::net::Access;
use crate::weather::{Forecast, Weather};
use anyhow::{Context, Result, anyhow};
use counterpart_shared::id::Party;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::sync::{Notify, oneshot};
use tokio::time::sleep_until;

/// Larger than any packet of the link.
const BUFFER: usize = 2_048;
/// Tries to find a port that is free under both loopback addresses.
const TRIES: usize = 20;

/// Who it is that dials the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialled {
    /// The party behind the link: what he sends goes up.
    ByParty,
    /// Somebody else: what he sends goes down to the party.
    ByOthers,
}

/// A link. Dropping it ends it.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    dialled: Dialled,
    shared: Arc<Shared>,
    /// Dropped, it ends the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    /// There and back.
    lanes: Mutex<[Lane; 2]>,
}

impl Relay {
    /// A link to `target` that does nothing yet but to take `delay` each way, on a thread of its own.
    ///
    /// # Errors
    /// When there is no port or no thread.
    pub fn start(target: SocketAddr, dialled: Dialled, delay: Duration) -> Result<Self> {
        let fair = || {
            let weather = Weather::clean(delay);
            Lane::new(Forecast::always(weather), weather, 0, Instant::now())
        };
        let lanes = Mutex::new([fair(), fair()]);
        let shared = Arc::new(Shared { target, lanes });
        let (stop, stopped) = oneshot::channel();
        let (say, hear) = mpsc::channel();
        let of_thread = shared.clone();
        let thread = std::thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || work(of_thread, &say, stopped))?;
        let port = hear.recv().map_err(|_| anyhow!("the relay has ended"))??;
        Ok(Self {
            port,
            dialled,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Its port, under both loopback addresses.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The weather of a cell on the access link of `party` begins now.
    pub fn turn(&self, cell: &Cell, party: Party, seed: u64) {
        let Access { up, down } = access(cell, party, seed, Instant::now());
        *self.shared.lanes() = match self.dialled {
            Dialled::ByParty => [up, down],
            Dialled::ByOthers => [down, up],
        };
    }

    /// What it has carried since the weather turned: up for `up`, and down for `down`, each the bytes of media published.
    pub fn links(&self, cell: &Cell, up: u64, down: u64) -> [Link; 2] {
        let lanes = self.shared.lanes();
        let mut notes: [Notes; 2] = lanes.each_ref().map(|lane| lane.notes().clone());
        if self.dialled == Dialled::ByOthers {
            notes.reverse();
        }
        let [of_up, of_down] = notes;
        [Link::of(&of_up, up, cell), Link::of(&of_down, down, cell)]
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to say.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lanes(&self) -> MutexGuard<'_, [Lane; 2]> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The relay's thread.
fn work(shared: Arc<Shared>, say: &mpsc::Sender<Result<u16>>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = say.send(Err(error.into()));
            return;
        }
    };
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let sockets = match bind().await {
            Ok(sockets) => sockets,
            Err(error) => {
                let _ = say.send(Err(error));
                return;
            }
        };
        let _ = say.send(port(&sockets));
        let way = Rc::new(Way {
            shared,
            queue: std::cell::RefCell::default(),
            more: Notify::new(),
        });
        tokio::task::spawn_local(way.clone().deliver());
        for socket in sockets {
            tokio::task::spawn_local(way.clone().listen(Rc::new(socket)));
        }
        // Whatever it says, it is over.
        let _ = stopped.await;
    });
}

async fn bind() -> Result<[UdpSocket; 2]> {
    let mut last = None;
    for _ in 0..TRIES {
        let four = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = four.local_addr()?.port();
        match UdpSocket::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(six) => return Ok([four, six]),
            Err(error) => last = Some(error),
        }
    }
    Err(last.context("no try was made")?).context("no port is free under both addresses")
}

fn port(sockets: &[UdpSocket; 2]) -> Result<u16> {
    Ok(sockets[0].local_addr()?.port())
}

/// Both directions, on the relay's thread.
struct Way {
    shared: Arc<Shared>,
    queue: std::cell::RefCell<Queue>,
    /// Something was put into the queue.
    more: Notify,
}

/// What is on its way.
#[derive(Default)]
struct Queue {
    packets: BinaryHeap<Reverse<(Instant, u64)>>,
    contents: HashMap<u64, Packet>,
    /// Numbers packets, so that those of one instant keep their order.
    next: u64,
}

struct Packet {
    content: Vec<u8>,
    by: Rc<UdpSocket>,
    /// None where the socket is connected.
    to: Option<SocketAddr>,
}

/// Which of the two lanes.
const THERE: usize = 0;
const BACK: usize = 1;

impl Way {
    /// Takes what is sent to the relay's port.
    async fn listen(self: Rc<Self>, socket: Rc<UdpSocket>) {
        let mut flows: HashMap<SocketAddr, Rc<UdpSocket>> = HashMap::new();
        let mut buffer = [0; BUFFER];
        loop {
            // A port that is not there any more says so once; the next packet may be another one's.
            let Ok((len, from)) = socket.recv_from(&mut buffer).await else {
                continue;
            };
            let flow = match flows.get(&from) {
                Some(flow) => flow.clone(),
                None => {
                    let Ok(flow) = connect(self.shared.target).await.map(Rc::new) else {
                        continue;
                    };
                    flows.insert(from, flow.clone());
                    let answers = self.clone().answer(flow.clone(), socket.clone(), from);
                    tokio::task::spawn_local(answers);
                    flow
                }
            };
            self.carry(THERE, &buffer[..len], flow, None);
        }
    }

    /// Takes what the target answers to one of those who dialled.
    async fn answer(self: Rc<Self>, flow: Rc<UdpSocket>, socket: Rc<UdpSocket>, to: SocketAddr) {
        let mut buffer = [0; BUFFER];
        loop {
            if let Ok(len) = flow.recv(&mut buffer).await {
                self.carry(BACK, &buffer[..len], socket.clone(), Some(to));
            }
        }
    }

    fn carry(&self, lane: usize, content: &[u8], by: Rc<UdpSocket>, to: Option<SocketAddr>) {
        let arrival = self.shared.lanes()[lane].carry(content.len(), Instant::now());
        let Some(arrival) = arrival else {
            return;
        };
        let content = content.to_vec();
        let packet = Packet { content, by, to };
        self.queue.borrow_mut().push(arrival, packet);
        self.more.notify_one();
    }

    /// Sends each packet when its time has come.
    async fn deliver(self: Rc<Self>) {
        loop {
            let next = self.queue.borrow_mut().pop(Instant::now());
            match next {
                Ok(packet) => {
                    // Nobody there: lost, as on any network.
                    let _ = match packet.to {
                        Some(to) => packet.by.send_to(&packet.content, to).await,
                        None => packet.by.send(&packet.content).await,
                    };
                }
                Err(None) => self.more.notified().await,
                Err(Some(at)) => tokio::select! {
                    () = sleep_until(at.into()) => {}
                    () = self.more.notified() => {}
                },
            }
        }
    }
}

impl Queue {
    fn push(&mut self, arrival: Instant, packet: Packet) {
        let number = self.next;
        self.next += 1;
        self.packets.push(Reverse((arrival, number)));
        self.contents.insert(number, packet);
    }

    /// The next packet that is due, or when one will be.
    fn pop(&mut self, now: Instant) -> Result<Packet, Option<Instant>> {
        let Some(Reverse((arrival, number))) = self.packets.peek().copied() else {
            return Err(None);
        };
        if arrival > now {
            return Err(Some(arrival));
        }
        self.packets.pop();
        self.contents.remove(&number).ok_or(None)
    }
}

async fn connect(target: SocketAddr) -> std::io::Result<UdpSocket> {
    let here: SocketAddr = match target {
        SocketAddr::V4(_) => (Ipv4Addr::LOCALHOST, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::LOCALHOST, 0).into(),
    };
    let socket = UdpSocket::bind(here).await?;
    socket.connect(target).await?;
    Ok(socket)
}
