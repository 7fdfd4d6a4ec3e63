//! A path of IP packets between two network namespaces, so that the kernel's own TCP meets the weather.
//!
//! Each end is a namespace with a TUN device. What the kernel sends at one comes out at the other, through the lanes of an
//! access link. It takes root, Linux and iproute2.

use crate::transit::{DOWN, Lanes, Transit, UP};
use anyhow::{Context, Result, anyhow, ensure};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use tokio::sync::oneshot;
use tun_rs::{AsyncDevice, DeviceBuilder, SyncDevice};

/// The addresses of the party behind the link and of the other end.
pub(crate) const NEAR: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
pub(crate) const FAR: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);

/// The kernel's setting, in the namespace of whoever writes it.
const CONGESTION: &str = "/proc/sys/net/ipv4/tcp_congestion_control";
/// A packet of the tunnel at most.
const MTU: u16 = 1_500;
/// The lanes count UDP payload and add these headers themselves.
const HEADERS: usize = 28;

/// Namespaces that this process has made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Whether this machine lets this process make what it takes, with this congestion control of TCP.
///
/// # Errors
/// Says what it does not.
pub fn able(congestion: &'static str) -> Result<()> {
    let namespace = Namespace::make("try")?;
    let tried = std::thread::spawn(move || namespace.enter(NEAR, congestion).map(|_| ()));
    tried.join().map_err(|_| anyhow!("the try panicked"))?
}

/// A namespace of this process. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one.
    pub(crate) fn make(which: &str) -> Result<Self> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("counterpart-{}-{number}-{which}", std::process::id());
        ip(&["netns", "add", &name])?;
        Ok(Self { name })
    }

    /// Moves this thread into it and gives it a device with this address. Whatever the thread opens from here on is in there, and
    /// its TCP has this congestion control.
    pub(crate) fn enter(&self, address: Ipv4Addr, congestion: &str) -> Result<SyncDevice> {
        let file = format!("/var/run/netns/{}", self.name);
        let namespace = File::open(&file).context(file)?;
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
        fs::write(CONGESTION, congestion)
            .with_context(|| format!("this kernel does not allow {congestion} here"))?;
        let device = DeviceBuilder::new().name("path").mtu(MTU).build_sync();
        let device = device.context("cannot make a TUN device")?;
        ip(&["address", "add", &format!("{address}/24"), "dev", "path"])?;
        ip(&["link", "set", "lo", "up"])?;
        ip(&["link", "set", "path", "up"])?;
        Ok(device)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // What is left of it goes with the machine.
        let _ = ip(&["netns", "delete", &self.name]);
    }
}

/// Runs iproute2 in the namespace of this thread.
fn ip(arguments: &[&str]) -> Result<()> {
    let run = Command::new("ip").args(arguments).output().context("ip")?;
    let said = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success(), "ip {}: {said}", arguments.join(" "));
    Ok(())
}

/// Passes packets on. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Tunnel {
    /// Dropped, it ends the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Tunnel {
    /// Between the devices of the party behind the link and of the other end.
    pub(crate) fn start(near: SyncDevice, far: SyncDevice, lanes: Arc<Lanes>) -> Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("tunnel".to_owned());
        let thread = thread.spawn(move || work(near, far, lanes, stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A tunnel that has failed has passed nothing, which shows.
            let _ = thread.join();
        }
    }
}

/// The tunnel's thread.
fn work(
    near: SyncDevice,
    far: SyncDevice,
    lanes: Arc<Lanes>,
    stopped: oneshot::Receiver<()>,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let ends = [near, far].map(|device| AsyncDevice::new(device).map(Rc::new));
        let [near, far] = ends;
        let (near, far) = (near?, far?);
        let way = Rc::new(Way {
            lanes,
            transit: Transit::default(),
        });
        tokio::task::spawn_local(way.clone().read(near.clone(), UP, far.clone()));
        tokio::task::spawn_local(way.clone().read(far, DOWN, near));
        tokio::task::spawn_local(way.deliver());
        // Whatever it says, it is over.
        let _ = stopped.await;
        Ok(())
    })
}

struct Way {
    lanes: Arc<Lanes>,
    transit: Transit<(Rc<AsyncDevice>, Vec<u8>)>,
}

impl Way {
    async fn read(self: Rc<Self>, from: Rc<AsyncDevice>, lane: usize, to: Rc<AsyncDevice>) {
        let mut buffer = [0; MTU as usize];
        while let Ok(len) = from.recv(&mut buffer).await {
            let arrival = self.lanes.carry(lane, len.saturating_sub(HEADERS));
            if let Some(arrival) = arrival {
                self.transit
                    .put(arrival, (to.clone(), buffer[..len].to_vec()));
            }
        }
    }

    async fn deliver(self: Rc<Self>) {
        loop {
            let (to, packet) = self.transit.take().await;
            // A packet that the kernel does not want is lost.
            let _ = to.send(&packet).await;
        }
    }
}
