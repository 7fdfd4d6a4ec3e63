//! The thread that decodes and measures.

use super::PlayError;
use super::delays::Times;
use super::dump::Dump;
use super::options::PlayOptions;
use super::report::{PlayProgress, PlayReport};
use super::sync::Sync;
use crate::decode::{
    BeepDetector, Decoded, SoundDecoder, VideoDecoder, luma, strongest, write_png,
};
use crate::end::chain;
use crate::picture::{flash, mark};
use crate::walltime::WallTime;
use counterpart_shared::flv::{AudioCodec, FrameKind, TagKind, classify};
use counterpart_shared::quic::Track;
use counterpart_shared::rtmp::{Message, MessageKind};
use openh264::decoder::DecodedYUV;
use openh264::formats::YUVSource;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// A longer interval between two pictures is a freeze.
const FREEZE: Duration = Duration::from_millis(250);

/// Steps of the sound's time line up to this are rounding.
const ROUNDING_MS: f64 = 8.0;

/// Below this a tone is silence.
const AUDIBLE: f64 = 800.0;

/// What came.
#[derive(Debug)]
pub(super) enum Sight {
    /// A message.
    Message(Message),
    /// So many messages will never come.
    Gap {
        /// Of this track.
        track: Track,
        /// How many.
        messages: u64,
    },
}

/// Decodes and measures.
pub(super) struct Viewer {
    begin: Instant,
    eye: Eye,
    ear: Ear,
    sync: Sync,
    dump: Option<Dump>,
    /// Asks for a keyframe.
    wishes: mpsc::Sender<()>,
    progress: watch::Sender<PlayProgress>,
    report: PlayReport,
}

struct Eye {
    decoder: VideoDecoder,
    last: Option<Instant>,
    delays: Times,
    intervals: Times,
    album: Option<Album>,
}

/// Where PNG files go.
struct Album {
    folder: PathBuf,
    every: Duration,
    last: Option<Instant>,
}

struct Ear {
    decoder: SoundDecoder,
    beeps: BeepDetector,
    /// When the next packet begins if none is missing, in milliseconds.
    expected: Option<f64>,
    delays: Times,
    /// How many packets each frequency was the strongest of.
    tones: BTreeMap<u32, u64>,
}

impl Viewer {
    pub(super) fn new(
        options: &PlayOptions,
        begin: Instant,
        wishes: mpsc::Sender<()>,
    ) -> Result<Self, PlayError> {
        let album = options.png_dir.clone().map(|folder| {
            std::fs::create_dir_all(&folder).map_err(|source| PlayError::Dump {
                path: folder.clone(),
                source,
            })?;
            Ok::<_, PlayError>(Album {
                folder,
                every: options.png_every,
                last: None,
            })
        });
        let album = album.transpose()?;
        let dump = options.dump.as_deref().map(Dump::create).transpose()?;
        Ok(Self {
            begin,
            eye: Eye {
                decoder: VideoDecoder::new()?,
                last: None,
                delays: Times::default(),
                intervals: Times::default(),
                album,
            },
            ear: Ear {
                decoder: SoundDecoder::new(),
                beeps: BeepDetector::new(),
                expected: None,
                delays: Times::default(),
                tones: BTreeMap::new(),
            },
            sync: Sync::default(),
            dump,
            wishes,
            progress: options.progress.clone(),
            report: PlayReport::default(),
        })
    }

    /// Looks and listens until the sender is gone.
    pub(super) fn run(mut self, mut sights: mpsc::Receiver<Sight>) -> PlayReport {
        while let Some(sight) = sights.blocking_recv() {
            match sight {
                Sight::Message(message) => self.take(&message),
                Sight::Gap { track, messages } => self.gap(track, messages),
            }
        }
        self.finish()
    }

    fn take(&mut self, message: &Message) {
        if let Some(dump) = &mut self.dump
            && let Err(error) = dump.write(message)
        {
            self.dump = None;
            self.report.faults.push(chain(&error));
        }
        match message.kind {
            MessageKind::Video => self.look(message),
            MessageKind::Audio => self.listen(message),
            _ => return,
        }
        self.report.bytes += message.payload.len() as u64;
        self.progress.send_modify(|progress| {
            progress.pictures = self.report.pictures;
            progress.sounds = self.report.sounds;
            progress.size = self.report.size;
        });
    }

    fn gap(&mut self, track: Track, messages: u64) {
        self.progress
            .send_modify(|progress| progress.lost += messages);
        match track {
            Track::Video => {
                self.report.video_gaps += 1;
                self.report.video_lost += messages;
            }
            // Sound shows its gaps by its times, on every carrier.
            Track::Audio | Track::Data => {}
        }
    }

