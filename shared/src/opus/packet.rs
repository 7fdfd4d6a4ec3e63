//! How long a packet sounds, from its first two bytes (RFC 6716 §3.1, §3.2).

use super::OpusError;

/// 120 ms, the longest packet (§3.2.5, requirement R5).
const MAX_SAMPLES: u32 = 5_760;

/// Samples per channel that `packet` decodes to, at 48 kHz.
pub fn packet_samples(packet: &[u8]) -> Result<u32, OpusError> {
    let toc = *packet.first().ok_or(OpusError::Truncated("Opus packet"))?;
    let samples = frame_samples(toc >> 3);
    let frames = match toc & 0x03 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1).ok_or(OpusError::Truncated("Opus packet"))? & 0x3F),
    };
    if frames == 0 || frames * samples > MAX_SAMPLES {
        return Err(OpusError::Duration { frames, samples });
    }
    Ok(frames * samples)
}

/// Samples of one frame under configuration 0 to 31 (table 2).
fn frame_samples(config: u8) -> u32 {
    let step = usize::from(config & 0x03);
    match config {
        0..=11 => [480, 960, 1920, 2880][step],
        12..=15 => [480, 960][step & 1],
        _ => [120, 240, 480, 960][step],
    }
}
