//! One party is ffmpeg: it pushes RTMP with H.264 and AAC, and plays RTMP and HTTP-FLV; the other is native over QUIC.

use anyhow::{Context, Result, ensure};
use counterpart_native::PlayOptions;
use counterpart_shared::id::Party;
use counterpart_tests::camera::{self, with_aac};
use counterpart_tests::judge::{decodes, probe, steps};
use counterpart_tests::process::Process;
use counterpart_tests::system::running;
use counterpart_tests::talk::{Playing, Publishing, Talk, begun, play_of, urls};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;

/// How far picture and sound may be apart, in milliseconds.
const APART: f64 = 80.0;

fn ffmpeg(name: &str, arguments: &[&str], logs: &Path) -> Result<Process> {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"])
        .args(arguments);
    Process::spawn(name, command, logs)
}

/// Receives a URL into a file for so many seconds, as it is.
fn receive(url: &str, seconds: &str, folder: &Path, name: &str) -> Result<(Process, PathBuf)> {
    let file = folder.join(format!("{name}.flv"));
    let path = file.display().to_string();
    let process = ffmpeg(
        name,
        &["-i", url, "-t", seconds, "-c", "copy", &path],
        folder,
    )?;
    Ok((process, file))
}

async fn check(file: &Path) -> Result<()> {
    let seen = probe(file).await?;
    let video = seen.track("video").context("pictures")?;
    assert_eq!(
        (video.codec_name.as_str(), video.width, video.height),
        ("h264", 640, 360)
    );
    let audio = seen.track("audio").context("sound")?;
    assert_eq!(
        (audio.codec_name.as_str(), audio.sample_rate.as_str()),
        ("aac", "48000")
    );
    ensure!(
        seen.seconds() > 29.0,
        "{}: {} s",
        file.display(),
        seen.seconds()
    );
    decodes(file).await?;
    let steps = steps(file).await?;
    ensure!(
        steps.len() >= 25,
        "{}: {} flashes have a beep",
        file.display(),
        steps.len()
    );
    let worst = steps
        .iter()
        .fold(0.0, |worst: f64, step| worst.max(step.abs()));
    ensure!(
        worst < APART,
        "{}: sound and picture are {worst:.0} ms apart: {steps:?}",
        file.display()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ffmpeg_and_a_native_client_see_and_hear_each_other() -> Result<()> {
    let (folder, system) = running().await?;
    let source = camera::file(&system, folder.path()).await?;
    let source = source.display().to_string();

    let mut talk = Talk::new(&system, false).await?;
    let own = urls(&mut talk.alice).await?;
    // -re with a loop: as a live camera, for as long as the call is.
    let input = ["-re", "-stream_loop", "-1", "-i", &source];
    let coding = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
        "-g",
        "50",
        "-c:a",
        "aac",
        "-ar",
        "48000",
    ];
    let push = [&input[..], &coding[..], &["-f", "flv", &own.publish.rtmp]].concat();
    let mut pushes = ffmpeg("push", &push, folder.path())?;
    begun(&mut talk.alice, Party::Caller)
        .await
        .with_context(|| pushes.tail())?;
    let play = talk.agree().await?;
    let mut bob_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    let own = urls(&mut talk.bob).await?;
    let bob_sends = Publishing::begin(&own.publish.quic, with_aac())?;
    let play = play_of(&mut talk.alice, Party::Callee).await?;
    let flv = play.flv.context("a play URL has the HTTP-FLV form")?;
    let (mut by_rtmp, rtmp_file) = receive(&play.rtmp, "30", folder.path(), "rtmp")?;
    let (mut by_flv, flv_file) = receive(&flv, "30", folder.path(), "flv")?;

    bob_sees.more(25 * 20).await?;
    tokio::time::timeout(Duration::from_secs(60), async {
        by_rtmp.ended().await;
        by_flv.ended().await;
    })
    .await
    .with_context(|| format!("ffmpeg still plays\n{}\n{}", by_rtmp.tail(), by_flv.tail()))?;
    for file in [&rtmp_file, &flv_file] {
        check(file).await?;
    }
    let report = bob_sees.end().await?;
    assert_eq!(report.undecodable, 0, "{report:?}");
    assert_eq!(report.audio_codec.as_deref(), Some("aac"));
    assert_eq!(report.size, Some((640, 360)));
    let step = report.av_step.context("flashes and beeps")?;
    ensure!(
        step.p50.abs() < APART,
        "ffmpeg's sound and picture are apart: {step:?}"
    );
    talk.hang_up().await?;
    pushes.ended().await;
    bob_sends.end().await?;
    Ok(())
}
