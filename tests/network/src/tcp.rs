//! One call in real time through the tunnel, where the kernel's own TCP meets the weather: over RTMP, by RTMP and HTTP-FLV, or over QUIC
//! beside a download.
//!
//! The caller sits behind the bad path, in a namespace of his own. Node and callee are at its other end, on one machine: their way to
//! each other takes no time. Otherwise it is the call of the virtual rows.

use crate::bulk::{Downloaded, upload};
use crate::call::{BAD, NAME, SETTLED, media_url, pin};
use crate::camera::{Camera, Roll};
use crate::cells::Cell;
use crate::clip::Clip;
use crate::figures::{Direction, Run};
use crate::flv;
use crate::judge;
use crate::node::node_in_real_time;
use crate::screen::{self, Log};
use crate::transit::Lanes;
use crate::tunnel::{FAR, NEAR, Namespace, Tunnel};
use crate::weather::Weather;
use anyhow::{Context, Result, anyhow, ensure};
use counterpart_native::carry::Connection;
use counterpart_shared::grant::{Act, Signer};
use counterpart_shared::id::Party;
use counterpart_shared::session::{MediaUrl, Scheme};
use counterpart_transport::clock;
use std::net::Ipv4Addr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tun_rs::SyncDevice;

/// After the last picture that counts: time for it to arrive.
const REST: Duration = Duration::from_secs(2);

/// A call and what is asked of it.
#[derive(Debug)]
pub struct TunnelRun {
    /// The figures of the virtual rows; the link's bytes are those of IP packets less 28 for each.
    pub run: Run,
    /// From the end of the cell's last outage until a picture is shown that is no older than sound may be; the later direction's.
    /// None without an outage, or when none was.
    pub back: Option<Duration>,
    /// Bits per second of the download, while it counted.
    pub download: Option<f64>,
}

/// What is carried through the tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// A call over RTMP.
    Rtmp,
    /// Published by RTMP, with AAC as a phone does, and played over HTTP-FLV.
    HttpFlv,
    /// The caller's over RTMP, with AAC; the callee's over QUIC, with the same.
    RtmpToQuic,
    /// A call over QUIC, and a download by TCP that begins when the weather turns and takes what it gets.
    QuicBesideDownload,
}

