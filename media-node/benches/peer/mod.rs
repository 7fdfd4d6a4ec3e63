//! ffmpeg at the job of a live composite.

use crate::{Round, Used, used_by};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Both halves of 640×360 side by side on 1280×480, what our watermark says, 25 pictures a second.
const PICTURES: &str = "[0:v]pad=640:480:0:(oh-ih)/2[l];[1:v]pad=640:480:0:(oh-ih)/2[r];[l][r]hstack,fps=25,\
    drawtext=text='%{localtime} desk agent c1':fontcolor=white:fontsize=20:x=8:y=8[v]";
const SOUND: &str = "[0:a][1:a]amix=2[a]";
/// It ends by itself so many seconds after it was looked at last, whatever becomes of the bench.
const MORE: u64 = 2;

/// What a process took for each call and second, of as many at once as there are calls, each with this clip as both its inputs, at the
/// speed of life, and one thread for each step.
pub(crate) fn live(clip: &Path, folder: &Path, preset: &str, round: Round) -> Used {
    let start = Instant::now();
    let mut processes: Vec<Child> = (0..round.calls)
        .map(|call| {
            let out = folder.join(format!("{preset}-{call}.mp4"));
            process(clip, &out, preset, round.seconds + MORE)
        })
        .collect();
    let mut used_until = |seconds: u64| {
        sleep((start + Duration::from_secs(seconds)).saturating_duration_since(Instant::now()));
        let each = processes.iter_mut().map(|process| {
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "ffmpeg has ended: {ended:?}");
            used_by(process.id())
        });
        each.fold((0.0, 0.0), |sum, used| {
            (sum.0 + used.cpu_ms, sum.1 + used.memory)
        })
    };
    let (before, _) = used_until(round.before);
    let (after, memory) = used_until(round.seconds);
    for process in &mut processes {
        let status = process.wait().unwrap();
        assert!(status.success(), "{status}");
    }
    let counted = round.calls as u64 * (round.seconds - round.before);
    Used {
        cpu_ms: (after - before) / counted as f64,
        memory: memory / round.calls as f64,
    }
}

fn process(clip: &Path, out: &Path, preset: &str, seconds: u64) -> Child {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-nostdin", "-filter_threads", "1"]);
    for _ in 0..2 {
        ffmpeg.args(["-threads", "1", "-re", "-stream_loop", "-1", "-i"]);
        ffmpeg.arg(clip);
    }
    ffmpeg
        .args(["-filter_complex_threads", "1", "-filter_complex"])
        .arg(format!("{PICTURES};{SOUND}"))
        .args(["-map", "[v]", "-map", "[a]", "-threads", "1"])
        .args(["-c:v", "libx264", "-preset", preset, "-b:v", "1500k"])
        .args(["-c:a", "aac", "-b:a", "64k"])
        .args(["-movflags", "frag_keyframe+empty_moov"])
        .args(["-t", &seconds.to_string()])
        .arg(out)
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}
