//! Results for people.

use counterpart_native::End;
use counterpart_native::play::{PlayReport, Spread};
use counterpart_native::publish::PublishReport;
use serde::Serialize;

/// A result with a heading and its figures.
pub(crate) struct Table {
    heading: String,
    rows: Vec<(&'static str, String)>,
}

impl Table {
    pub(crate) fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(mut self, label: &'static str, value: impl ToString) -> Self {
        self.rows.push((label, value.to_string()));
        self
    }

    pub(crate) fn print(&self) {
        println!("{}", self.heading);
        for (label, value) in &self.rows {
            println!("  {label:<22} {value}");
        }
    }
}

/// Prints a result as JSON.
pub(crate) fn print_json(result: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(result)?);
    Ok(())
}

pub(crate) fn published(report: &PublishReport) -> Table {
    let seconds = (report.duration_ms / 1000.0).max(0.001);
    let kbit = report.bytes as f64 * 8.0 / 1000.0 / seconds;
    Table::new(format!(
        "Published for {seconds:.1} s ({}), {}",
        size(report.size),
        end(&report.end)
    ))
    .row("connecting", format!("{:.0} ms", report.connect_ms))
    .row(
        "pictures",
        format!("{} ({} keyframes)", report.pictures, report.keyframes),
    )
    .row(
        "left out",
        format!(
            "{} late, {} for the bitrate, {} for the queue",
            report.skipped, report.left_out, report.dropped
        ),
    )
    .row("packets of sound", report.sounds)
    .row("bitrate", format!("{kbit:.0} kbit/s"))
    .row("encoding", format!("{:.2} ms a picture", report.encode_ms))
    .row(
        "asked by the node",
        format!(
            "{} keyframes, {} bitrates",
            report.keyframe_requests, report.bitrate_changes
        ),
    )
}

pub(crate) fn played(report: &PlayReport) -> Table {
    let sound = report.audio_codec.as_deref().unwrap_or("no sound");
    Table::new(format!(
        "Played for {:.1} s ({}, {sound}), {}",
        report.duration_ms / 1000.0,
        size(report.size),
        end(&report.end)
    ))
    .row("first keyframe", ms(report.first_keyframe_ms))
    .row("first picture", ms(report.first_picture_ms))
    .row(
        "pictures",
        format!(
            "{} ({} undecodable, {} lost in {} gaps)",
            report.pictures, report.undecodable, report.video_lost, report.video_gaps
        ),
    )
    .row("frame delay", spread(report.frame_delay))
    .row("picture interval", spread(report.picture_interval))
    .row("freezes", report.freezes)
    .row(
        "packets of sound",
        format!(
            "{} ({} undecodable, {:.0} ms missing in {} gaps)",
            report.sounds, report.sounds_undecodable, report.audio_gap_ms, report.audio_gaps
        ),
    )
    .row("sound delay", spread(report.sound_delay))
    .row("sound after picture", spread(report.av_step))
}

/// A spread in one line.
pub(crate) fn spread(spread: Option<Spread>) -> String {
    spread.map_or("not measured".into(), |s| {
        format!(
            "p50 {:.1}, p95 {:.1}, p99 {:.1}, max {:.1} ms (of {})",
            s.p50, s.p95, s.p99, s.max, s.count
        )
    })
}

fn size(size: Option<(usize, usize)>) -> String {
    size.map_or("no picture".into(), |(w, h)| format!("{w}x{h}"))
}

fn ms(value: Option<f64>) -> String {
    value.map_or("none".into(), |value| format!("after {value:.0} ms"))
}

fn end(end: &End) -> String {
    match end {
        End::Stopped => "stopped".into(),
        End::Closed(code) => format!("closed by the node ({code})"),
        End::Failed(reason) => format!("failed: {reason}"),
    }
}
