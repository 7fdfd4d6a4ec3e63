//! How it is told.

use crate::figures::{Direction, Link, Run};
use counterpart_native::play::Spread;
use serde::Serialize;
use std::fmt::Write as _;

/// A cell under one congestion control, all seeds together. Of the two directions each figure is the worse one's.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The weather.
    pub cell: String,
    /// What was measured.
    pub row: &'static str,
    /// From the capture of a picture until it is handed over, in milliseconds.
    pub delay: Option<Spread>,
    /// Freezes in a minute.
    pub freezes_per_minute: f64,
    /// Seconds of them in a minute.
    pub frozen_per_minute: f64,
    /// Their share of the time.
    pub freeze_ratio: f64,
    /// Share of the pictures that were due.
    pub shown: f64,
    /// Bits per second of what was shown and heard.
    pub bitrate: f64,
    /// How like the source what stood on the screen was (SSIM of the luma), in the calls in which that was asked for.
    pub ssim: Option<f64>,
    /// Share of the packets of sound that came in time.
    pub in_time: f64,
    /// Share of sound that a player with this delay has to conceal.
    pub concealed: f64,
    /// From the recording of sound until it is handed over, in milliseconds.
    pub sound_delay: Option<Spread>,
    /// All bytes that were sent, as UDP payload, for each byte of media.
    pub overhead: f64,
    /// What packets waited at the bottleneck, in milliseconds.
    pub queue: Option<Spread>,
    /// Share of the bottleneck that was used.
    pub used: Option<f64>,
    /// Bits per second that somebody else got on the same link in virtual time.
    pub beside: Option<f64>,
    /// Each call.
    pub runs: Vec<Run>,
}

impl Summary {
    /// Of these calls, one for each seed.
    pub fn of(cell: &str, row: &'static str, runs: Vec<Run>) -> Self {
        let sides: Vec<Side> = (0..2).map(|side| Side::of(&runs, side)).collect();
        let most = |f: &dyn Fn(&Side) -> f64| sides.iter().map(f).fold(f64::MIN, f64::max);
        let least = |f: &dyn Fn(&Side) -> f64| sides.iter().map(f).fold(f64::MAX, f64::min);
        let worse = |f: &dyn Fn(&Side) -> Option<Spread>| {
            let spreads = sides.iter().filter_map(f);
            spreads.max_by(|a, b| a.p95.total_cmp(&b.p95))
        };
        let used = sides.iter().filter_map(|side| side.used);
        Self {
            cell: cell.to_owned(),
            row,
            delay: worse(&|side| side.delay),
            freezes_per_minute: most(&|side| side.freezes * 60.0 / side.seconds),
            frozen_per_minute: most(&|side| side.frozen * 60.0 / side.seconds),
            freeze_ratio: most(&|side| side.frozen / side.seconds),
            shown: least(&|side| side.shown),
            bitrate: least(&|side| side.bitrate),
            ssim: sides.iter().filter_map(|side| side.ssim).reduce(f64::min),
            in_time: least(&|side| side.in_time),
            concealed: 1.0 - least(&|side| side.in_time),
            sound_delay: worse(&|side| side.sound_delay),
            overhead: most(&|side| side.overhead),
            queue: worse(&|side| side.queue),
            used: used.reduce(f64::min),
            beside: sides.iter().filter_map(|side| side.beside).next(),
            runs,
        }
    }

    /// The same without its single calls.
    pub fn without_calls(&self) -> Self {
        Self {
            runs: Vec::new(),
            ..self.clone()
        }
    }

    /// Its line in the table of virtual time.
    pub fn virtual_line(&self) -> String {
        let beside = self.beside.map(|bits| format!("{:.0}", bits / 1000.0));
        format!("{} {} |", self.line(), beside.unwrap_or_default())
    }