/// Runs a cell in real time, with this congestion control of TCP.
///
/// # Errors
/// When the path cannot be made or the call not be set up.
pub fn run_in_tunnel(
    cell: &Cell,
    (load, congestion): (Load, &'static str),
    seed: u64,
    clip: &Arc<Clip>,
) -> Result<TunnelRun> {
    let (far, near) = (Namespace::make("far")?, Namespace::make("near")?);
    let plan = Plan {
        clip: clip.clone(),
        load,
        congestion,
        downloaded: Arc::default(),
        both: Arc::new(Barrier::new(2)),
        end: SETTLED + cell.length,
    };
    let mut callee = Side::start(far, FAR, plan.clone(), serve)?;
    let mut caller = Side::start(near, NEAR, plan.clone(), join)?;
    let lanes = Arc::new(Lanes::fair(cell.round_trip / 2));
    let _tunnel = Tunnel::start(caller.device()?, callee.device()?, lanes.clone())?;
    let node = callee.node.recv().context("the node did not start")?;
    let begin = Instant::now();
    lanes.turn(cell, Party::Caller, seed, begin + BAD);
    for side in [&callee, &caller] {
        side.go
            .send(Go { begin, node })
            .context("a party has left")?;
    }
    let [(from_caller, at_caller), (from_callee, at_callee)] = [caller.end()?, callee.end()?];
    let span = SETTLED..SETTLED + cell.length;
    let directions = [(from_caller, &at_callee), (from_callee, &at_caller)];
    let judged = |(roll, log): (Roll, &Log)| -> Result<Direction> {
        let ssim = judge::ssim(clip, &roll, log, &span)?;
        Ok(Direction {
            ssim,
            ..Direction::of(&roll, log, cell, &span)
        })
    };
    let [there, back_again] = directions.map(judged);
    let directions = [there?, back_again?];
    let media = directions.each_ref().map(|direction| direction.published);
    let links = lanes.links(cell, media);
    let backs = [at_caller, at_callee].map(|log| back(&log, cell));
    Ok(TunnelRun {
        run: Run {
            directions: directions.into(),
            links: links.into(),
        },
        download: (load == Load::QuicBesideDownload)
            .then(|| plan.downloaded.bits_per_second(cell.length)),
        back: backs
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .and_then(|each| each.into_iter().max()),
    })
}

/// How long after its last outage a picture was at live again.
fn back(log: &Log, cell: &Cell) -> Option<Duration> {
    let changes: Vec<(Duration, &Weather)> = cell.changes().collect();
    let ends = changes
        .windows(2)
        .filter(|two| two[0].1.out && !two[1].1.out);
    let end = BAD + ends.map(|two| two[1].0).next_back()?;
    let mut after = log.pictures.iter().filter(|seen| seen.shown >= end);
    let live = after.find(|seen| seen.shown - seen.taken <= cell.in_time())?;
    Some(live.shown - end)
}

/// What both parties know before they begin.
#[derive(Clone)]
struct Plan {
    clip: Arc<Clip>,
    load: Load,
    /// TCP's.
    congestion: &'static str,
    downloaded: Arc<Downloaded>,
    /// Both have published.
    both: Arc<Barrier>,
    end: Duration,
}

/// Where the node is, and what it is known by.
#[derive(Debug, Clone, Copy)]
struct Node {
    rtmp: u16,
    http: u16,
    quic: u16,
    /// Where there is something to download.
    download: u16,
    sha256: [u8; 32],
}

/// When it begins, and with whom.
struct Go {
    begin: Instant,
    node: Node,
}

/// A thread in a namespace of its own.
struct Side {
    devices: mpsc::Receiver<SyncDevice>,
    node: mpsc::Receiver<Node>,
    go: mpsc::Sender<Go>,
    thread: Option<JoinHandle<Result<(Roll, Log)>>>,
}

/// What a party's thread does once it is in its namespace.
type Part = fn(Plan, mpsc::Sender<Node>, mpsc::Receiver<Go>) -> Result<(Roll, Log)>;

impl Side {
    fn start(namespace: Namespace, address: Ipv4Addr, plan: Plan, part: Part) -> Result<Self> {
        let (device, devices) = mpsc::channel();
        let (say, node) = mpsc::channel();
        let (go, gone) = mpsc::channel();
        let thread = std::thread::Builder::new().spawn(move || {
            device
                .send(namespace.enter(address, plan.congestion)?)
                .context("nobody wants it")?;
            part(plan, say, gone)
        })?;
        Ok(Self {
            devices,
            node,
            go,
            thread: Some(thread),
        })
    }

    fn device(&mut self) -> Result<SyncDevice> {
        match self.devices.recv() {
            Ok(device) => Ok(device),
            Err(_) => Err(self.end().err().context("a party left without a word")?),
        }
    }

    fn end(&mut self) -> Result<(Roll, Log)> {
        let thread = self.thread.take().context("it has ended before")?;
        thread.join().map_err(|_| anyhow!("a party panicked"))?
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

/// The node and the callee.
fn serve(plan: Plan, say: mpsc::Sender<Node>, go: mpsc::Receiver<Go>) -> Result<(Roll, Log)> {
    runtime()?.block_on(async {
        let (shell, endpoints) = node_in_real_time(&signer())?;
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
        let node = Node {
            rtmp: endpoints.rtmp_port,
            http: endpoints.http_port,
            quic: endpoints.udp_port,
            download: listener.local_addr()?.port(),
            sha256: pin(&shell),
        };
        tokio::spawn(upload(listener));
        say.send(node).context("nobody asks")?;
        let go = go.recv().context("nobody says go")?;
        converse(Party::Callee, Ipv4Addr::LOCALHOST, plan, go).await
    })
}

/// The caller.
fn join(plan: Plan, _: mpsc::Sender<Node>, go: mpsc::Receiver<Go>) -> Result<(Roll, Log)> {
    let go = go.recv().context("nobody says go")?;
    runtime()?.block_on(async {
        if plan.load != Load::QuicBesideDownload {
            return converse(Party::Caller, FAR, plan, go).await;
        }
        let (from, span) = ((FAR, go.node.download).into(), SETTLED..plan.end);
        let (downloaded, begin) = (plan.downloaded.clone(), go.begin);
        let download = tokio::spawn(async move { downloaded.take(from, begin, BAD, span).await });
        let conversed = converse(Party::Caller, FAR, plan, go).await?;
        download.await?.context("the download")?;
        Ok(conversed)
    })
}

/// The node trusts it.
fn signer() -> Signer {
    Signer::from_seed(&[7; 32])
}

/// A party's half of the call.
async fn converse(party: Party, node: Ipv4Addr, plan: Plan, go: Go) -> Result<(Roll, Log)> {
    let url = |scheme, act| {
        let (port, sha256) = match scheme {
            Scheme::Quic => (go.node.quic, Some(go.node.sha256)),
            Scheme::HttpFlv => (go.node.http, None),
            _ => (go.node.rtmp, None),
        };
        media_url(&signer(), scheme, (node.into(), port), sha256, act, party)
    };
    let (published, played) = match plan.load {
        Load::RtmpToQuic if party == Party::Callee => (Scheme::Quic, Scheme::Quic),
        Load::Rtmp | Load::RtmpToQuic => (Scheme::Rtmp, Scheme::Rtmp),
        Load::HttpFlv => (Scheme::Rtmp, Scheme::HttpFlv),
        Load::QuicBesideDownload => (Scheme::Quic, Scheme::Quic),
    };
    let connection = Connection::open(&url(published, Act::Publish), Act::Publish).await?;
    let mut camera = Camera::new(plan.clip, connection.sender(), go.begin);
    if matches!(plan.load, Load::HttpFlv | Load::RtmpToQuic) {
        camera = camera.with_aac();
    }
    let published = tokio::spawn(camera.work(connection, plan.end));
    plan.both.wait().await;
    let log = play(&url(played, Act::Play), go.begin, plan.end + REST).await?;
    Ok((published.await??, log))
}

/// Plays until `end`, counted from the beginning.
async fn play(url: &MediaUrl, begin: Instant, end: Duration) -> Result<Log> {
    let in_time = || {
        let stands = clock::since(begin);
        ensure!(stands < BAD, "{NAME} set the call up after {stands:?}");
        Ok(())
    };
    if url.scheme == Scheme::HttpFlv {
        let player = flv::Player::open(url).await?;
        in_time()?;
        return Ok(player.watch(begin, end).await);
    }
    let connection = Connection::open(url, Act::Play).await?;
    in_time()?;
    Ok(screen::watch(connection, begin, end).await)
}
