//! Aggregate messages (§7.1.6): FLV tags with their back pointers in one message.

use super::Message;
use bytes::Buf;

/// Type 1, length 3, time 3 and its upper 8 bits 1, stream id 3.
const HEADER: usize = 11;
/// The back pointer behind each part; the last one's is missing from some.
const BACK_POINTER: usize = 4;

/// Why an aggregate cannot be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AggregateError {
    /// A part's header or body ends after the message.
    #[error(
        "an aggregate of {length} bytes ends inside the part at byte {offset}, which needs {needed}"
    )]
    Truncated {
        /// The aggregate's length.
        length: usize,
        /// Where the part begins.
        offset: usize,
        /// The part's length, as far as it is known.
        needed: usize,
    },
}

/// The parts of an aggregate, on its message stream. Times are moved so that the first part has the aggregate's.
///
/// # Errors
/// See [`AggregateError`].
pub fn split(aggregate: &Message) -> Result<Vec<Message>, AggregateError> {
    let mut parts: Vec<Message> = Vec::new();
    let mut first_time = None;
    let mut rest = aggregate.payload.clone();
    while !rest.is_empty() {
        let offset = aggregate.payload.len() - rest.len();
        let truncated = |needed| AggregateError::Truncated {
            length: aggregate.payload.len(),
            offset,
            needed,
        };
        if rest.len() < HEADER {
            return Err(truncated(HEADER));
        }
        let (kind, length, time) = header(&rest);
        let whole = HEADER + length;
        if rest.len() < whole {
            return Err(truncated(whole));
        }
        let shift = time.wrapping_sub(*first_time.get_or_insert(time));
        parts.push(Message {
            kind: kind.into(),
            stream_id: aggregate.stream_id,
            timestamp: aggregate.timestamp.wrapping_add(shift),
            payload: rest.slice(HEADER..whole),
        });
        rest.advance(rest.len().min(whole + BACK_POINTER));
    }
    Ok(parts)
}

fn header(part: &[u8]) -> (u8, usize, u32) {
    let length = u32::from_be_bytes([0, part[1], part[2], part[3]]);
    let time = u32::from_be_bytes([part[7], part[4], part[5], part[6]]);
    (part[0], length as usize, time)
}
