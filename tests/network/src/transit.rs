//! Packets on their way, in real time: the lanes of a link and the queue behind them.

use crate::call::access;
use crate::cells::Cell;
use crate::figures::Link;
use crate::lane::Lane;
use crate::net::Access;
use crate::weather::{Forecast, Weather};
use counterpart_shared::id::Party;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::sleep_until;

/// Up and down on the access link of a party.
#[derive(Debug)]
pub(crate) struct Lanes(Mutex<[Lane; 2]>);

/// The places of the lanes.
pub(crate) const UP: usize = 0;
pub(crate) const DOWN: usize = 1;

impl Lanes {
    /// They do nothing but to take `delay`.
    pub(crate) fn fair(delay: Duration) -> Self {
        let weather = Weather::clean(delay);
        let fair = || Lane::new(Forecast::always(weather), weather, 0, Instant::now());
        Self(Mutex::new([fair(), fair()]))
    }

    /// The weather of a cell on the access link of `party` begins then.
    pub(crate) fn turn(&self, cell: &Cell, party: Party, seed: u64, at: Instant) {
        let Access { up, down } = access(cell, party, seed, at);
        *self.lock() = [up, down];
    }

    /// When a packet of `len` bytes arrives that is sent now; never, if it is lost.
    pub(crate) fn carry(&self, lane: usize, len: usize) -> Option<Instant> {
        self.lock()[lane].carry(len, Instant::now())
    }

    /// What was carried since the weather turned, for this many bytes of media each.
    pub(crate) fn links(&self, cell: &Cell, media: [u64; 2]) -> [Link; 2] {
        let lanes = self.lock();
        [UP, DOWN].map(|lane| Link::of(lanes[lane].notes(), media[lane], cell))
    }

    fn lock(&self) -> MutexGuard<'_, [Lane; 2]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds packets until they arrive, on one thread.
pub(crate) struct Transit<P> {
    queue: RefCell<Queue<P>>,
    /// Something was put into the queue.
    more: Notify,
}

struct Queue<P> {
    arrivals: BinaryHeap<Reverse<(Instant, u64)>>,
    packets: HashMap<u64, P>,
    /// Numbers packets, so that those of one instant keep their order.
    next: u64,
}

impl<P> Default for Transit<P> {
    fn default() -> Self {
        let queue = Queue {
            arrivals: BinaryHeap::new(),
            packets: HashMap::new(),
            next: 0,
        };
        Self {
            queue: RefCell::new(queue),
            more: Notify::new(),
        }
    }
}

impl<P> Transit<P> {
    /// Holds a packet until then.
    pub(crate) fn put(&self, arrival: Instant, packet: P) {
        let mut queue = self.queue.borrow_mut();
        let number = queue.next;
        queue.next += 1;
        queue.arrivals.push(Reverse((arrival, number)));
        queue.packets.insert(number, packet);
        drop(queue);
        self.more.notify_one();
    }

    /// The next packet, when it arrives.
    pub(crate) async fn take(&self) -> P {
        loop {
            let next = self.queue.borrow_mut().pop(Instant::now());
            match next {
                Ok(packet) => return packet,
                Err(None) => self.more.notified().await,
                Err(Some(at)) => tokio::select! {
                    () = sleep_until(at.into()) => {}
                    () = self.more.notified() => {}
                },
            }
        }
    }
}

impl<P> Queue<P> {
    /// The next packet that has arrived, or when there will be one.
    fn pop(&mut self, now: Instant) -> Result<P, Option<Instant>> {
        let Some(Reverse((arrival, number))) = self.arrivals.peek().copied() else {
            return Err(None);
        };
        if arrival > now {
            return Err(Some(arrival));
        }
        self.arrivals.pop();
        self.packets.remove(&number).ok_or(None)
    }
}
