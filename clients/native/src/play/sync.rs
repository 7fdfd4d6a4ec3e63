//! The step between sound and picture.

use super::delays::Times;

/// Beginnings further apart than this do not belong together.
const SAME: f64 = 400.0;

/// Pairs the beginnings of flashes and beeps on the stream's own time line.
#[derive(Debug, Default)]
pub(super) struct Sync {
    flash: Option<f64>,
    beep: Option<f64>,
    pub(super) steps: Times,
}

impl Sync {
    /// A flash begins at this time, in milliseconds. Later pictures of the same flash say the same again.
    pub(super) fn flash(&mut self, at: f64) {
        self.flash = Some(at);
        self.pair();
    }

    /// A beep begins at this time.
    pub(super) fn beep(&mut self, at: f64) {
        self.beep = Some(at);
        self.pair();
    }

    fn pair(&mut self) {
        if let (Some(flash), Some(beep)) = (self.flash, self.beep)
            && (beep - flash).abs() < SAME
        {
            self.steps.push(beep - flash);
            self.beep = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_beep_is_paired_once_with_its_own_flash() {
        let mut sync = Sync::default();
        for second in [1000.0, 2000.0, 3000.0] {
            sync.flash(second);
            sync.flash(second);
            sync.beep(second + 12.0);
        }
        sync.beep(4005.0);
        sync.flash(4000.0);
        sync.beep(9000.0);
        let spread = sync.steps.spread().unwrap();
        assert_eq!((spread.count, spread.min, spread.max), (4, 5.0, 12.0));
    }
}
