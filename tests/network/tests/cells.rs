//! A handful of cells with generous bounds. Time is virtual, so the machine's load changes nothing; `make bench-network` has the
//! figures themselves.

use counterpart_network::cells;
use counterpart_network::report::Summary;
use counterpart_network::{Clip, ROWS, run};
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// One call in this weather.
fn call(name: &str) -> Summary {
    let cells = cells::all();
    let cell = cells.into_iter().find(|cell| cell.name == name);
    let cell = cell.expect("there is such a cell");
    let run = run(&cell, ROWS[0], 1, clip()).expect("the call is set up");
    let summary = Summary::of(&cell.name, "ours", vec![run]);
    println!("{}", summary.line());
    for run in &summary.runs {
        assert!(run.directions.iter().all(|side| side.undecodable == 0));
    }
    summary
}

/// Made once for all tests.
fn clip() -> &'static Arc<Clip> {
    static CLIP: LazyLock<Arc<Clip>> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        Arc::new(Clip::make(folder).expect("ffmpeg makes the clip"))
    });
    &CLIP
}

fn p95(summary: &Summary) -> f64 {
    summary.delay.expect("pictures came").p95
}

#[test]
fn a_clean_link_adds_nothing() {
    let summary = call("loss 0 %, 100 ms");
    assert!(p95(&summary) < 80.0);
    assert!(summary.in_time > 0.999 && summary.shown > 0.99);
    assert!(summary.overhead < 1.12, "{}", summary.overhead);
    let ssim = summary.ssim.expect("it was judged");
    assert!(ssim > 0.98 && ssim <= 1.0, "{ssim}");
}

#[test]
fn one_packet_in_ten_is_lost() {
    let summary = call("loss 10 %, 100 ms");
    assert!(p95(&summary) < 450.0);
    assert!(summary.in_time > 0.99 && summary.freeze_ratio < 0.1);
}

#[test]
fn one_packet_in_two_is_lost_and_people_are_heard() {
    let summary = call("loss 50 %, 100 ms");
    assert!(summary.in_time > 0.97);
}

#[test]
fn a_narrow_link_is_found_out() {
    let summary = call("300 kbit/s");
    assert!(summary.in_time > 0.97);
    let queue = summary.queue.expect("there is a bottleneck");
    assert!(queue.p95 < 200.0, "{queue:?}");
    let ssim = summary.ssim.expect("it was judged");
    assert!((0.5..0.99).contains(&ssim), "{ssim}");
}

#[test]
fn after_an_outage_it_goes_on() {
    let summary = call("1 s outage");
    assert!(summary.shown > 0.8 && summary.in_time > 0.85);
}

#[test]
fn beside_a_download_it_gets_a_share() {
    let summary = call("2,000 kbit/s beside a download");
    assert!(summary.bitrate > 250e3, "{}", summary.bitrate);
    let beside = summary.beside.expect("there is a download");
    assert!(beside > 600e3, "{beside}");
}

#[test]
fn beside_an_upload_it_gets_a_share() {
    let summary = call("2,000 kbit/s beside an upload");
    assert!(summary.bitrate > 250e3, "{}", summary.bitrate);
    let beside = summary.beside.expect("there is an upload");
    assert!(beside > 600e3, "{beside}");
}

#[test]
fn a_download_does_not_silence_the_caller() {
    let summary = call("2,000 kbit/s beside a download, NewReno");
    assert!(summary.bitrate > 200e3, "{}", summary.bitrate);
}

#[test]
fn a_callers_own_queue_is_not_contended_for() {
    let summary = call("500 kbit/s, Cubic from the caller");
    assert!(summary.freeze_ratio < 0.3, "{}", summary.freeze_ratio);
    assert!(summary.in_time > 0.9, "{}", summary.in_time);
}

#[test]
fn after_a_download_the_queue_is_short() {
    let summary = call("2,000 kbit/s after a download");
    let queue = summary.queue.expect("there is a bottleneck");
    assert!(queue.p95 < 100.0, "{queue:?}");
    let beside = summary.beside.expect("there is a download");
    assert!(beside > 600e3, "{beside}");
}
