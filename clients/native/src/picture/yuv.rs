//! One picture in memory.

use super::luma::Luma;
use super::size::Size;
use openh264::formats::YUVSource;

/// Y'CbCr 4:2:0 in limited range (16 is black, 235 is white), planes one after the other.
#[derive(Debug, Clone)]
pub struct Picture {
    size: Size,
    data: Vec<u8>,
}

impl Picture {
    /// All black.
    pub fn black(size: Size) -> Self {
        let luma = size.width() * size.height();
        let mut data = vec![16; luma];
        data.resize(luma + luma / 2, 128);
        Self { size, data }
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// All planes: Y, then Cb, then Cr.
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// The Y plane.
    pub fn luma(&self) -> Luma<'_> {
        let (width, height) = (self.size.width(), self.size.height());
        Luma::new(self.y(), width, width, height).expect("the plane has the picture's size")
    }

    /// Y, Cb and Cr, to draw on.
    pub fn planes_mut(&mut self) -> (&mut [u8], &mut [u8], &mut [u8]) {
        let luma = self.size.width() * self.size.height();
        let (y, chroma) = self.data.split_at_mut(luma);
        let (u, v) = chroma.split_at_mut(luma / 4);
        (y, u, v)
    }

    /// Fills a rectangle of even coordinates with grey of this luma.
    pub(super) fn fill_grey(&mut self, x: usize, y: usize, width: usize, height: usize, grey: u8) {
        let stride = self.size.width();
        let (luma, u, v) = self.planes_mut();
        for row in y..y + height {
            luma[row * stride + x..][..width].fill(grey);
        }
        for row in y / 2..(y + height) / 2 {
            let start = row * stride / 2 + x / 2;
            u[start..][..width / 2].fill(128);
            v[start..][..width / 2].fill(128);
        }
    }
}

impl YUVSource for Picture {
    fn dimensions(&self) -> (usize, usize) {
        (self.size.width(), self.size.height())
    }

    fn strides(&self) -> (usize, usize, usize) {
        let width = self.size.width();
        (width, width / 2, width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.data[..self.size.width() * self.size.height()]
    }

    fn u(&self) -> &[u8] {
        let luma = self.size.width() * self.size.height();
        &self.data[luma..luma + luma / 4]
    }

    fn v(&self) -> &[u8] {
        let luma = self.size.width() * self.size.height();
        &self.data[luma + luma / 4..]
    }
}
