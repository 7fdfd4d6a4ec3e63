//! The whole picture: two halves and the watermark.

use super::panel::{BLACK, GREY, HEIGHT, Panel, Plane, WIDTH};
use super::text;
use openh264::formats::YUVSource;

/// Width of both halves.
pub(super) const FULL: usize = 2 * WIDTH;
/// Luma of the empty half and of letters.
const EMPTY: u8 = 48;
const WHITE: u8 = 235;
/// The strip at the bottom that carries the watermark.
const STRIP: usize = 24;
/// What is shown while a side is missing.
const NOTICE: [&str; 2] = ["无画面", "no picture"];

/// A picture in YUV 4:2:0.
pub(super) struct Canvas {
    planes: [Plane; 3],
    /// The half that says that a side is missing.
    missing: Panel,
    /// The watermark: 0 where the picture shines through.
    strip: Plane,
    said: String,
}

impl Canvas {
    pub(super) fn new() -> Self {
        let chroma = || Plane::new(FULL / 2, HEIGHT / 2, GREY);
        Self {
            planes: [Plane::new(FULL, HEIGHT, BLACK), chroma(), chroma()],
            missing: missing(),
            strip: Plane::new(FULL, STRIP, 0),
            said: String::new(),
        }
    }

    /// Puts a half into its place, 0 left and 1 right; the notice if there is none.
    pub(super) fn put(&mut self, half: usize, panel: Option<&Panel>) {
        let panel = panel.unwrap_or(&self.missing);
        for (to, from) in self.planes.iter_mut().zip(&panel.planes) {
            let rows = to.bytes.chunks_exact_mut(to.width);
            for (to, from) in rows.zip(from.bytes.chunks_exact(from.width)) {
                to[half * from.len()..][..from.len()].copy_from_slice(from);
            }
        }
    }

    /// Draws the watermark over what was put: the time and what the recording is.
    pub(super) fn mark(&mut self, clock: &str, label: &str) {
        if self.said != clock {
            self.said = clock.to_owned();
            self.strip.bytes.fill(0);
            text::draw(&mut self.strip, (8, 4), clock, 1, WHITE);
            let x = FULL.saturating_sub(text::width(label) + 8);
            text::draw(&mut self.strip, (x, 4), label, 1, WHITE);
        }
        let start = (HEIGHT - STRIP) * FULL;
        for (pixel, mark) in self.planes[0].bytes[start..]
            .iter_mut()
            .zip(&self.strip.bytes)
        {
            // Darker behind the letters, so that they can be read on anything.
            *pixel = if *mark == 0 {
                BLACK + *pixel / 4
            } else {
                *mark
            };
        }
    }
}

fn missing() -> Panel {
    let mut panel = Panel::default();
    let luma = &mut panel.planes[0];
    luma.bytes.fill(EMPTY);
    for (line, (words, size)) in NOTICE.iter().zip([4, 2]).enumerate() {
        let x = (WIDTH - text::width(words) * size) / 2;
        let y = HEIGHT / 2 - text::HEIGHT * 4 + line * text::HEIGHT * 5;
        text::draw(luma, (x, y), words, size, WHITE);
    }
    panel
}

impl YUVSource for Canvas {
    fn dimensions(&self) -> (usize, usize) {
        (FULL, HEIGHT)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (FULL, FULL / 2, FULL / 2)
    }

    fn y(&self) -> &[u8] {
        &self.planes[0].bytes
    }

    fn u(&self) -> &[u8] {
        &self.planes[1].bytes
    }

    fn v(&self) -> &[u8] {
        &self.planes[2].bytes
    }
}
