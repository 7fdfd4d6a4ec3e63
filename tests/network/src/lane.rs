//! One direction of a link.

use crate::weather::{Forecast, Loss, Narrow, Weather};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::time::{Duration, Instant};

/// Bytes of the UDP and the IPv4 header.
const HEADERS: usize = 28;
/// The largest packet, IP header included (Ethernet's).
const LARGEST: usize = 1500;

/// Carries packets, seeded.
#[derive(Debug)]
pub(crate) struct Lane {
    forecast: Forecast,
    /// Before the bad weather begins.
    fair: Weather,
    begin: Instant,
    chance: StdRng,
    /// Whether the last packet was in a burst of losses.
    in_burst: bool,
    /// When the bottleneck has sent all that it has.
    free: Instant,
    last_arrival: Instant,
    notes: Notes,
}

/// What a lane has carried since the bad weather began.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    /// UDP payload that was handed to it.
    pub(crate) bytes: u64,
    pub(crate) packets: u64,
    pub(crate) lost: u64,
    /// When each packet came that the bottleneck took, what it waited for its turn, and its length with all headers.
    pub(crate) waits: Vec<(Duration, Duration, usize)>,
}

impl Lane {
    /// Fair until `begin`, then by the forecast.
    pub(crate) fn new(forecast: Forecast, fair: Weather, seed: u64, begin: Instant) -> Self {
        Self {
            forecast,
            fair,
            begin,
            chance: StdRng::seed_from_u64(seed),
            in_burst: false,
            free: begin,
            last_arrival: begin,
            notes: Notes::default(),
        }
    }

    pub(crate) fn notes(&self) -> &Notes {
        &self.notes
    }

    /// When a packet of `len` bytes that is sent now arrives; never, if it is lost.
    pub(crate) fn carry(&mut self, len: usize, now: Instant) -> Option<Instant> {
        let arrival = self.pass(len, now);
        if now >= self.begin && len + HEADERS <= LARGEST {
            self.notes.bytes += len as u64;
            self.notes.packets += 1;
            self.notes.lost += u64::from(arrival.is_none());
        }
        arrival
    }

    /// The same of a packet of somebody else's: of it only what waits is noted.
    pub(crate) fn pass(&mut self, len: usize, now: Instant) -> Option<Instant> {
        if len + HEADERS > LARGEST {
            return None;
        }
        let Some(since) = now.checked_duration_since(self.begin) else {
            return Some(now + self.fair.delay);
        };
        let weather = *self.forecast.at(since).unwrap_or(&self.fair);
        self.arrival(&weather, len, since, now)
    }

    fn arrival(
        &mut self,
        weather: &Weather,
        len: usize,
        since: Duration,
        now: Instant,
    ) -> Option<Instant> {
        let sent = match &weather.narrow {
            Some(narrow) => self.squeeze(narrow, len + HEADERS, since, now)?,
            None => now,
        };
        // The dice are thrown in any case: an outage shifts nothing that comes after it.
        let lost = self.is_lost(weather.loss);
        let late = self.chance.random::<f64>();
        if lost || weather.out {
            return None;
        }
        let mut arrival = sent + weather.delay;
        if let Some(jitter) = weather.jitter {
            arrival += jitter.most.mul_f64(late);
            if !jitter.reorders {
                arrival = arrival.max(self.last_arrival);
            }
        }
        self.last_arrival = arrival;
        Some(arrival)
    }

    /// When the bottleneck has sent it.
    fn squeeze(
        &mut self,
        narrow: &Narrow,
        len: usize,
        since: Duration,
        now: Instant,
    ) -> Option<Instant> {
        let begin = self.free.max(now);
        let wait = begin - now;
        if wait > narrow.queue {
            return None;
        }
        self.notes.waits.push((since, wait, len));
        self.free = begin + Duration::from_secs_f64(len as f64 * 8.0 / f64::from(narrow.rate));
        Some(self.free)
    }

