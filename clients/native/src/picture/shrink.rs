//! Smaller pictures: each sample is the mean of those that it covers.

use super::yuv::Picture;
use openh264::formats::YUVSource;

/// Fills `to` with all of `from`, which is no smaller.
pub fn shrink(from: &Picture, to: &mut Picture) {
    let (old, new) = (from.size(), to.size());
    let planes = to.planes_mut();
    let planes = [
        (from.y(), planes.0, 1),
        (from.u(), planes.1, 2),
        (from.v(), planes.2, 2),
    ];
    for (samples, out, by) in planes {
        let height = (old.height() / by, new.height() / by);
        plane(samples, out, (old.width() / by, new.width() / by), height);
    }
}

/// Widths and heights before and after.
fn plane(samples: &[u8], out: &mut [u8], width: (usize, usize), height: (usize, usize)) {
    let columns: Vec<Vec<(usize, u32)>> = (0..width.1)
        .map(|at| covered(at, width).collect())
        .collect();
    let whole = (width.0 * height.0) as u32;
    let mut row = vec![0u32; width.0];
    for (at, out) in out.chunks_exact_mut(width.1).enumerate() {
        row.fill(0);
        for (place, weight) in covered(at, height) {
            let samples = &samples[place * width.0..][..width.0];
            for (sum, sample) in row.iter_mut().zip(samples) {
                *sum += weight * u32::from(*sample);
            }
        }
        for (out, column) in out.iter_mut().zip(&columns) {
            let sum: u32 = column
                .iter()
                .map(|(place, weight)| weight * row[*place])
                .sum();
            *out = ((sum + whole / 2) / whole) as u8;
        }
    }
}

/// Which samples of a row or column of `length.0` the one at `at` of `length.1` covers, and with which weight; the weights add up to
/// `length.0`.
fn covered(at: usize, length: (usize, usize)) -> impl Iterator<Item = (usize, u32)> {
    let (before, after) = length;
    let (from, to) = (at * before, (at + 1) * before);
    (from / after..to.div_ceil(after)).map(move |place| {
        let begin = from.max(place * after);
        let end = to.min((place + 1) * after);
        (place, (end - begin) as u32)
    })
}

#[cfg(test)]
mod tests {
    use super::super::size::Size;
    use super::*;

    fn size(width: usize, height: usize) -> Size {
        Size::new(width, height).unwrap()
    }

    #[test]
    fn half_the_size_is_the_mean_of_four() {
        let mut whole = Picture::black(size(256, 384));
        let (y, u, v) = whole.planes_mut();
        for (at, sample) in y.iter_mut().enumerate() {
            *sample = (at % 256) as u8;
        }
        u.fill(30);
        for (at, sample) in v.iter_mut().enumerate() {
            *sample = (at / 128) as u8;
        }
        let mut half = Picture::black(size(128, 192));
        shrink(&whole, &mut half);
        // 0 and 1 in both rows, rounded.
        assert_eq!(half.y()[..4], [1, 3, 5, 7]);
        assert_eq!(half.y()[128 * 191 + 127], 255);
        assert!(half.u().iter().all(|sample| *sample == 30));
        assert_eq!([half.v()[0], half.v()[64]], [1, 3]);
    }

    #[test]
    fn three_quarters_cover_one_and_a_third() {
        let weights = |at| covered(at, (4, 3)).collect::<Vec<_>>();
        assert_eq!(weights(0), [(0, 3), (1, 1)]);
        assert_eq!(weights(1), [(1, 2), (2, 2)]);
        assert_eq!(weights(2), [(2, 1), (3, 3)]);
        let mut whole = Picture::black(size(640, 360));
        whole.planes_mut().0.fill(235);
        let mut less = Picture::black(size(480, 270));
        shrink(&whole, &mut less);
        assert!(less.y().iter().all(|sample| *sample == 235));
        assert!(less.u().iter().all(|sample| *sample == 128));
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let mut whole = Picture::black(size(128, 192));
        for (at, sample) in whole.data_mut().iter_mut().enumerate() {
            *sample = (at * 7 % 251) as u8;
        }
        let mut same = Picture::black(whole.size());
        shrink(&whole, &mut same);
        assert_eq!(same.y(), whole.y());
        assert_eq!(same.v(), whole.v());
    }
}
