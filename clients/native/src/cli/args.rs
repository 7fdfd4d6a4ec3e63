//! The arguments.

use clap::{Parser, Subcommand};
use counterpart_native::encode::{AudioCodec, AudioSettings};
use counterpart_native::party::Carrier;
use counterpart_native::picture::{PictureSource, Size};
use counterpart_native::{PlayOptions, PublishOptions};
use counterpart_shared::id::{CallId, DeskId, RoomId, UserId};
use counterpart_shared::session::MediaUrl;
use std::path::PathBuf;
use std::time::Duration;

/// Publishes and plays Counterpart's streams, and takes part in calls.
#[derive(Debug, Parser)]
#[command(name = "counterpart", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print the result as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Publish a stream to an rtmp:// or quic:// URL.
    Publish(Publish),
    /// Play a stream from an rtmp:// or quic:// URL and measure it.
    Play(Play),
    /// Take part in a call.
    Call(Call),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Publish {
    /// Where to.
    pub(crate) url: MediaUrl,
    #[command(flatten)]
    pub(crate) stream: Stream,
    /// How long; else until interrupted.
    #[arg(long)]
    pub(crate) seconds: Option<f64>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Play {
    /// Where from.
    pub(crate) url: MediaUrl,
    #[command(flatten)]
    pub(crate) keep: Keep,
    /// How long; else until interrupted.
    #[arg(long)]
    pub(crate) seconds: Option<f64>,
}

/// What to publish.
#[derive(Debug, clap::Args)]
pub(crate) struct Stream {
    /// Size of the generated picture.
    #[arg(long, default_value_t = Size::default())]
    pub(crate) size: Size,
    /// A y4m file instead of the generated picture.
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// Pictures per second.
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) fps: u32,
    /// Bits per second of the pictures.
    #[arg(long, default_value_t = 600_000)]
    pub(crate) bitrate: u32,
    /// opus, aac or none; else what suits the carrier.
    #[arg(long)]
    pub(crate) audio: Option<String>,
    /// Frequency of the tone between the beeps.
    #[arg(long, default_value_t = 300.0)]
    pub(crate) tone: f64,
}

/// What to keep of what is played.
#[derive(Debug, clap::Args)]
pub(crate) struct Keep {
    /// A folder for PNG files of what was seen.
    #[arg(long)]
    pub(crate) png_dir: Option<PathBuf>,
    /// Seconds from one PNG to the next.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) png_every: f64,
    /// An FLV file for all that came.
    #[arg(long)]
    pub(crate) dump: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Call {
    /// Address of the edge.
    #[arg(long, env = "COUNTERPART_EDGE")]
    pub(crate) edge: String,
    /// The user's token.
    #[arg(long, env = "COUNTERPART_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// The API key, to get a token for --user.
    #[arg(
        long,
        env = "COUNTERPART_API_KEY",
        hide_env_values = true,
        requires = "user"
    )]
    pub(crate) api_key: Option<String>,
    /// Who to be, with --api-key.
    #[arg(long)]
    pub(crate) user: Option<UserId>,
    #[command(subcommand)]
    pub(crate) role: Role,
    #[command(flatten)]
    pub(crate) stream: Stream,
    #[command(flatten)]
    pub(crate) keep: Keep,
    /// How the own stream travels: quic or rtmp.
    #[arg(long, default_value_t = Carrier::default())]
    pub(crate) publish_over: Carrier,
    /// How the other's stream travels: quic or rtmp.
    #[arg(long, default_value_t = Carrier::default())]
    pub(crate) play_over: Carrier,
    /// How long to talk before hanging up; without it the other hangs up.
    #[arg(long)]
    pub(crate) seconds: Option<f64>,
    /// A text to send; may be given again.
    #[arg(long)]
    pub(crate) text: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// Call a person.
    Person {
        /// Who.
        user: UserId,
        /// Have it recorded.
        #[arg(long)]
        record: bool,
    },
    /// Call a desk.
    Desk {
        /// Which.
        desk: DeskId,
        /// Have it recorded.
        #[arg(long)]
        record: bool,
    },
    /// Answer a direct call.
    Answer {
        /// Which.
        call: CallId,
    },
    /// Open a room of a desk and take the next call.
    Agent {
        /// The desk.
        desk: DeskId,
        /// The room.
        room: RoomId,
    },
}

impl Stream {
    /// `suits` is the codec for the carrier.
    pub(crate) fn options(&self, suits: AudioCodec) -> Result<PublishOptions, String> {
        let codec = match self.audio.as_deref() {
            None => Some(suits),
            Some("none") => None,
            Some(name) => Some(name.parse()?),
        };
        let source = match &self.file {
            Some(path) => PictureSource::File(path.clone()),
            None => PictureSource::Clock(self.size),
        };
        Ok(PublishOptions {
            picture: Some(source),
            fps: self.fps,
            bitrate: self.bitrate,
            audio: codec.map(|codec| AudioSettings {
                codec,
                channels: 1,
                bitrate: 48_000,
            }),
            tone_hz: self.tone,
            ..PublishOptions::default()
        })
    }
}

impl Keep {
    pub(crate) fn options(&self) -> PlayOptions {
        PlayOptions {
            png_dir: self.png_dir.clone(),
            png_every: duration(self.png_every),
            dump: self.dump.clone(),
            ..PlayOptions::default()
        }
    }
}

/// So many seconds; what is no duration is none.
pub(crate) fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_codec_that_does_not_exist_is_named() {
        let url = "quic://a.localhost:1/live/s?grant=g";
        let args = ["counterpart", "publish", url, "--audio", "mp3"];
        let Command::Publish(publish) = Args::parse_from(args).command else {
            panic!("another command");
        };
        let error = publish.stream.options(AudioCodec::Opus).unwrap_err();
        assert_eq!(error, "'mp3' is neither aac nor opus");
    }
}
