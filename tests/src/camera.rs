//! A file that stands for a camera and a microphone: H.264 and AAC in which flashes and beeps fall together.

use crate::process::Process;
use crate::system::System;
use crate::talk::{Playing, Publishing, Talk, begun, urls};
use anyhow::{Result, ensure};
use counterpart_native::encode::{AudioCodec, AudioSettings};
use counterpart_native::{PlayOptions, PublishOptions};
use counterpart_shared::id::Party;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// What the native client sends to whoever plays by RTMP.
pub fn with_aac() -> PublishOptions {
    PublishOptions {
        audio: Some(AudioSettings {
            codec: AudioCodec::Aac,
            channels: 1,
            bitrate: 64_000,
        }),
        ..PublishOptions::default()
    }
}

/// Eight seconds of what the native client sends, as they arrive, in a file that ffmpeg can loop.
///
/// # Errors
/// When the stream does not come through or ffmpeg makes no file of it.
pub async fn file(system: &System, folder: &Path) -> Result<PathBuf> {
    let mut talk = Talk::new(system, false).await?;
    let came = folder.join("source.flv");
    let own = urls(&mut talk.alice).await?;
    let sends = Publishing::begin(&own.publish.rtmp, with_aac())?;
    begun(&mut talk.alice, Party::Caller).await?;
    let options = PlayOptions {
        dump: Some(came.clone()),
        ..PlayOptions::default()
    };
    let mut sees = Playing::begin(&own.play.rtmp, options)?;
    sees.more(25 * 8).await?;
    sees.end().await?;
    sends.end().await?;
    // ffmpeg loops what it can seek in.
    let file = folder.join("source.mp4");
    let mut command = Command::new("ffmpeg");
    command
        .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i"])
        .arg(&came)
        .args(["-c", "copy"])
        .arg(&file);
    let mut remux = Process::spawn("remux", command, folder)?;
    remux.ended().await;
    ensure!(file.is_file(), "ffmpeg made no file: {}", remux.tail());
    Ok(file)
}
