//! A look at the Y plane of a picture, whoever owns it.

/// Rows of luma samples.
#[derive(Debug, Clone, Copy)]
pub struct Luma<'a> {
    data: &'a [u8],
    stride: usize,
    width: usize,
    height: usize,
}

impl<'a> Luma<'a> {
    /// `height` rows of `width` samples, `stride` apart; nothing when `data` is too short for that.
    pub fn new(data: &'a [u8], stride: usize, width: usize, height: usize) -> Option<Self> {
        let needed = stride
            .checked_mul(height.checked_sub(1)?)?
            .checked_add(width)?;
        (width <= stride && needed <= data.len()).then_some(Self {
            data,
            stride,
            width,
            height,
        })
    }

    /// A rectangle of it, such as one party's half of a recording; nothing when it sticks out.
    pub fn crop(&self, x: usize, y: usize, width: usize, height: usize) -> Option<Luma<'a>> {
        let inside = x.checked_add(width)? <= self.width && y.checked_add(height)? <= self.height;
        let start = y.checked_mul(self.stride)?.checked_add(x)?;
        let data = if inside {
            self.data.get(start..)?
        } else {
            return None;
        };
        Luma::new(data, self.stride, width, height)
    }

    /// Samples of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The mean over a rectangle; nothing when it is empty or sticks out.
    pub fn mean(&self, x: usize, y: usize, width: usize, height: usize) -> Option<u8> {
        let area = self.crop(x, y, width, height)?;
        let row = |row: usize| &area.data[row * area.stride..][..width];
        let sum: usize = (0..height)
            .map(|y| {
                row(y)
                    .iter()
                    .map(|&sample| usize::from(sample))
                    .sum::<usize>()
            })
            .sum();
        u8::try_from(sum.checked_div(width * height)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_never_leaves_its_data() {
        let data = [0u8; 20];
        assert!(Luma::new(&data, 5, 5, 4).is_some());
        assert!(Luma::new(&data, 5, 5, 5).is_none());
        assert!(Luma::new(&data, 5, 6, 1).is_none());
        assert!(Luma::new(&data, 5, 5, 0).is_none());
        let luma = Luma::new(&data, 5, 4, 4).unwrap();
        assert!(luma.crop(1, 1, 3, 3).is_some());
        assert!(luma.crop(1, 1, 4, 3).is_none());
        assert!(luma.crop(usize::MAX, 1, 1, 1).is_none());
        assert_eq!(luma.mean(0, 0, 0, 1), None);
    }

    #[test]
    fn a_mean_is_of_its_rectangle_only() {
        let data: Vec<u8> = (0..16).map(|n| if n % 4 < 2 { 10 } else { 200 }).collect();
        let luma = Luma::new(&data, 4, 4, 4).unwrap();
        assert_eq!(luma.mean(0, 0, 2, 4), Some(10));
        assert_eq!(luma.mean(2, 1, 2, 2), Some(200));
        assert_eq!(luma.mean(1, 0, 2, 1), Some(105));
    }
}
