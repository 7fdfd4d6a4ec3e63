//! The figures: collected by round, then their medians.

use crate::measure::Sample;
use serde::Serialize;

pub(crate) const HELLO: &str = "hello, bare worker";
pub(crate) const STREAMS: &str = "POST /v1/streams";
pub(crate) const STREAMS_ROOT: &str = "  by root key";
pub(crate) const STREAMS_TENCENT: &str = "  at Tencent";
pub(crate) const CALLS: &str = "calls at a desk";
/// The same talk at the edge and at the bare object.
pub(crate) const TALKS: [(&str, &str); 3] = [
    ("one call", "one bare object"),
    ("one call, fast", "one bare object, fast"),
    ("many calls", "many bare objects"),
];

/// What is held against what, and what is aimed at.
const RATIOS: [(&str, &str, f64); 4] = [
    (STREAMS, HELLO, 0.6),
    (TALKS[0].0, TALKS[0].1, 0.7),
    (TALKS[1].0, TALKS[1].1, 0.7),
    (TALKS[2].0, TALKS[2].1, 0.7),
];

/// All samples of a run, by name, in the order of their first.
pub(crate) struct Report {
    seconds: u64,
    rows: Vec<(&'static str, Vec<Sample>)>,
}

/// What is written.
#[derive(Serialize)]
pub(crate) struct Finished {
    /// How long each measurement lasted.
    seconds: u64,
    rows: Vec<Row>,
    ratios: Vec<Ratio>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    /// Medians over the rounds.
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    workerd_percent: f64,
    bench_percent: f64,
    one_time_percent: Option<f64>,
    rounds: Vec<Sample>,
}

#[derive(Serialize)]
struct Ratio {
    of: &'static str,
    to: &'static str,
    aim: f64,
    /// Of the rounds.
    median: f64,
    rounds: Vec<f64>,
}

impl Report {
    pub(crate) fn new(seconds: u64) -> Self {
        let rows = Vec::new();
        Self { seconds, rows }
    }

    pub(crate) fn note(&mut self, name: &'static str, sample: Sample) {
        match self.rows.iter_mut().find(|row| row.0 == name) {
            Some((_, samples)) => samples.push(sample),
            None => self.rows.push((name, vec![sample])),
        }
    }

    pub(crate) fn finished(&self) -> Finished {
        Finished {
            seconds: self.seconds,
            rows: self.rows.iter().map(row).collect(),
            ratios: RATIOS.iter().map(|ratio| self.ratio(*ratio)).collect(),
        }
    }

    pub(crate) fn print(&self) {
        let finished = self.finished();
        println!(
            "\n{:<24} {:>9} {:>9} {:>9} {:>9} {:>7}",
            "", "per s", "p50 ms", "p99 ms", "workerd", "bench"
        );
        for row in &finished.rows {
            row.print();
        }
        println!();
        for ratio in &finished.ratios {
            ratio.print();
        }
    }

    fn ratio(&self, (of, to, aim): (&'static str, &'static str, f64)) -> Ratio {
        let rates = |name: &str| {
            let row = self.rows.iter().find(|row| row.0 == name);
            let samples = row.into_iter().flat_map(|row| &row.1);
            samples.map(|sample| sample.per_second).collect::<Vec<_>>()
        };
        // A disk that stalls for a whole measurement leaves nothing to compare with.
        let pairs = rates(of).into_iter().zip(rates(to));
        let rounds: Vec<f64> = pairs
            .filter(|(_, to)| *to > 0.0)
            .map(|(of, to)| of / to)
            .collect();
        Ratio {
            of,
            to,
            aim,
            median: median(rounds.clone()),
            rounds,
        }
    }
}

impl Row {
    fn print(&self) {
        print!(
            "{:<24} {:>9.0} {:>9.2} {:>9.2} {:>7.0} % {:>5.0} %",
            self.name,
            self.per_second,
            self.p50_ms,
            self.p99_ms,
            self.workerd_percent,
            self.bench_percent
        );
        match self.one_time_percent {
            Some(percent) => println!("  one-time keys: {percent:.0} %"),
            None => println!(),
        }
    }
}

impl Ratio {
    fn print(&self) {
        let Self {
            of,
            to,
            aim,
            median,
            rounds,
        } = self;
        let verdict = if median >= aim { "reached" } else { "missed" };
        let lowest = rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = rounds.iter().copied().fold(0.0, f64::max);
        println!(
            "{:<18} / {:<22} {median:.2} ({lowest:.2} to {highest:.2}); aim {aim}: {verdict}",
            of.trim(),
            to
        );
    }
}

fn row((name, samples): &(&'static str, Vec<Sample>)) -> Row {
    let of = |value: fn(&Sample) -> f64| median(samples.iter().map(value).collect());
    let keyed: Vec<f64> = samples.iter().filter_map(|s| s.one_time_percent).collect();
    Row {
        name,
        per_second: of(|sample| sample.per_second),
        p50_ms: of(|sample| sample.ms.p50),
        p99_ms: of(|sample| sample.ms.p99),
        workerd_percent: of(|sample| sample.workerd_percent),
        bench_percent: of(|sample| sample.bench_percent),
        one_time_percent: (!keyed.is_empty()).then(|| median(keyed)),
        rounds: samples.clone(),
    }
}

/// The middle one; the lower of two.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values
        .get(values.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![2.0, 1.0]), 1.0);
        assert_eq!(median(vec![]), 0.0);
    }
}
