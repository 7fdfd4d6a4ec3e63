//! The pictures of the lab: the sizes that a real encoder gave them.
//!
//! What a picture shows does not matter to a network, its size does. So the encoder of the native client was asked once, at a
//! number of bitrates, and `clip.json` keeps what it said. Between two bitrates the sizes of the lower one are scaled up.

use anyhow::{Context, Result};
use counterpart_native::WallTime;
use counterpart_native::encode::{VideoEncoder, VideoSettings};
use counterpart_native::picture::{Picture, PictureSource};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

/// Pictures per second.
pub(crate) const FPS: u32 = 30;
/// From one keyframe to the next, if nobody asks for one: two seconds, as the native client does it.
const GROUP: usize = 60;
/// Groups of each bitrate: ten seconds.
const GROUPS: u64 = 5;
/// Bits per second that the encoder was asked for.
const BITRATES: [u32; 10] = [
    80_000, 120_000, 180_000, 250_000, 350_000, 450_000, 600_000, 750_000, 900_000, 1_000_000,
];
/// How much a camera's noise moves a sample up or down.
const NOISE: u8 = 3;

/// The clip.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Clip {
    ladder: Vec<Rung>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Rung {
    bitrate: u32,
    /// Bytes of each picture; a keyframe and what follows it. 0: the encoder left it out to keep to the bitrate.
    groups: Vec<Vec<u32>>,
}

impl Clip {
    /// The one that is kept.
    ///
    /// # Errors
    /// When it does not read as one.
    pub fn kept() -> Result<Self> {
        serde_json::from_str(include_str!("../clip.json")).context("clip.json")
    }

    /// Asks the encoder again.
    ///
    /// # Errors
    /// When it cannot encode.
    pub fn encode() -> Result<Self> {
        let ladder = BITRATES.into_iter().map(rung).collect::<Result<_>>()?;
        Ok(Self { ladder })
    }

    /// Bytes of a picture, so many pictures after a keyframe, at a bitrate. Groups follow each other, and the first comes
    /// after the last.
    pub(crate) fn size(&self, bitrate: u32, group: usize, place: usize) -> usize {
        let rungs = &self.ladder;
        let below = rungs.iter().rev().find(|rung| rung.bitrate <= bitrate);
        let rung = below.unwrap_or(&rungs[0]);
        let size = rung.groups[group % rung.groups.len()][place % GROUP];
        (f64::from(size) * f64::from(bitrate) / f64::from(rung.bitrate)) as usize
    }

    /// Whether the picture in this place begins a group.
    pub(crate) fn is_key(place: usize) -> bool {
        place.is_multiple_of(GROUP)
    }
}

fn rung(bitrate: u32) -> Result<Rung> {
    let mut source = PictureSource::default().open()?;
    let mut picture = Picture::black(source.size());
    let mut encoder = VideoEncoder::new(VideoSettings { bitrate, fps: FPS })?;
    let mut chance = StdRng::seed_from_u64(1);
    let mut groups = Vec::new();
    for group in 0..GROUPS {
        encoder.force_keyframe();
        let mut sizes = Vec::new();
        for place in 0..GROUP as u64 {
            let number = group * GROUP as u64 + place;
            let at = WallTime::from_micros(number * 1_000_000 / u64::from(FPS));
            source.fill(&mut picture, number, at)?;
            let (luma, _, _) = picture.planes_mut();
            for sample in luma {
                *sample =
                    sample.saturating_add(chance.random_range(0..=2 * NOISE)) - NOISE.min(*sample);
            }
            let coded = encoder.encode(&picture)?;
            sizes.push(coded.map_or(0, |coded| coded.body.len() as u32));
        }
        groups.push(sizes);
    }
    Ok(Rung { bitrate, groups })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_to_its_bitrates() {
        let clip = Clip::kept().unwrap();
        for bitrate in [100_000, 300_000, 600_000, 1_000_000] {
            let pictures = 0..GROUPS as usize * GROUP;
            let bytes: usize = pictures
                .map(|n| clip.size(bitrate, n / GROUP, n % GROUP))
                .sum();
            let real = bytes as f64 * 8.0 / 10.0 / f64::from(bitrate);
            assert!((0.7..1.2).contains(&real), "{bitrate}: {real}");
        }
    }
}
