//! A generated moving picture with a clock for people.

use super::digits;
use super::size::Size;
use super::source::{PictureError, Source};
use super::yuv::Picture;
use crate::walltime::WallTime;

/// Samples after which the pattern repeats.
const PERIOD: usize = 128;

/// Bands of a soft wave that slide against each other, with the time of day in the middle.
#[derive(Debug)]
pub struct Clock {
    size: Size,
    /// One row of the wave, longer than the picture by one period.
    wave: Vec<u8>,
}

impl Clock {
    /// Of this size.
    pub fn new(size: Size) -> Self {
        let level = |x: usize| {
            let phase = x % PERIOD;
            48 + phase.min(PERIOD - phase) as u8 * 2
        };
        let wave = (0..size.width() + PERIOD).map(level).collect();
        Self { size, wave }
    }

    fn draw_bands(&self, picture: &mut Picture, number: u64) {
        let width = self.size.width();
        let step = usize::try_from(number * 2 % PERIOD as u64).expect("it is below the period");
        let hue = u8::try_from(number / 2 % 64).expect("it is below 64");
        let (y, u, v) = picture.planes_mut();
        for (row, samples) in y.chunks_exact_mut(width).enumerate() {
            let left = (row / 32).is_multiple_of(2);
            let shift = if left { step } else { PERIOD - step };
            samples.copy_from_slice(&self.wave[shift..shift + width]);
        }
        u.fill(96 + hue);
        v.fill(160 - hue);
    }
}

impl Source for Clock {
    fn size(&self) -> Size {
        self.size
    }

    fn fill(
        &mut self,
        picture: &mut Picture,
        number: u64,
        at: WallTime,
    ) -> Result<(), PictureError> {
        self.draw_bands(picture, number);
        let dot = (self.size.width() / 160).max(1);
        digits::draw(picture, &at.to_string(), dot.next_multiple_of(2));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openh264::formats::YUVSource;

    #[test]
    fn each_picture_differs_from_the_one_before() {
        let size = Size::default();
        let mut clock = Clock::new(size);
        let mut last = Vec::new();
        for number in 0..200 {
            let mut picture = Picture::black(size);
            let at = WallTime::from_micros(number * 40_000);
            clock.fill(&mut picture, number, at).unwrap();
            assert_ne!(picture.y(), last, "{number}");
            last = picture.y().to_vec();
        }
    }

    #[test]
    fn every_allowed_size_can_be_drawn() {
        for (width, height) in [(128, 192), (360, 640), (1280, 720), (1920, 1080)] {
            let size = Size::new(width, height).unwrap();
            let mut picture = Picture::black(size);
            Clock::new(size)
                .fill(&mut picture, 1, WallTime::from_micros(0))
                .unwrap();
        }
    }
}
