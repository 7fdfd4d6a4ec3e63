//! One call: two parties, a node between them, and the weather.
//!
//! The caller sits behind the bad link; both publish and play at once. The call is set up while the weather is fair. It turns bad
//! at [`BAD`]; what is published from [`SETTLED`] on counts, so that a cell shows the weather and not its first seconds.

use crate::beside::Neighbour;
use crate::camera::{Camera, Roll};
use crate::cells::Cell;
use crate::clip::Clip;
use crate::figures::{Direction, Link, Run};
use crate::judge;
use crate::lane::Lane;
use crate::net::{Access, Net};
use crate::node::{endpoint, node};
use crate::screen::{self, Log};
use crate::weather::Weather;
use anyhow::{Context, Result, ensure};
use counterpart_native::carry::{Connection, Way};
use counterpart_node::shell::Shell;
use counterpart_shared::grant::{Act, Composite, Grant, Layout, Signer};
use counterpart_shared::id::{CallId, Party, StreamId};
use counterpart_shared::session::{MediaUrl, Scheme};
use counterpart_transport::{Congestion, clock};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::task::JoinHandle;

/// When the weather turns bad.
pub(crate) const BAD: Duration = Duration::from_secs(2);
/// From when on it counts.
pub(crate) const SETTLED: Duration = Duration::from_secs(5);
/// After the last picture that counts: time for it to arrive.
const REST: Duration = Duration::from_secs(2);
/// In calls of this seed ffmpeg judges the pictures: it takes longer than the call.
const JUDGED: u64 = 1;

pub(crate) const NODE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 254));
pub(crate) const PORT: u16 = 4433;
const CALL: &str = "c1";
pub(crate) const NAME: &str = "n1";

/// What is measured: our media, under this congestion control at all ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What the table calls it.
    pub name: &'static str,
    /// The node's.
    pub node: Congestion,
    /// The clients'.
    pub client: Congestion,
}

/// Ours, and what others would do under our media.
pub const ROWS: [Row; 3] = [
    Row {
        name: "ours",
        node: Congestion::Steady,
        client: Congestion::Steady,
    },
    Row {
        name: "Cubic",
        node: Congestion::Cubic,
        client: Congestion::Cubic,
    },
    Row {
        name: "BBR",
        node: Congestion::Bbr,
        client: Congestion::Bbr,
    },
];

/// Runs a cell in virtual time; the same seed gives the same weather.
///
/// # Errors
/// When the call cannot be set up.
pub fn run(cell: &Cell, row: Row, seed: u64, clip: &Arc<Clip>) -> Result<Run> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    runtime.block_on(converse(cell, row, seed, clip))
}

async fn converse(cell: &Cell, row: Row, seed: u64, clip: &Arc<Clip>) -> Result<Run> {
    let world = World::new(cell, row, seed, clip.clone())?;
    let end = SETTLED + cell.length;
    let caller = Way {
        congestion: cell.of_caller.unwrap_or(row.client),
        ..world.endpoint(Party::Caller, seed)?
    };
    let callee = world.endpoint(Party::Callee, seed)?;
    let published = [
        world.publish(Party::Caller, &caller, end).await?,
        world.publish(Party::Callee, &callee, end).await?,
    ];
    let played = [
        world.play(Party::Callee, &callee, end + REST).await?,
        world.play(Party::Caller, &caller, end + REST).await?,
    ];
    ensure!(
        clock::since(world.begin) < BAD,
        "the call was not set up in time"
    );
    let span = SETTLED..end;
    let start = |beside| Neighbour::start(&world.net, beside, seed, world.begin, span.clone());
    let neighbour = cell.beside.map(start).transpose()?;
    let mut directions = Vec::new();
    for (roll, log) in published.into_iter().zip(played) {
        let (roll, log) = (roll.await??, log.await?);
        let mut direction = Direction::of(&roll, &log, cell, &span);
        if seed == JUDGED {
            direction.ssim = judge::ssim(clip, &roll, &log, &span)?;
        }
        directions.push(direction);
    }
    let (from, to) = world.net.notes(host(Party::Caller)).context("his link")?;
    let link = |notes, direction: &Direction| Link::of(&notes, direction.published, cell);
    let mut links = [link(from, &directions[0]), link(to, &directions[1])];
    if let Some(mut neighbour) = neighbour {
        links[neighbour.lane()].beside = Some(neighbour.rate()?);
    }
    Ok(Run {
        directions,
        links: links.into(),
    })
}

