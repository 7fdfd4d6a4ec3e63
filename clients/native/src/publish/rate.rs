//! Which bitrate the encoder aims at.

/// The least that pictures are given.
const FLOOR: u32 = 40_000;

/// Who says what gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// The node, who sees all legs.
    Node,
    /// The publisher's own link.
    Link,
}

/// Follows whoever says less.
#[derive(Debug)]
pub struct Rate {
    ceiling: u32,
    sound: u32,
    current: u32,
    node: u32,
    link: u32,
}

impl Rate {
    /// Pictures begin at `ceiling` bits per second; sound takes `sound`.
    pub fn new(ceiling: u32, sound: u32) -> Self {
        Self {
            ceiling,
            sound,
            current: ceiling,
            node: u32::MAX,
            link: u32::MAX,
        }
    }

    /// What gets through with sound, once anybody has said so.
    pub fn told(&self) -> Option<u32> {
        let told = self.node.min(self.link);
        (told < u32::MAX).then_some(told)
    }

    /// So much gets through, pictures and sound together: the pictures' new bitrate, if it is to change.
    pub fn limit(&mut self, who: Says, total: u32) -> Option<u32> {
        match who {
            Says::Node => self.node = total,
            Says::Link => self.link = total,
        }
        let wanted = self.node.min(self.link).saturating_sub(self.sound);
        let wanted = wanted.min(self.ceiling).max(FLOOR.min(self.ceiling));
        let near = wanted.abs_diff(self.current) <= self.current / 50;
        if near {
            return None;
        }
        self.current = wanted;
        Some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_whoever_says_less() {
        let mut rate = Rate::new(600_000, 32_000);
        assert_eq!(rate.told(), None);
        assert_eq!(rate.limit(Says::Node, 2_000_000), None);
        assert_eq!(rate.limit(Says::Node, 625_000), None, "near enough");
        assert_eq!(rate.limit(Says::Node, 332_000), Some(300_000));
        assert_eq!(rate.limit(Says::Link, 500_000), None);
        assert_eq!(rate.limit(Says::Link, 232_000), Some(200_000));
        assert_eq!(rate.told(), Some(232_000));
        assert_eq!(rate.limit(Says::Node, 5_000_000), None);
        assert_eq!(rate.limit(Says::Link, 10_000_000), Some(600_000));
        assert_eq!(rate.limit(Says::Link, 0), Some(FLOOR));
    }

    #[test]
    fn a_ceiling_below_the_floor_holds() {
        let mut rate = Rate::new(30_000, 0);
        assert_eq!(rate.limit(Says::Node, 1), None);
    }
}