    fn look(&mut self, message: &Message) {
        let kind = classify(TagKind::Video, &message.payload);
        if kind == FrameKind::VideoKey {
            self.report.keyframes += 1;
            let came = ms_since(self.begin);
            self.report.first_keyframe_ms.get_or_insert(came);
        }
        match self.eye.decoder.decode(&message.payload) {
            Ok(Decoded::Picture(picture)) => {
                let seen = Seen {
                    report: &mut self.report,
                    delays: &mut self.eye.delays,
                    sync: &mut self.sync,
                };
                let delay = seen.measure(&picture, message.timestamp);
                self.progress
                    .send_modify(|progress| progress.delay_ms = delay);
                if let Some(album) = &mut self.eye.album {
                    album.keep(&picture, &mut self.report);
                }
                self.interval();
            }
            Ok(Decoded::Nothing) => {}
            Ok(Decoded::Undecodable) | Err(_) => {
                self.report.undecodable += 1;
                // One wish waits at a time; the player throttles them.
                let _ = self.wishes.try_send(());
            }
        }
    }

    fn interval(&mut self) {
        let came = ms_since(self.begin);
        self.report.first_picture_ms.get_or_insert(came);
        if let Some(last) = self.eye.last.replace(Instant::now()) {
            let interval = last.elapsed();
            self.eye.intervals.push(interval.as_secs_f64() * 1000.0);
            self.report.freezes += u64::from(interval > FREEZE);
        }
    }

    fn listen(&mut self, message: &Message) {
        let sound = match self.ear.decoder.decode(&message.payload) {
            Ok(Some(sound)) => sound,
            Ok(None) => return,
            Err(_) => {
                self.report.sounds_undecodable += 1;
                return;
            }
        };
        self.report.sounds += 1;
        let packet = f64::from(message.timestamp);
        let step = self.ear.expected.map_or(0.0, |expected| packet - expected);
        if step.abs() > ROUNDING_MS {
            self.report.audio_gaps += 1;
            self.report.audio_gap_ms += step.max(0.0);
            self.ear.beeps.gap();
            self.ear.expected = None;
        }
        // Whole milliseconds jitter; the count of samples does not.
        let start = self.ear.expected.unwrap_or(packet);
        let length = sound.samples.len() as f64 * 1000.0 / f64::from(sound.rate.max(1));
        self.ear.expected = Some(start + (packet - start) * 0.1 + length);
        let heard = sound.start(start);
        if let Some(onset) = self.ear.beeps.push(&sound.samples, sound.rate, heard) {
            self.sync.beep(onset);
            let since_second = WallTime::now().micros_of_second();
            self.ear.delays.push(since_second as f64 / 1000.0);
        }
        let (hz, peak) = strongest(&sound.samples, sound.rate);
        if peak > AUDIBLE && (hz - crate::encode::tone::BEEP_HZ).abs() > 100.0 {
            *self.ear.tones.entry(hz as u32).or_default() += 1;
        }
    }

    fn finish(self) -> PlayReport {
        let mut report = self.report;
        if let Some(Err(error)) = self.dump.map(Dump::finish) {
            report.faults.push(chain(&error));
        }
        report.audio_codec = self.ear.decoder.codec().map(|codec| {
            match codec {
                AudioCodec::Aac => "aac",
                AudioCodec::Opus => "opus",
            }
            .to_owned()
        });
        report.frame_delay = self.eye.delays.spread();
        report.picture_interval = self.eye.intervals.spread();
        let most = self.ear.tones.iter().max_by_key(|(_, packets)| **packets);
        report.tone_hz = most.map(|(&hz, _)| f64::from(hz));
        report.sound_delay = self.ear.delays.spread();
        report.av_step = self.sync.steps.spread();
        report
    }
}

/// What a decoded picture is written into.
struct Seen<'a> {
    report: &'a mut PlayReport,
    delays: &'a mut Times,
    sync: &'a mut Sync,
}

impl Seen<'_> {
    /// Gives the delay, when the picture has a mark.
    fn measure(self, picture: &DecodedYUV<'_>, timestamp: u32) -> Option<f64> {
        let now = WallTime::now();
        self.report.pictures += 1;
        self.report.size = Some(picture.dimensions());
        let luma = luma(picture)?;
        let Some(captured) = mark::read(&luma) else {
            self.report.unmarked += 1;
            return None;
        };
        let delay = now.ms_since(captured);
        self.delays.push(delay);
        if flash::read(&luma) == Some(true) && flash::lit(captured) {
            let since_second = captured.micros_of_second() as f64 / 1000.0;
            self.sync.flash(f64::from(timestamp) - since_second);
        }
        Some(delay)
    }
}

impl Album {
    fn keep(&mut self, picture: &DecodedYUV<'_>, report: &mut PlayReport) {
        if self.last.is_some_and(|last| last.elapsed() < self.every) {
            return;
        }
        self.last = Some(Instant::now());
        let path = self
            .folder
            .join(format!("picture-{:06}.png", report.pictures));
        match write_png(picture, &path) {
            Ok(()) => report.pngs += 1,
            Err(error) => report
                .faults
                .push(format!("{}: {}", path.display(), chain(&error))),
        }
    }
}

fn ms_since(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1000.0
}
