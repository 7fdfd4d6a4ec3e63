//! A picture on its way to a page, which sees its stream in order only: parity beside it is enough without it.

use bytes::Bytes;
use counterpart_shared::quic::{Redundancy, protect};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use web_transport_quinn::{SendStream, Session};

/// What is left free for sound in the buffer of datagrams.
const FOR_SOUND: usize = 4 * 1024;
/// The share of pictures whose parity may be too little: their streams come, too.
const MISSING: f64 = 0.03;
/// The stream's own packets go ahead by so much: whoever has them needs not compute what was in them.
const AHEAD: Duration = Duration::from_millis(4);
/// What a page may take longer than a round trip to say that it has a picture.
const ACKNOWLEDGED: Duration = Duration::from_millis(40);
/// The code of a stream that is reset because it has outlived its use.
const OUTLIVED: u32 = 2;

/// How many packets of parity go with a picture of so many bytes, if they find room in half the congestion window beside what is under way.
pub(super) fn parity(
    session: &Session,
    redundancy: &Redundancy,
    bytes: u64,
    under_way: u64,
) -> usize {
    let connection: &quinn::Connection = session;
    let path = connection.stats().path;
    let size = u64::from(path.current_mtu.max(1));
    let packets = bytes.div_ceil(size).max(1) as usize;
    let room = (path.cwnd / 2).saturating_sub(under_way + bytes) / size;
    match redundancy.parity(packets, MISSING) {
        0 => 0,
        lost if (packets + lost) as u64 <= room => packets + lost,
        _ => 0,
    }
}

/// Sends all of it, and `parity` packets of parity; waits until it has arrived. What has not after a round trip gets as much again. After `deadline` the stream
/// is reset, and the answer is no. `key` is the sequence of its first message.
pub(super) async fn deliver(
    session: &Session,
    mut stream: SendStream,
    key: u64,
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
        stream.finish().ok()?;
        if !content.is_empty() {
            sleep(AHEAD).await;
        }
        let room = session.max_datagram_size();
        let mut first = protect(key, &content, parity * 2, room);
        let rest = first.split_off(first.len().div_ceil(2));
        stand_in(session, first);
        match timeout(session.rtt() + ACKNOWLEDGED, stream.stopped()).await {
            Ok(arrived) => arrived.ok()?,
            Err(_) => {
                stand_in(session, rest);
                stream.stopped().await.ok()?
            }
        };
        Some(())
    };
    let arrived = timeout(deadline, send).await.is_ok();
    let _ = stream.reset(OUTLIVED);
    arrived
}

/// Sends parity as far as sound has room beside it.
fn stand_in(session: &Session, parity: Vec<Bytes>) {
    for datagram in parity {
        if session.datagram_send_buffer_space() < datagram.len() + FOR_SOUND {
            return;
        }
        let _ = session.send_datagram(datagram);
    }
}
