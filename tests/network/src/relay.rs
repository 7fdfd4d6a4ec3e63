//! The link in real time: a relay of UDP packets on this machine's loopback, for programs that cannot be put into virtual time.
//!
//! It works as a router that translates addresses does. Whoever sends to its port gets a socket of his own towards the target,
//! and what the target answers goes back to him. All of them share the link: one [`Lane`] there and one back. Packets leave
//! by tokio's timers, up to a millisecond late.

use crate::cells::Cell;
use crate::figures::Link;
use crate::transit::{DOWN, Lanes, Transit, UP};
use anyhow::{Context, Result, anyhow};
use counterpart_shared::id::Party;
use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::sync::oneshot;

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
    shared: Arc<Shared>,
    /// Dropped, it ends the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    dialled: Dialled,
    lanes: Lanes,
}

impl Relay {
    /// A link to `target` that does nothing yet but to take `delay` each way, on a thread of its own.
    ///
    /// # Errors
    /// When there is no port or no thread.
    pub fn start(target: SocketAddr, dialled: Dialled, delay: Duration) -> Result<Self> {
        let shared = Arc::new(Shared {
            target,
            dialled,
            lanes: Lanes::fair(delay),
        });
        let (stop, stopped) = oneshot::channel();
        let (say, hear) = mpsc::channel();
        let of_thread = shared.clone();
        let thread = std::thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || work(of_thread, &say, stopped))?;
        let port = hear.recv().map_err(|_| anyhow!("the relay has ended"))??;
        Ok(Self {
            port,
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
        self.shared.lanes.turn(cell, party, seed, Instant::now());
    }

    /// What it has carried since the weather turned: up for `up`, and down for `down`, each the bytes of media published.
    pub fn links(&self, cell: &Cell, up: u64, down: u64) -> [Link; 2] {
        self.shared.lanes.links(cell, [up, down])
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
            transit: Transit::default(),
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
    transit: Transit<Packet>,
}

struct Packet {
    content: Vec<u8>,
    by: Rc<UdpSocket>,
    /// None where the socket is connected.
    to: Option<SocketAddr>,
}

impl Way {
    /// Takes what is sent to the relay's port.
    async fn listen(self: Rc<Self>, socket: Rc<UdpSocket>) {
        let there = match self.shared.dialled {
            Dialled::ByParty => UP,
            Dialled::ByOthers => DOWN,
        };
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
            self.carry(there, &buffer[..len], flow, None);
        }
    }

    /// Takes what the target answers to one of those who dialled.
    async fn answer(self: Rc<Self>, flow: Rc<UdpSocket>, socket: Rc<UdpSocket>, to: SocketAddr) {
        let back = match self.shared.dialled {
            Dialled::ByParty => DOWN,
            Dialled::ByOthers => UP,
        };
        let mut buffer = [0; BUFFER];
        loop {
            if let Ok(len) = flow.recv(&mut buffer).await {
                self.carry(back, &buffer[..len], socket.clone(), Some(to));
            }
        }
    }

    fn carry(&self, lane: usize, content: &[u8], by: Rc<UdpSocket>, to: Option<SocketAddr>) {
        if let Some(arrival) = self.shared.lanes.carry(lane, content.len()) {
            let content = content.to_vec();
            self.transit.put(arrival, Packet { content, by, to });
        }
    }

    /// Sends each packet when its time has come.
    async fn deliver(self: Rc<Self>) {
        loop {
            let packet = self.transit.take().await;
            // Nobody there: lost, as on any network.
            let _ = match packet.to {
                Some(to) => packet.by.send_to(&packet.content, to).await,
                None => packet.by.send(&packet.content).await,
            };
        }
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
