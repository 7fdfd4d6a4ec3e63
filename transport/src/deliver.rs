//! A media stream on its way, with what stands in for its lost packets.

use bytes::Bytes;
use counterpart_shared::quic::{Redundancy, protect};
use quinn::{Connection, SendStream};
use std::time::Duration;
use tokio::time::timeout;

/// What is left free for sound in the buffer of datagrams.
const FOR_SOUND: usize = 4 * 1024;
/// Beyond this round trip a conversation does not bear that a picture waits for another one.
const LONG: Duration = Duration::from_millis(40);
/// The share of pictures that may need more, where a round trip is short and where it is not.
const MISSING: f64 = 0.05;
const MISSING_FAR: f64 = 0.01;
/// What an acknowledgement may take longer than the mean round trip.
const ACKNOWLEDGED: Duration = Duration::from_millis(10);

/// How often parity is sent, each time other symbols: with the stream, when that should have arrived, and half a round trip later where
/// the window is so wide, in bytes: otherwise it may be a queue that is in the way.
const VOLLEYS: usize = 3;
const WIDE: u64 = 64 * 1024;

/// The code of a stream that is reset because it has outlived its use.
const OUTLIVED: u32 = 1;

/// How much parity goes with a media stream of so many bytes, counted in packets, if it finds room in half the congestion window
/// beside what is under way: the other half is for sound.
pub fn parity(
    connection: &Connection,
    redundancy: &Redundancy,
    bytes: u64,
    under_way: u64,
) -> usize {
    let path = connection.stats().path;
    let missing = if path.rtt > LONG {
        MISSING_FAR
    } else {
        MISSING
    };
    let size = u64::from(path.current_mtu.max(1));
    let packets = bytes.div_ceil(size).max(1);
    let parity = redundancy.parity(packets as usize, missing);
    let room = (path.cwnd / 2).saturating_sub(under_way + bytes) / size;
    parity.min(room as usize)
}

/// Sends all of it, and parity; waits until it has arrived. What has not after a round trip gets as much parity again, and once more
/// half a round trip later where there is much room: that is sooner there than what the stream itself sends again, and whatever of it
/// arrives helps. After `deadline` it is reset, and the answer is no.
pub async fn deliver(
    connection: &Connection,
    mut stream: SendStream,
    mut pieces: Vec<Bytes>,
    parity: usize,
    deadline: Duration,
) -> bool {
    let content = if parity > 0 {
        pieces.concat()
    } else {
        Vec::new()
    };
    let send = async {
        stream.write_all_chunks(&mut pieces).await.ok()?;
        let room = connection.max_datagram_size().unwrap_or(0);
        let all = protect(stream.id().index(), &content, parity * VOLLEYS, room);
        let mut volleys = all.chunks(all.len().div_ceil(VOLLEYS).max(1));
        stand_in(connection, volleys.next().unwrap_or_default());
        stream.finish().ok()?;
        let trip = connection.rtt();
        let dues = [(trip + ACKNOWLEDGED, 0), (trip / 2, WIDE)];
        for ((due, window), volley) in dues.into_iter().zip(volleys) {
            match timeout(due, stream.stopped()).await {
                Ok(arrived) => return arrived.ok().map(drop),
                Err(_) if connection.stats().path.cwnd < window => break,
                Err(_) => stand_in(connection, volley),
            }
        }
        stream.stopped().await.ok().map(drop)
    };
    let arrived = timeout(deadline, send).await.is_ok();
    // What its receiver made of parity, and what is too late, is not to be sent again. One that has arrived has nothing
    // to reset.
    let _ = stream.reset(OUTLIVED.into());
    arrived
}

/// Sends parity as far as sound has room beside it. The connection may have ended meanwhile, which the stream finds out too.
fn stand_in(connection: &Connection, parity: &[Bytes]) {
    for datagram in parity {
        if connection.datagram_send_buffer_space() < datagram.len() + FOR_SOUND {
            return;
        }
        let _ = connection.send_datagram(datagram.clone());
    }
}