/// A node and its clients' links.
struct World {
    net: Arc<Net>,
    shell: Arc<Shell>,
    signer: Signer,
    row: Row,
    clip: Arc<Clip>,
    begin: Instant,
}

impl World {
    fn new(cell: &Cell, row: Row, seed: u64, clip: Arc<Clip>) -> Result<Self> {
        let begin = clock::now();
        let net = Arc::new(Net::default());
        for party in Party::BOTH {
            net.join(host(party), access(cell, party, seed, begin + BAD));
        }
        let signer = Signer::from_seed(&[7; 32]);
        let shell = node(&net, row, &signer)?;
        Ok(Self {
            net,
            shell,
            signer,
            row,
            clip,
            begin,
        })
    }

    fn endpoint(&self, party: Party, seed: u64) -> Result<Way> {
        let socket = self.net.open(SocketAddr::new(host(party), PORT));
        let endpoint = endpoint(None, socket, seed + party as u64)?;
        Ok(Way {
            endpoint: Some(endpoint),
            congestion: self.row.client,
        })
    }

    async fn publish(
        &self,
        party: Party,
        way: &Way,
        end: Duration,
    ) -> Result<JoinHandle<Result<Roll>>> {
        let url = self.url(Act::Publish, party);
        let connection = Connection::open_by(&url, Act::Publish, way).await?;
        let camera = Camera::new(self.clip.clone(), connection.sender(), self.begin);
        Ok(tokio::spawn(camera.work(connection, end)))
    }

    /// `party` plays the other one's stream.
    async fn play(&self, party: Party, way: &Way, end: Duration) -> Result<JoinHandle<Log>> {
        let url = self.url(Act::Play, party);
        let connection = Connection::open_by(&url, Act::Play, way).await?;
        Ok(tokio::spawn(screen::watch(connection, self.begin, end)))
    }

    fn url(&self, act: Act, party: Party) -> MediaUrl {
        let sha256 = pin(&self.shell);
        let node = (NODE, PORT);
        media_url(&self.signer, Scheme::Quic, node, Some(sha256), act, party)
    }
}

/// Where `party` publishes, or plays the other one's stream.
pub(crate) fn media_url(
    signer: &Signer,
    scheme: Scheme,
    (host, port): (IpAddr, u16),
    sha256: Option<[u8; 32]>,
    act: Act,
    party: Party,
) -> MediaUrl {
    let call: CallId = CALL.parse().expect("it is a call's id");
    let whose = if act == Act::Play {
        party.other()
    } else {
        party
    };
    let stream = StreamId::of(&call, whose);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    let grant = Grant {
        act,
        stream: stream.clone(),
        call,
        party,
        node: NAME.parse().expect("it is a node's id"),
        sub: party.to_string().parse().expect("it is a user's id"),
        serial: 1,
        record: false,
        watch: false,
        layout: Layout::default(),
        least_days: 0,
        composite: Composite::default(),
        desk: None,
        iat: now - 1,
        nbf: now - 1,
        exp: now + 600,
    };
    MediaUrl {
        scheme,
        host: host.to_string(),
        port,
        app: "live".to_owned(),
        stream: stream.to_string(),
        grant: Some(signer.sign_grant(&grant)),
        sha256,
    }
}

pub(crate) fn host(party: Party) -> IpAddr {
    let last = match party {
        Party::Caller => 1,
        Party::Callee => 2,
    };
    Ipv4Addr::new(10, 0, 0, last).into()
}

/// The access link of a party, where the weather turns at `bad`.
pub(crate) fn access(cell: &Cell, party: Party, seed: u64, bad: Instant) -> Access {
    let forecast = cell.forecast(party);
    let fair = forecast
        .at(Duration::ZERO)
        .map_or(Duration::ZERO, |first| first.delay);
    let lane = |which: u64| {
        let seed = seed * 100 + party as u64 * 10 + which;
        Lane::new(forecast.clone(), Weather::clean(fair), seed, bad)
    };
    Access {
        up: lane(0),
        down: lane(1),
    }
}

/// The hash by which clients know the node.
pub(crate) fn pin(shell: &Shell) -> [u8; 32] {
    hex(&shell.keys.daily_sha256())
}

/// The bytes of a SHA-256 in hexadecimal digits.
fn hex(text: &str) -> [u8; 32] {
    std::array::from_fn(|place| {
        let digits = text.get(place * 2..place * 2 + 2);
        digits.map_or(0, |digits| u8::from_str_radix(digits, 16).unwrap_or(0))
    })
}
