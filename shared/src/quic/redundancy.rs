//! How often sound is repeated, by what is lost.

use super::AudioDatagrams;

/// Packets of sound that may be missing for good, as a share of all.
const MISSING: f64 = 0.002;
/// Less than this is no loss: a stray packet now and then.
const STRAY: f64 = 0.004;
/// Loss is looked at when this many milliseconds have passed and this many packets were sent.
const WINDOW: u64 = 200;
const PACKETS: u64 = 20;
/// Loss while round trips are so much longer than the shortest, in milliseconds, is that of a full link or of a road that lets some
/// packets wait: to send more makes it worse or is for nothing.
const WAITING: u64 = 60;
/// For how long the shortest round trip is remembered: this and once more, in milliseconds.
const MEMORY: u64 = 10_000;
/// How much a window counts that lost more than what was believed, and one that lost less: loss comes in bursts, so it is
/// believed at once and forgotten slowly.
const RISE: f64 = 0.5;
const FALL: f64 = 0.08;
/// The same for what pictures are protected by, which costs more: the mean is enough.
const MEAN: f64 = 0.15;
const MEAN_RISE: f64 = 0.7;
/// A window with so much more loss than a mean below this is believed sooner: the path has become another.
const SUDDEN: f64 = 0.2;

/// Pictures are protected from this share of loss on.
const LOSSY: f64 = 0.003;
/// The most parity for a picture: so many packets for each of its own, and beyond.
const MOST: usize = 3;
const MOST_BEYOND: usize = 6;
/// Watches the loss of a path and says how many packets of sound each datagram should repeat.
///
/// **Driving.** [`look`](Self::look) with the path's counters before each packet of sound; then [`repeats`](Self::repeats).
#[derive(Debug, Clone, Default)]
pub struct Redundancy {
    /// What is lost, as sound believes it: quickly up, slowly down.
    peak: f64,
    /// On average.
    loss: f64,
    looked: u64,
    sent: u64,
    lost: u64,
    /// The shortest round trip in this while and in the one before, and since when.
    shortest: Option<[u64; 2]>,
    since: u64,
    shared: bool,
}

impl Redundancy {
    /// On a path that has lost nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether others keep the link full. What it loses then counts as little as what is lost while packets wait, and longer than the shortest round
    /// trip is remembered.
    pub fn share(&mut self, shared: bool) {
        self.shared = shared;
    }

    /// So many packets were sent on this path so far and so many of them are lost; the round trip and `now` in milliseconds.
    pub fn look(&mut self, sent: u64, lost: u64, round_trip: u64, now: u64) {
        let waits = self.waits(round_trip, now);
        let fresh = sent.saturating_sub(self.sent);
        if fresh < PACKETS || now.saturating_sub(self.looked) < WINDOW {
            return;
        }
        let gone = lost.saturating_sub(self.lost);
        let share = match waits || self.shared {
            true => 0.0,
            false => gone as f64 / fresh as f64,
        };
        let weight = if share > self.peak { RISE } else { FALL };
        self.peak += (share.min(1.0) - self.peak) * weight;
        // More than were sent since are those of an outage, which has ended: that says little about the path as it is.
        let sudden = gone <= fresh && self.loss < SUDDEN && share > self.loss + SUDDEN;
        let weight = if sudden { MEAN_RISE } else { MEAN };
        self.loss += (share.min(1.0) - self.loss) * weight;
        (self.sent, self.lost, self.looked) = (sent, lost, now);
    }

    /// Whether packets wait somewhere.
    fn waits(&mut self, round_trip: u64, now: u64) -> bool {
        let [this, before] = self.shortest.unwrap_or([round_trip; 2]);
        let this = this.min(round_trip);
        self.shortest = Some([this, before]);
        if now.saturating_sub(self.since) > MEMORY {
            self.since = now;
            self.shortest = Some([round_trip, this]);
        }
        round_trip > this.min(before) + WAITING
    }

    /// What is lost on average, as a share of all.
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// How much parity, counted in packets, a picture needs that is sent in so many packets, if not more than this share of pictures
    /// shall miss something when each packet is lost with the same chance.
    pub fn parity(&self, packets: usize, missing: f64) -> usize {
        if self.loss < LOSSY {
            return 0;
        }
        let most = packets * MOST + MOST_BEYOND;
        let enough = |parity: &usize| failure(packets, *parity, self.loss) <= missing;
        (1..most).find(enough).unwrap_or(most)
    }

