//! Somebody else on the caller's link: one QUIC connection that takes whatever the link gives, as a download by TCP does.

use crate::call::{BAD, host};
use crate::net::Net;
use crate::node::endpoint;
use anyhow::{Context, Result};
use counterpart_shared::id::Party;
use counterpart_transport::clock;
use quinn::congestion::{BbrConfig, CubicConfig, NewRenoConfig};
use quinn::rustls::RootCertStore;
use quinn::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use quinn::{ClientConfig, ConnectionError, RecvStream, SendStream, ServerConfig, TransportConfig};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

/// Where the other end of it is.
pub(crate) const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 253));
const PORT: u16 = 443;
/// The port on the caller's side.
const ITS_PORT: u16 = 5555;
const NAME: &str = "elsewhere";

/// What somebody else does on the caller's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// Whether it goes to the caller or comes from him.
    pub way: Way,
    /// How it finds its rate.
    pub control: Control,
    /// When it ends, counted from the beginning of the bad weather, if it does.
    pub until: Option<Duration>,
}

/// Which direction is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the caller.
    Download,
    /// From the caller.
    Upload,
}

/// A congestion control of quinn's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// RFC 9438.
    Cubic,
    /// RFC 9002.
    NewReno,
    /// As quinn has it.
    Bbr,
}

impl Control {
    fn transport(self) -> Arc<TransportConfig> {
        let mut transport = TransportConfig::default();
        match self {
            Self::Cubic => {
                transport.congestion_controller_factory(Arc::new(CubicConfig::default()))
            }
            Self::NewReno => {
                transport.congestion_controller_factory(Arc::new(NewRenoConfig::default()))
            }
            Self::Bbr => transport.congestion_controller_factory(Arc::new(BbrConfig::default())),
        };
        Arc::new(transport)
    }
}

/// It at work, until it is dropped.
pub(crate) struct Neighbour {
    way: Way,
    arrived: Arc<AtomicU64>,
    /// Seconds in which it counts.
    counted: f64,
    tasks: JoinSet<Result<()>>,
}

impl Neighbour {
    /// Begins with the bad weather; what arrives in `span` counts. Times are since `begin`.
    pub(crate) fn start(
        net: &Arc<Net>,
        beside: Beside,
        seed: u64,
        begin: Instant,
        span: Range<Duration>,
    ) -> Result<Self> {
        net.leave_out(ELSEWHERE);
        let (server, client) = configs(beside.control)?;
        let socket = net.open(SocketAddr::new(ELSEWHERE, PORT));
        let elsewhere = endpoint(Some(server), socket, seed + 10)?;
        let socket = net.open(SocketAddr::new(host(Party::Caller), ITS_PORT));
        let mut here = endpoint(None, socket, seed + 20)?;
        here.set_default_client_config(client);
        let end = beside.until.map_or(span.end, |until| BAD + until);
        let counted = span.start..span.end.min(end);
        let arrived = Arc::new(AtomicU64::new(0));
        let count = Count {
            begin,
            span: counted.clone(),
            arrived: arrived.clone(),
        };
        let way = beside.way;
        let mut tasks = JoinSet::new();
        let theirs = count.clone();
        tasks.spawn(async move {
            let incoming = elsewhere.accept().await.context("nobody comes")?;
            let connection = incoming.await?;
            let work = async {
                match way {
                    Way::Download => give(connection.open_uni().await?).await,
                    Way::Upload => theirs.take(connection.accept_uni().await?).await,
                }
            };
            let worked = work.await;
            match connection.close_reason() {
                Some(ConnectionError::ApplicationClosed(_)) => Ok(()),
                _ => worked,
            }
        });
        tasks.spawn(async move {
            sleep_until((begin + BAD).into()).await;
            let address = SocketAddr::new(ELSEWHERE, PORT);
            let connection = here.connect(address, NAME)?.await?;
            let work = async {
                match way {
                    Way::Download => count.take(connection.accept_uni().await?).await,
                    Way::Upload => give(connection.open_uni().await?).await,
                }
            };
            let over = sleep_until((begin + end).into());
            tokio::select! {
                worked = work => worked,
                () = over => {
                    connection.close(0u32.into(), b"enough");
                    Ok(())
                }
            }
        });
        Ok(Self {
            way,
            arrived,
            counted: counted.end.saturating_sub(counted.start).as_secs_f64(),
            tasks,
        })
    }

    /// Which direction of the caller's link it takes: from him 0, to him 1.
    pub(crate) fn lane(&self) -> usize {
        match self.way {
            Way::Upload => 0,
            Way::Download => 1,
        }
    }

    /// Bits per second of what arrived while it counted.
    ///
    /// # Errors
    /// When it ended before that for a fault.
    pub(crate) fn rate(&mut self) -> Result<f64> {
        while let Some(ended) = self.tasks.try_join_next() {
            ended?.context("somebody else's connection")?;
        }
        Ok(self.arrived.load(Ordering::Relaxed) as f64 * 8.0 / self.counted)
    }
}

/// Gives as much as is taken.
async fn give(mut stream: SendStream) -> Result<()> {
    loop {
        stream.write_all(&[0; 16_384]).await?;
    }
}

/// Counts what arrives in time.
#[derive(Clone)]
struct Count {
    begin: Instant,
    span: Range<Duration>,
    arrived: Arc<AtomicU64>,
}

impl Count {
    async fn take(self, mut stream: RecvStream) -> Result<()> {
        while let Some(chunk) = stream.read_chunk(65_536, true).await? {
            if self.span.contains(&clock::since(self.begin)) {
                let bytes = chunk.bytes.len() as u64;
                self.arrived.fetch_add(bytes, Ordering::Relaxed);
            }
        }
        Ok(())
    }
}

/// For both ends, who trust a certificate that is made for this.
fn configs(control: Control) -> Result<(ServerConfig, ClientConfig)> {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let key = PrivateKeyDer::from(key);
    let mut server = ServerConfig::with_single_cert(vec![certificate.clone()], key)?;
    server.transport_config(control.transport());
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let mut client = ClientConfig::with_root_certificates(Arc::new(roots))?;
    client.transport_config(control.transport());
    Ok((server, client))
}