    /// Its line in a table.
    pub fn line(&self) -> String {
        let delay = self.delay.unwrap_or_default();
        let queue = self
            .queue
            .map_or(String::new(), |q| format!("{:.0}", q.p95));
        let ssim = self.ssim.map_or(String::new(), |ssim| format!("{ssim:.3}"));
        let used = self
            .used
            .map_or(String::new(), |u| format!("{:.0}", u * 100.0));
        format!(
            "| {} | {} | {:.0} | {:.0} | {:.0} | {:.1} | {:.1} | {:.2} | {:.1} | {:.0} | {ssim} | {:.2} | {:.2} | {:.3} | {queue} | {used} |",
            self.cell,
            self.row,
            delay.p50,
            delay.p95,
            delay.p99,
            self.freezes_per_minute,
            self.frozen_per_minute,
            self.freeze_ratio * 100.0,
            self.shown * 100.0,
            self.bitrate / 1000.0,
            self.in_time * 100.0,
            self.concealed * 100.0,
            self.overhead,
        )
    }
}

/// One direction in all calls.
struct Side {
    delay: Option<Spread>,
    sound_delay: Option<Spread>,
    seconds: f64,
    freezes: f64,
    frozen: f64,
    shown: f64,
    bitrate: f64,
    ssim: Option<f64>,
    in_time: f64,
    overhead: f64,
    queue: Option<Spread>,
    used: Option<f64>,
    beside: Option<f64>,
}

impl Side {
    fn of(runs: &[Run], side: usize) -> Self {
        let each: Vec<&Direction> = runs.iter().filter_map(|r| r.directions.get(side)).collect();
        let links: Vec<&Link> = runs.iter().filter_map(|r| r.links.get(side)).collect();
        let sum = |f: &dyn Fn(&Direction) -> f64| each.iter().map(|d| f(d)).sum::<f64>();
        let all = |f: &dyn Fn(&Direction) -> &Vec<f64>| {
            Spread::of(each.iter().flat_map(|d| f(d).iter().copied()).collect())
        };
        let bytes = |f: &dyn Fn(&Link) -> u64| links.iter().map(|l| f(l) as f64).sum::<f64>();
        let queues = links.iter().filter_map(|link| link.queue);
        Self {
            delay: all(&|d| &d.delays),
            sound_delay: all(&|d| &d.sound_delays),
            seconds: sum(&|d| d.seconds),
            freezes: sum(&|d| d.freezes as f64),
            frozen: sum(&|d| d.frozen),
            shown: sum(&|d| d.shown as f64) / sum(&|d| d.due as f64),
            bitrate: sum(&|d| d.bitrate) / each.len() as f64,
            ssim: mean(each.iter().filter_map(|d| d.ssim)),
            in_time: sum(&|d| d.in_time as f64) / sum(&|d| d.sounds as f64),
            overhead: bytes(&|l| l.bytes) / bytes(&|l| l.media),
            queue: queues.max_by(|a, b| a.p95.total_cmp(&b.p95)),
            used: mean(links.iter().filter_map(|link| link.used)),
            beside: mean(links.iter().filter_map(|link| link.beside)),
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// What the columns are.
pub const HEAD: &str = "\
| cell | row | delay p50 ms | p95 | p99 | freezes /min | s/min | % | pictures % | kbit/s | SSIM | sound in time % | concealed % | bytes ÷ media | queue p95 ms | used % |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

/// The columns in virtual time, where there is one more.
pub fn head() -> String {
    HEAD.replace("\n|", " beside kbit/s |\n|") + "---|"
}

/// A table in Markdown, in virtual time.
pub fn table(summaries: &[Summary]) -> String {
    let mut text = head();
    for summary in summaries {
        let _ = write!(text, "\n{}", summary.virtual_line());
    }
    text
}

/// The text with this table between two marks; none where it has not both of them.
pub fn between(text: &str, marks: [&str; 2], table: &str) -> Option<String> {
    let (before, rest) = text.split_once(marks[0])?;
    let (_, behind) = rest.split_once(marks[1])?;
    Some([before, marks[0], table, "\n", marks[1], behind].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_one_before() {
        let marks = ["<a>\n", "<b>"];
        let text = between("x <a>\nold\n<b> y", marks, "new").unwrap();
        assert_eq!(text, "x <a>\nnew\n<b> y");
        assert_eq!(between("x <a>\nold", marks, "new"), None);
    }
}
