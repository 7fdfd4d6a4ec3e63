//! A bad network: a UDP relay that loses, delays and throttles, the same way each time.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

/// What a link does to packets, in each direction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) delay: Duration,
    /// Share of packets that are lost.
    pub(crate) loss: f64,
    /// Bits per second.
    pub(crate) rate: u64,
    /// What waits longer than this for its turn is lost.
    pub(crate) queue: Duration,
}

/// A relay between one client and the node.
pub(crate) struct BadLink {
    pub(crate) port: u16,
    _tasks: JoinSet<()>,
}

impl BadLink {
    pub(crate) async fn to(node: u16, weather: Weather) -> Self {
        let outside = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let inside = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        inside.connect((Ipv4Addr::LOCALHOST, node)).await.unwrap();
        let port = outside.local_addr().unwrap().port();
        let (outside, inside) = (Arc::new(outside), Arc::new(inside));
        let (client, known) = tokio::sync::watch::channel(None);
        let mut tasks = JoinSet::new();
        let up = {
            let (outside, inside) = (outside.clone(), inside.clone());
            async move {
                let mut lane = Lane::new(weather, 1);
                let mut packet = vec![0; 65_536];
                while let Ok((len, from)) = outside.recv_from(&mut packet).await {
                    client.send_replace(Some(from));
                    lane.carry(packet[..len].to_vec(), inside.clone(), None);
                }
            }
        };
        let down = async move {
            let mut lane = Lane::new(weather, 2);
            let mut packet = vec![0; 65_536];
            loop {
                let Ok(len) = inside.recv(&mut packet).await else {
                    continue;
                };
                let to = *known.borrow();
                lane.carry(packet[..len].to_vec(), outside.clone(), to);
            }
        };
        tasks.spawn(up);
        tasks.spawn(down);
        Self {
            port,
            _tasks: tasks,
        }
    }
}

/// One direction.
struct Lane {
    weather: Weather,
    chance: StdRng,
    /// When the last packet has left the bottleneck.
    free: Instant,
}

impl Lane {
    fn new(weather: Weather, seed: u64) -> Self {
        Self {
            weather,
            chance: StdRng::seed_from_u64(seed),
            free: Instant::now(),
        }
    }

    fn carry(&mut self, packet: Vec<u8>, socket: Arc<UdpSocket>, to: Option<SocketAddr>) {
        let now = Instant::now();
        let begin = self.free.max(now);
        if begin - now > self.weather.queue {
            return;
        }
        let bits = packet.len() as f64 * 8.0;
        self.free = begin + Duration::from_secs_f64(bits / self.weather.rate as f64);
        if self.chance.random_bool(self.weather.loss) {
            return;
        }
        let arrival = self.free + self.weather.delay;
        tokio::spawn(async move {
            tokio::time::sleep_until(arrival.into()).await;
            let _ = match to {
                Some(to) => socket.send_to(&packet, to).await,
                None => socket.send(&packet).await,
            };
        });
    }
}
