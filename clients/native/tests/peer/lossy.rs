//! A UDP path that loses and delays.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;

/// Each way.
const DELAY: Duration = Duration::from_millis(20);

/// One packet of so many is lost, each way.
const LOSS: u64 = 20;

/// A seeded sequence, so that each run loses alike.
struct Dice(u64);

impl Dice {
    fn loses(&mut self) -> bool {
        // Knuth's MMIX generator; the upper half is the random one.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).is_multiple_of(LOSS)
    }
}

/// The port of a path to this address.
pub(crate) async fn lossy_path(to: SocketAddr) -> u16 {
    let inside = Arc::new(UdpSocket::bind("[::1]:0").await.unwrap());
    let port = inside.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut clients: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
        let mut dice = Dice(1);
        let mut buffer = vec![0; 2048];
        while let Ok((length, from)) = inside.recv_from(&mut buffer).await {
            let outside = match clients.get(&from) {
                Some(outside) => outside.clone(),
                None => {
                    let outside = Arc::new(UdpSocket::bind("[::1]:0").await.unwrap());
                    outside.connect(to).await.unwrap();
                    tokio::spawn(back(inside.clone(), outside.clone(), from));
                    clients.insert(from, outside.clone());
                    outside
                }
            };
            if !dice.loses() {
                let packet = buffer[..length].to_vec();
                tokio::spawn(async move {
                    tokio::time::sleep(DELAY).await;
                    let _ = outside.send(&packet).await;
                });
            }
        }
    });
    port
}

async fn back(inside: Arc<UdpSocket>, outside: Arc<UdpSocket>, to: SocketAddr) {
    let mut dice = Dice(2);
    let mut buffer = vec![0; 2048];
    while let Ok(length) = outside.recv(&mut buffer).await {
        if !dice.loses() {
            let (inside, packet) = (inside.clone(), buffer[..length].to_vec());
            tokio::spawn(async move {
                tokio::time::sleep(DELAY).await;
                let _ = inside.send_to(&packet, to).await;
            });
        }
    }
}
