//! What is seen of one party, filled by a picture of any size.

use openh264::decoder::DecodedYUV;
use openh264::formats::YUVSource;

/// Luma of black, and chroma without colour.
pub(super) const BLACK: u8 = 16;
pub(super) const GREY: u8 = 128;

/// A plane of bytes.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) bytes: Vec<u8>,
}

impl Plane {
    pub(super) fn new(width: usize, height: usize, value: u8) -> Self {
        Self {
            width,
            bytes: vec![value; width * height],
        }
    }
}

/// One party in YUV 4:2:0.
pub(super) struct Panel {
    pub(super) planes: [Plane; 3],
    /// Size of the picture that was scaled last, for which the tables stand.
    size: (usize, usize),
    place: Rect,
    columns: Vec<(usize, u32)>,
}

/// Where the picture lies in it; all even.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Rect {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Panel {
    /// A black one of this width and height.
    pub(super) fn new((width, height): (usize, usize)) -> Self {
        let chroma = || Plane::new(width / 2, height / 2, GREY);
        Self {
            planes: [Plane::new(width, height, BLACK), chroma(), chroma()],
            size: (0, 0),
            place: Rect::default(),
            columns: Vec::new(),
        }
    }

    /// Width and height.
    fn whole(&self) -> (usize, usize) {
        let luma = &self.planes[0];
        (luma.width, luma.bytes.len() / luma.width)
    }

    /// Scales a picture so that all of it is seen, as large as it will be.
    pub(super) fn fit(&mut self, picture: &DecodedYUV<'_>) {
        let size = picture.dimensions();
        if size != self.size {
            let whole = self.whole();
            *self = Self::new(whole);
            self.size = size;
            self.place = place(size, whole);
        }
        let (y, u, v) = picture.strides();
        let planes = [
            (picture.y(), y, 1),
            (picture.u(), u, 2),
            (picture.v(), v, 2),
        ];
        for (plane, (bytes, stride, by)) in self.planes.iter_mut().zip(planes) {
            let place = self.place.divided(by);
            let from = From {
                bytes,
                stride,
                width: size.0 / by,
                height: size.1 / by,
            };
            scale(&from, plane, place, &mut self.columns);
        }
    }
}

impl Rect {
    fn divided(self, by: usize) -> Self {
        Self {
            x: self.x / by,
            y: self.y / by,
            width: self.width / by,
            height: self.height / by,
        }
    }
}

fn place((width, height): (usize, usize), whole: (usize, usize)) -> Rect {
    if width == 0 || height == 0 {
        return Rect::default();
    }
    let by_width = (whole.0, height * whole.0 / width);
    let by_height = (width * whole.1 / height, whole.1);
    let (width, height) = if by_width.1 <= whole.1 {
        by_width
    } else {
        by_height
    };
    let (width, height) = (width & !3, height & !3);
    Rect {
        x: ((whole.0 - width) / 2) & !1,
        y: ((whole.1 - height) / 2) & !1,
        width,
        height,
    }
}

/// A plane of the picture.
struct From<'a> {
    bytes: &'a [u8],
    stride: usize,
    width: usize,
    height: usize,
}

impl<'a> From<'a> {
    fn row(&self, y: usize) -> &'a [u8] {
        let start = y.min(self.height.saturating_sub(1)) * self.stride;
        self.bytes
            .get(start..start + self.width)
            .unwrap_or_default()
    }
}

/// Bilinear, with weights of 8 bits; rows of the same width are mixed or copied as they are.
fn scale(from: &From<'_>, to: &mut Plane, place: Rect, columns: &mut Vec<(usize, u32)>) {
    if from.width < 2 || from.height == 0 {
        return;
    }
    columns.clear();
    columns.extend((0..place.width).map(|x| source_of(x, place.width, from.width)));
    for y in 0..place.height {
        let (top, weight) = source_of(y, place.height, from.height);
        let start = (place.y + y) * to.width + place.x;
        let Some(out) = to.bytes.get_mut(start..start + place.width) else {
            return;
        };
        let (above, below) = (from.row(top), from.row(top + 1));
        if from.width == place.width && weight == 0 {
            out.copy_from_slice(above);
            continue;
        }
        for (out, &(x, across)) in out.iter_mut().zip(columns.iter()) {
            let mix = |row: &[u8]| match row.get(x..x + 2) {
                Some([a, b]) => u32::from(*a) * (256 - across) + u32::from(*b) * across,
                _ => 0,
            };
            let mixed = mix(above) * (256 - weight) + mix(below) * weight;
            *out = (mixed >> 16) as u8;
        }
    }
}

/// Which source a place lies behind, and how far, in parts of 256: centre on centre.
fn source_of(at: usize, length: usize, source: usize) -> (usize, u32) {
    let centre = ((2 * at + 1) * source * 128 / length).saturating_sub(128);
    let first = (centre / 256).min(source.saturating_sub(2));
    (first, (centre - first * 256).min(256) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_seen_whole_and_as_large_as_it_will_be() {
        let rect = |x, y, width, height| Rect {
            x,
            y,
            width,
            height,
        };
        assert_eq!(place((640, 480), (640, 480)), rect(0, 0, 640, 480));
        assert_eq!(place((1280, 720), (640, 480)), rect(0, 60, 640, 360));
        assert_eq!(place((360, 640), (640, 480)), rect(186, 0, 268, 480));
        assert_eq!(place((2, 2), (640, 480)), rect(80, 0, 480, 480));
    }

    #[test]
    fn scaling_keeps_edges_and_means() {
        let bytes: Vec<u8> = (0..16).map(|n| if n % 4 < 2 { 0 } else { 200 }).collect();
        let from = From {
            bytes: &bytes,
            stride: 4,
            width: 4,
            height: 4,
        };
        let mut to = Plane::new(8, 8, 7);
        let place = Rect {
            x: 0,
            y: 0,
            width: 8,
            height: 8,
        };
        scale(&from, &mut to, place, &mut Vec::new());
        assert_eq!(to.bytes[..8], [0, 0, 0, 50, 150, 200, 200, 200]);
        let mut half = Plane::new(2, 2, 7);
        let place = Rect {
            x: 0,
            y: 0,
            width: 2,
            height: 2,
        };
        scale(&from, &mut half, place, &mut Vec::new());
        assert_eq!(half.bytes, [0, 200, 0, 200]);
    }
}
