//! How long it pays to wait for a message.

/// What is taken for the latest before anything was late: three packets of sound.
const FIRST: u64 = 70;
/// Beyond the latest, for one that is a little later.
const MARGIN: u64 = 10;
/// The least: two packets of sound may change places.
const LEAST: u64 = 30;
/// For how long a way is remembered: this and once more, in milliseconds.
const MEMORY: u64 = 6_000;

/// Knows how late messages come, against the quickest way of late, and so until when it pays to wait for one.
///
/// Lateness counts whatever the reason: a copy that came with a later datagram, a queue, a detour. The sender's clock and ours
/// may differ and drift; only differences count.
#[derive(Debug, Clone)]
pub(super) struct Lateness {
    /// Our clock minus the sender's at the quickest: in this while and in the one before.
    quickest: Option<[i64; 2]>,
    /// The latest beyond that, likewise.
    latest: [u64; 2],
    since: u64,
    /// When something came last that was too late to be waited for.
    beyond: Option<u64>,
}

impl Lateness {
    /// Before the first message.
    pub(super) fn new() -> Self {
        Self {
            quickest: None,
            latest: [0, FIRST],
            since: 0,
            beyond: None,
        }
    }

    /// A message of this time came now, for the first time. What is later than `most` is not waited for, so neither it counts nor what came with it,
    /// as behind an outage.
    pub(super) fn take(&mut self, timestamp: u32, now: u64, most: u64) {
        let way = now as i64 - i64::from(timestamp);
        let [this, before] = self.quickest.unwrap_or([way, way]);
        self.quickest = Some([this.min(way), before]);
        if now.saturating_sub(self.since) > MEMORY {
            self.since = now;
            self.quickest = Some([way, this.min(way)]);
            self.latest = [0, self.latest[0]];
        }
        let late = way - self.quick().unwrap_or(way);
        let late = late.max(0) as u64;
        if late > most {
            self.beyond = Some(now);
        }
        if self.beyond < Some(now.saturating_sub(late)) {
            self.latest[0] = self.latest[0].max(late);
        }
    }

    /// Until when messages are waited for that stand before one of this time: no longer than `most` beyond the quickest way.
    pub(super) fn until(&self, timestamp: u32, most: u64) -> Option<u64> {
        let due = i64::from(timestamp) + self.quick()?;
        let latest = self.latest[0].max(self.latest[1]) + MARGIN;
        Some(due.max(0) as u64 + latest.clamp(LEAST.min(most), most))
    }

    /// When a message of this time would come by the quickest way, and by how much the latest of late was later.
    pub(super) fn due(&self, timestamp: u32) -> Option<(u64, u64)> {
        let due = i64::from(timestamp) + self.quick()?;
        Some((due.max(0) as u64, self.latest[0].max(self.latest[1])))
    }

    fn quick(&self) -> Option<i64> {
        self.quickest.map(|[this, before]| this.min(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_as_long_as_the_latest_of_late() {
        let mut lateness = Lateness::new();
        assert_eq!(lateness.until(0, 280), None);
        for packet in 0..500_u32 {
            lateness.take(packet * 20, u64::from(packet) * 20 + 1_000, 280);
        }
        assert_eq!(lateness.until(10_000, 280), Some(11_000 + LEAST));
        lateness.take(9_900, 11_050, 280);
        assert_eq!(lateness.until(10_000, 280), Some(11_000 + 150 + MARGIN));
        lateness.take(9_900, 11_180, 280);
        assert_eq!(lateness.until(10_000, 280), Some(11_280), "not longer");
    }

    #[test]
    fn an_outage_is_not_waited_for() {
        let mut lateness = Lateness::new();
        for packet in 0..1_000_u32 {
            // Those of a second come at its end.
            let now = u64::from(packet) * 20;
            let now = if (600..650).contains(&packet) {
                13_000
            } else {
                now
            };
            lateness.take(packet * 20, now, 280);
        }
        assert_eq!(lateness.until(20_000, 280), Some(20_000 + LEAST));
    }

    #[test]
    fn in_the_beginning_it_waits_for_a_few_packets() {
        let mut lateness = Lateness::new();
        lateness.take(0, 50, 280);
        assert_eq!(lateness.until(20, 280), Some(70 + FIRST + MARGIN));
        assert_eq!(lateness.until(20, 10), Some(80));
    }

    #[test]
    fn a_longer_way_is_believed_after_a_while() {
        let mut lateness = Lateness::new();
        for packet in 0..1_000_u32 {
            let way = if packet < 100 { 50 } else { 500 };
            lateness.take(packet * 20, u64::from(packet) * 20 + way, 280);
        }
        assert_eq!(lateness.until(20_000, 280), Some(20_500 + LEAST));
    }
}