    fn is_lost(&mut self, loss: Loss) -> bool {
        let chance = self.chance.random::<f64>();
        match loss {
            Loss::None => false,
            Loss::Random(share) => chance < share,
            Loss::Bursts { mean, length } => {
                let leave = 1.0 / length;
                let enter = leave * mean / (1.0 - mean);
                self.in_burst = match self.in_burst {
                    true => chance >= leave,
                    false => chance < enter,
                };
                self.in_burst
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::Jitter;

    fn lane(weather: Weather, seed: u64) -> (Lane, Instant) {
        let begin = Instant::now();
        let fair = Weather::clean(Duration::ZERO);
        let lane = Lane::new(Forecast::always(weather), fair, seed, begin);
        (lane, begin)
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn losses_are_as_many_and_as_long_as_they_should_be() {
        let bursts = Loss::Bursts {
            mean: 0.1,
            length: 5.0,
        };
        for (loss, mean, length) in [(Loss::Random(0.2), 0.2, 1.25), (bursts, 0.1, 5.0)] {
            let weather = Weather {
                loss,
                ..Weather::clean(ms(50))
            };
            let (mut lane, begin) = lane(weather, 3);
            let fates: Vec<bool> = (0..100_000)
                .map(|n| lane.carry(1000, begin + ms(n)).is_none())
                .collect();
            let lost = fates.iter().filter(|lost| **lost).count() as f64;
            let runs = fates.windows(2).filter(|two| two[0] && !two[1]).count() as f64;
            assert!((lost / 1e5 - mean).abs() < 0.01, "{lost}");
            assert!(
                (lost / runs - length).abs() < length * 0.05,
                "{lost} {runs}"
            );
        }
    }

    #[test]
    fn the_same_seed_does_the_same_again() {
        let weather = Weather {
            loss: Loss::Random(0.5),
            jitter: Some(Jitter {
                most: ms(60),
                reorders: true,
            }),
            ..Weather::clean(ms(20))
        };
        let fates = |seed| -> Vec<Option<Duration>> {
            let (mut lane, begin) = lane(weather, seed);
            let sent = (0..100).map(|n| begin + ms(n));
            sent.map(|at| Some(lane.carry(1000, at)? - begin)).collect()
        };
        assert_eq!(fates(1), fates(1));
        assert_ne!(fates(1), fates(2));
    }

    #[test]
    fn a_bottleneck_makes_wait_and_then_drops() {
        let narrow = Narrow {
            rate: 80_000,
            queue: ms(250),
        };
        let weather = Weather {
            narrow: Some(narrow),
            ..Weather::clean(ms(10))
        };
        let (mut lane, begin) = lane(weather, 1);
        let arrivals: Vec<_> = (0..5).map(|_| lane.carry(1000 - 28, begin)).collect();
        let at = |n| Some(begin + ms(n));
        assert_eq!(arrivals, [at(110), at(210), at(310), None, None]);
        assert_eq!(lane.carry(972, begin + ms(100)), at(410));
    }

    #[test]
    fn without_reordering_nobody_overtakes() {
        let jitter = |reorders| {
            let jitter = Jitter {
                most: ms(60),
                reorders,
            };
            let weather = Weather {
                jitter: Some(jitter),
                ..Weather::clean(ms(0))
            };
            let (mut lane, begin) = lane(weather, 1);
            let arrivals: Vec<_> = (0..500)
                .map(|n| lane.carry(100, begin + ms(n * 5)).unwrap())
                .collect();
            arrivals.is_sorted()
        };
        assert!(jitter(false));
        assert!(!jitter(true));
    }

    #[test]
    fn before_the_beginning_it_is_fair_and_an_outage_takes_all() {
        let out = Weather {
            out: true,
            ..Weather::default()
        };
        let begin = Instant::now() + ms(1_000);
        let forecast = Forecast(vec![(ms(100), out), (ms(200), Weather::default())]);
        let fair = Weather::clean(ms(5));
        let mut lane = Lane::new(forecast, fair, 1, begin);
        let early = begin - ms(500);
        assert_eq!(lane.carry(100, early), Some(early + ms(5)));
        assert_eq!(lane.carry(100, begin), Some(begin + ms(5)));
        assert_eq!(lane.carry(100, begin + ms(150)), None);
        assert!(lane.carry(100, begin + ms(200)).is_some());
        assert_eq!(lane.carry(1480, begin), None, "larger than a packet");
    }
}
