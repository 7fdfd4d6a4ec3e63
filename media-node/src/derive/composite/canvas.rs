//! The whole picture: both parties in their seats, and the watermark.

use super::panel::{BLACK, GREY, Panel, Plane};
use super::text;
use counterpart_shared::grant::Layout;
use openh264::formats::YUVSource;

/// Luma of an empty seat and of letters.
const EMPTY: u8 = 48;
const WHITE: u8 = 235;
/// What a line of the watermark at the bottom takes.
const LINE: usize = 20;
/// What is left free around it.
const MARGIN: usize = 4;
/// What is shown while a side is missing.
const NOTICE: [&str; 2] = ["无画面", "no picture"];
/// Letters of the watermark's clock, all of 8 points: `2023-11-15 06:13:20 +08:00`.
const CLOCK: usize = 26 * 8;

/// Where a party is seen; all even.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    x: usize,
    y: usize,
    /// Width and height.
    pub(super) size: (usize, usize),
}

/// How large the picture is, and where in it caller and callee are; the later lies over the earlier one.
pub(super) fn seats(layout: Layout) -> ((usize, usize), [Seat; 2]) {
    let seat = |x, y, size| Seat { x, y, size };
    match layout {
        Layout::SideBySide => {
            let half = (640, 480);
            ((1280, 480), [seat(0, 0, half), seat(640, 0, half)])
        }
        Layout::PictureInPicture => {
            let whole = (960, 720);
            (whole, [seat(0, 0, whole), seat(704, 16, (240, 180))])
        }
    }
}

/// A picture in YUV 4:2:0.
pub(super) struct Canvas {
    planes: [Plane; 3],
    seats: [Seat; 2],
    /// What says in each seat that its side is missing.
    missing: [Panel; 2],
    /// The watermark: 0 where the picture shines through.
    strip: Plane,
    label: String,
    said: String,
}

impl Canvas {
    /// A picture whose watermark says the time alone.
    pub(super) fn new(layout: Layout) -> Self {
        let ((width, height), seats) = seats(layout);
        let chroma = || Plane::new(width / 2, height / 2, GREY);
        Self {
            planes: [Plane::new(width, height, BLACK), chroma(), chroma()],
            missing: seats.map(|seat| missing(seat.size)),
            seats,
            strip: Plane::new(width, MARGIN + LINE, 0),
            label: String::new(),
            said: String::new(),
        }
    }

    /// Has the watermark say this beside the time from now on; below it where there is no room.
    pub(super) fn name(&mut self, label: String) {
        if self.label == label {
            return;
        }
        let width = self.strip.width;
        let beside = CLOCK + text::width(&label) + 4 * MARGIN <= width;
        let lines = if beside { 1 } else { 2 };
        self.strip = Plane::new(width, MARGIN + lines * LINE, 0);
        self.label = label;
        self.said.clear();
    }

    /// Puts a party into his seat, 0 the caller and 1 the callee; the notice if he is not seen.
    pub(super) fn put(&mut self, party: usize, panel: Option<&Panel>) {
        let (Some(seat), Some(missing)) = (self.seats.get(party), self.missing.get(party)) else {
            return;
        };
        let panel = panel.unwrap_or(missing);
        let planes = self.planes.iter_mut().zip(&panel.planes);
        for ((to, from), by) in planes.zip([1, 2, 2]) {
            let rows = to.bytes.chunks_exact_mut(to.width).skip(seat.y / by);
            for (to, from) in rows.zip(from.bytes.chunks_exact(from.width)) {
                to[seat.x / by..][..from.len()].copy_from_slice(from);
            }
        }
    }

    /// Draws the watermark over what was put: the time and what the recording is.
    pub(super) fn mark(&mut self, clock: &str) {
        if self.said != clock {
            self.said = clock.to_owned();
            self.strip.bytes.fill(0);
            let height = self.strip.bytes.len() / self.strip.width;
            let below = height - LINE;
            let x = self
                .strip
                .width
                .saturating_sub(text::width(&self.label) + 2 * MARGIN);
            text::draw(&mut self.strip, (2 * MARGIN, MARGIN), clock, 1, WHITE);
            text::draw(&mut self.strip, (x, below), &self.label, 1, WHITE);
        }
        let luma = &mut self.planes[0].bytes;
        let start = luma.len() - self.strip.bytes.len();
        for (pixel, mark) in luma[start..].iter_mut().zip(&self.strip.bytes) {
            // Darker behind the letters, so that they can be read on anything.
            *pixel = if *mark == 0 {
                BLACK + *pixel / 4
            } else {
                *mark
            };
        }
    }
}

fn missing(size: (usize, usize)) -> Panel {
    let mut panel = Panel::new(size);
    let luma = &mut panel.planes[0];
    luma.bytes.fill(EMPTY);
    for (line, (words, larger)) in NOTICE.iter().zip([4, 2]).enumerate() {
        let x = size.0.saturating_sub(text::width(words) * larger) / 2;
        let y = size.1 / 2 - text::HEIGHT * 4 + line * text::HEIGHT * 5;
        text::draw(luma, (x, y), words, larger, WHITE);
    }
    panel
}

impl YUVSource for Canvas {
    fn dimensions(&self) -> (usize, usize) {
        let luma = &self.planes[0];
        (luma.width, luma.bytes.len() / luma.width)
    }

    fn strides(&self) -> (usize, usize, usize) {
        let [y, u, v] = &self.planes;
        (y.width, u.width, v.width)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A panel of one luma.
    fn plain(size: (usize, usize), luma: u8) -> Panel {
        let mut panel = Panel::new(size);
        panel.planes[0].bytes.fill(luma);
        panel
    }

    fn at(canvas: &Canvas, x: usize, y: usize) -> u8 {
        canvas.y()[y * canvas.dimensions().0 + x]
    }

    #[test]
    fn each_party_has_his_seat() {
        for (layout, size, places) in [
            (Layout::SideBySide, (1280, 480), [(320, 200), (960, 200)]),
            (
                Layout::PictureInPicture,
                (960, 720),
                [(300, 300), (800, 100)],
            ),
        ] {
            let mut canvas = Canvas::new(layout);
            assert_eq!(canvas.dimensions(), size);
            let (_, seats) = seats(layout);
            for (party, luma) in [(0, 100), (1, 200)] {
                canvas.put(party, Some(&plain(seats[party].size, luma)));
            }
            let [caller, callee] = places.map(|(x, y)| at(&canvas, x, y));
            assert_eq!((caller, callee), (100, 200), "{layout:?}");
        }
    }

    #[test]
    fn a_label_without_room_stands_below_the_clock() {
        let label = "x".repeat(100);
        let mut short = Canvas::new(Layout::SideBySide);
        short.name(label.clone());
        let mut long = Canvas::new(Layout::PictureInPicture);
        long.mark("2023-11-15 06:13:20 +08:00");
        long.name(label);
        assert_eq!(
            (short.strip.bytes.len() / 1280, long.strip.bytes.len() / 960),
            (24, 44)
        );
        long.mark("2023-11-15 06:13:20 +08:00");
        let white = |y: usize| (0..960).any(|x| at(&long, x, y) == WHITE);
        assert!((720 - 44..720 - 20).any(white) && (720 - 20..720).any(white));
    }
}