    /// How many previous packets to repeat: as many as leave next to nothing missing if each datagram is lost with the same
    /// chance.
    pub fn repeats(&self) -> usize {
        if self.peak < STRAY {
            return 0;
        }
        let copies = (MISSING.ln() / self.peak.min(0.99).ln()).ceil() as usize;
        copies.clamp(2, AudioDatagrams::MAX_REPEATS + 1) - 1
    }
}

/// The chance that so many packets of parity are too few for a picture in so many packets.
fn failure(packets: usize, parity: usize, loss: f64) -> f64 {
    let lost_parity = chances(parity, loss);
    let lost_packets = chances(packets, loss);
    let fails = lost_packets
        .iter()
        .enumerate()
        .skip(1)
        .map(|(lost, chance)| {
            let spare = parity.checked_sub(lost);
            let enough: f64 = lost_parity
                .iter()
                .take(spare.map_or(0, |spare| spare + 1))
                .sum();
            chance * (1.0 - enough)
        });
    fails.sum()
}

/// The chances that 0, 1, 2, … of `count` are lost.
fn chances(count: usize, loss: f64) -> Vec<f64> {
    let mut chances = vec![1.0];
    for _ in 0..count {
        let mut next = vec![0.0; chances.len() + 1];
        for (lost, chance) in chances.iter().enumerate() {
            next[lost] += chance * (1.0 - loss);
            next[lost + 1] += chance * loss;
        }
        chances = next;
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten seconds of 100 packets a second, of which this share is lost.
    fn after(redundancy: &mut Redundancy, from: u64, share: f64) -> usize {
        let lost_before = redundancy.lost;
        for step in 1..=500 {
            let sent = step * 2;
            let lost = lost_before + (sent as f64 * share) as u64;
            redundancy.look(from + sent, lost, 50, (from + sent) * 10);
        }
        redundancy.repeats()
    }

    #[test]
    fn it_follows_the_loss_up_and_down() {
        let mut redundancy = Redundancy::new();
        let shares = [0.0, 0.02, 0.1, 0.3, 0.5, 0.8, 0.0];
        let from = (0..).step_by(1_000);
        let repeats = from
            .zip(shares)
            .map(|(from, share)| after(&mut redundancy, from, share));
        let repeats: Vec<usize> = repeats.collect();
        assert_eq!(repeats[0], 0, "nothing is repeated on a clean path");
        assert!(
            (1..=2).contains(&repeats[1]) && repeats[2] == 2,
            "{repeats:?}"
        );
        assert!((5..=6).contains(&repeats[3]), "{repeats:?}");
        assert!((8..=9).contains(&repeats[4]), "{repeats:?}");
        assert_eq!(repeats[5], AudioDatagrams::MAX_REPEATS);
        assert!(repeats[6] <= 1, "{repeats:?}");
    }

    #[test]
    fn what_a_link_loses_that_others_keep_full_does_not_count() {
        let repeats = |shared| {
            let mut redundancy = Redundancy::new();
            redundancy.share(shared);
            redundancy.look(100, 0, 350, 1_000);
            redundancy.look(200, 20, 350, 1_300);
            (redundancy.repeats(), redundancy.parity(4, 0.01))
        };
        assert_eq!(repeats(true), (0, 0));
        let (sound, parity) = repeats(false);
        assert!(sound > 0 && parity > 0, "{sound} {parity}");
    }

    #[test]
    fn what_an_outage_has_taken_is_no_loss_of_the_path() {
        let after = |lost| {
            let mut redundancy = Redundancy::new();
            redundancy.look(1_000, 0, 50, 10_000);
            redundancy.look(1_030, lost, 50, 10_300);
            redundancy.loss()
        };
        assert!(after(24) > 0.5, "a path that has become bad");
        assert!(after(100) < SUDDEN, "an outage");
    }

    #[test]
    fn a_burst_counts_at_once() {
        let mut redundancy = Redundancy::new();
        redundancy.look(100, 0, 50, 1_000);
        redundancy.look(120, 10, 50, 1_200);
        assert_eq!(redundancy.repeats(), 4);
        redundancy.look(130, 20, 50, 1_300);
        assert_eq!(redundancy.repeats(), 4, "too few to say");
    }
}
