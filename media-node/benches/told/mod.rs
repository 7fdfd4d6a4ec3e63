//! The figures where they are read: a table in `docs/evidence.md`.

use serde_json::Value;
use std::fs;
use std::path::Path;

/// What stands before and behind it.
const MARKS: [&str; 2] = ["<!-- record table -->\n", "<!-- end of record table -->"];

/// What its columns are: processor time of one core while a call goes on, memory for each call, and how many times faster than the
/// call is what is made afterwards.
const HEAD: &str = "\
| 工作 job | 通话中，一个核的百分比 during a call, % of a core | 每个通话的内存 memory for each call, MB | 通话后，× 实时 afterwards, × real time |
|---|---|---|---|";

/// Puts the table into the file of this folder.
pub(crate) fn publish(folder: &Path, report: &Value) {
    let file = folder.join("evidence.md");
    let text = fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(MARKS[0]).unwrap();
    let (_, behind) = rest.split_once(MARKS[1]).unwrap();
    let text = [before, MARKS[0], &table(report), MARKS[1], behind].concat();
    fs::write(file, text).unwrap();
}

fn table(report: &Value) -> String {
    let ready = report["live"]["ready_ms_after_the_end"].as_f64().unwrap() / 1000.0;
    let live = format!(
        "合成录像，另加（挂断后 {ready:.1} s 封存） a live composite, more (sealed {ready:.1} s after the end)"
    );
    let during = [
        ("通话，不录制 a call that is not recorded", "unrecorded"),
        ("通话，录制 a call that is recorded", "recorded"),
        (live.as_str(), "live"),
        (
            "ffmpeg 同样的合成 the same by ffmpeg, x264 ultrafast",
            "ffmpeg_live_ultrafast",
        ),
        (
            "ffmpeg 同样的合成 the same by ffmpeg, x264 veryfast",
            "ffmpeg_live_veryfast",
        ),
    ];
    let during = during.map(|(job, name)| {
        let of = |what: &str| report[name][what].as_f64().unwrap();
        let (share, memory) = (
            of("cpu_ms_per_call_second") / 10.0,
            of("memory_bytes_per_call") / 1e6,
        );
        format!("| {job} | {share:.2} | {memory:.2} | |\n")
    });
    let afterwards = [
        ("三个 WAV the three WAV files", "sounds"),
        ("合成录像 a composite", "composite"),
        (
            "ffmpeg 同样的合成 the same by ffmpeg, x264 ultrafast",
            "ffmpeg",
        ),
    ];
    let afterwards = afterwards.map(|(job, name)| {
        let speed = report[name]["times_real_time"].as_f64().unwrap();
        format!("| {job} | | | {speed:.1} |\n")
    });
    let rows = during.into_iter().chain(afterwards);
    [HEAD.to_owned() + "\n"].into_iter().chain(rows).collect()
}
