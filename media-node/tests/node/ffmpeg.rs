//! A foreign client: ffmpeg publishes, ffprobe plays.

use crate::support::{World, grant, issue, tls_in};
use counterpart_shared::api::NodeEvent;
use counterpart_shared::grant::Act;
use std::process::Stdio;
use tokio::process::Command;

/// H.264 and AAC as a phone would send them, at the speed of life.
fn publisher(url: &str) -> Command {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-hide_banner", "-loglevel", "error", "-re"])
        .args(["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30"])
        .args(["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-tune",
            "zerolatency",
        ])
        .args(["-pix_fmt", "yuv420p", "-g", "30", "-c:a", "aac", "-t", "30"])
        .args(["-f", "flv", url])
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// The codecs of picture and sound that ffprobe finds behind a URL.
async fn probe(url: &str) -> Vec<String> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "stream=codec_name"])
        .args(["-of", "csv=p=0", url])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(crate::support::PATIENCE, output).await;
    let text = String::from_utf8(output.unwrap().unwrap().stdout).unwrap();
    // It also counts the server's notices as tracks.
    let codecs = text.split_whitespace().map(str::to_owned);
    codecs.filter(|c| c != "unknown" && c != "text").collect()
}

#[tokio::test]
async fn ffmpeg_publishes_and_plays() {
    let world = World::new().await;
    let publish = world.name(&grant(Act::Publish, "c1"));
    let url = format!("rtmp://{}/live/{publish}", world.rtmp());
    let _publisher = publisher(&url).spawn().unwrap();
    let event = world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    let NodeEvent::StreamBegin(format) = event else {
        panic!("{event:?}");
    };
    let video = format.video.unwrap();
    assert_eq!((video.width, video.height), (320, 240));
    assert_eq!(format.audio.unwrap().rate, 48_000);
    let play = grant(Act::Play, "c1");
    let token = world.edge.token(&play);
    let rtmp = format!("rtmp://{}/live/c1.caller?grant={token}", world.rtmp());
    let http = world.endpoints.http_port;
    let flv = format!("http://127.0.0.1:{http}/live/c1.caller.flv?grant={token}");
    for url in [rtmp, flv] {
        assert_eq!(probe(&url).await, ["h264", "aac"]);
    }
}

#[tokio::test]
async fn ffmpeg_publishes_and_plays_by_tls() {
    let folder = tempfile::tempdir().unwrap();
    let tls = tls_in(folder.path());
    issue(&tls.files);
    let world = World::with(|config| config.tls = Some(tls)).await;
    let rtmps = world.endpoints.rtmps_port.unwrap();
    let https = world.endpoints.https_port.unwrap();
    let publish = world.name(&grant(Act::Publish, "c1"));
    let url = format!("rtmps://127.0.0.1:{rtmps}/live/{publish}");
    let _publisher = publisher(&url).spawn().unwrap();
    world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    let token = world.edge.token(&grant(Act::Play, "c1"));
    let live = format!("127.0.0.1:{rtmps}/live/c1.caller?grant={token}");
    let flv = format!("127.0.0.1:{https}/live/c1.caller.flv?grant={token}");
    for url in [format!("rtmps://{live}"), format!("https://{flv}")] {
        assert_eq!(probe(&url).await, ["h264", "aac"], "{url}");
    }
}
