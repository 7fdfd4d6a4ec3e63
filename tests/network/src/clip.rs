//! What is published: pictures and sound that ffmpeg makes and the native client's own encoders encode.
//!
//! Encoding takes real time, which virtual time does not have. So what was encoded once is kept: the pictures of an encoder depend
//! on its bitrate and on the picture it began with, and calls over the same weather ask for the same ones.

use crate::sound::Sound;
use anyhow::{Context, Result, ensure};
use counterpart_native::WallTime;
use counterpart_native::encode::{AudioCodec, CodedPicture, VideoEncoder, VideoSettings};
use counterpart_native::picture::{Picture, PictureSource, Size, shrink};
use counterpart_native::publish::Step;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Pictures per second.
pub(crate) const FPS: u32 = 30;
/// Seconds until the clip begins again.
const SECONDS: u32 = 10;
/// Bits per second of sound.
pub(crate) const SOUND_RATE: u32 = 32_000;
/// Bitrates between these steps are rounded down to them.
const STEP: u32 = 10_000;

/// Somebody before a wall: a soft square that sways and changes over bars that stand still.
const PICTURES: &str = "smptehdbars=size=640x360:rate=30[wall];\
    testsrc2=size=200x260:rate=30,gblur=sigma=3[person];\
    [wall][person]overlay=x='220+30*sin(2*PI*t/2.5)':y='70+15*sin(2*PI*t/1.7)',format=yuv420p";
/// A voice of 140 Hz with two formants, four syllables a second, and a pause after each three seconds.
const VOICE: &str = "aevalsrc=exprs='lt(mod(t,4),3)*(0.5-0.5*cos(2*PI*4*t))*(0.3*sin(2*PI*140*t)+0.2*sin(2*PI*700*t)+0.1*sin(2*PI*1220*t))':sample_rate=48000";

/// The clip.
pub struct Clip {
    /// Where ffmpeg has put the pictures.
    file: PathBuf,
    /// As they were taken.
    pictures: Arc<Vec<Picture>>,
    /// Smaller ones.
    smaller: Mutex<Sizes>,
    opus: Arc<Sound>,
    aac: Arc<Sound>,
    takes: Mutex<Takes>,
}

impl std::fmt::Debug for Clip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clip").finish_non_exhaustive()
    }
}

/// By width and height.
type Sizes = HashMap<(usize, usize), Arc<Vec<Picture>>>;

/// By bitrate, first picture, and how pictures are encoded.
type Takes = HashMap<(u32, usize, (usize, u32)), Arc<Mutex<Take>>>;

/// What one encoder makes.
struct Take {
    /// What it began with.
    bitrate: u32,
    first: usize,
    fps: u32,
    /// The clip at the size that it encodes.
    pictures: Arc<Vec<Picture>>,
    /// Which pictures it was given, counted from the first, and what it aimed at.
    given: Vec<(usize, u32)>,
    /// None once nobody encodes with it; then it begins anew when more is wanted.
    encoder: Option<VideoEncoder>,
    coded: Vec<Option<CodedPicture>>,
}

impl Clip {
    /// Has ffmpeg make it, in this folder.
    ///
    /// # Errors
    /// When ffmpeg is missing or says no, or something cannot be encoded.
    pub fn make(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let (y4m, pcm) = (folder.join("clip.y4m"), folder.join("clip.s16"));
        ffmpeg(&["-filter_complex", PICTURES], &y4m)?;
        ffmpeg(&["-f", "lavfi", "-i", VOICE, "-f", "s16le"], &pcm)?;
        let mut source = PictureSource::File(y4m.clone()).open()?;
        let mut pictures = Vec::new();
        for number in 0..u64::from(SECONDS * FPS) {
            let mut picture = Picture::black(source.size());
            source.fill(&mut picture, number, WallTime::from_micros(0))?;
            pictures.push(picture);
        }
        let pcm = std::fs::read(pcm)?;
        let sound = |codec| Sound::encode(&pcm, codec).map(Arc::new);
        Ok(Self {
            file: y4m,
            pictures: Arc::new(pictures),
            smaller: Mutex::default(),
            opus: sound(AudioCodec::Opus)?,
            aac: sound(AudioCodec::Aac)?,
            takes: Mutex::default(),
        })
    }

    /// Where the pictures are, as ffmpeg reads them.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Its sound.
    pub(crate) fn sound(&self, codec: AudioCodec) -> Arc<Sound> {
        match codec {
            AudioCodec::Opus => self.opus.clone(),
            AudioCodec::Aac => self.aac.clone(),
        }
    }

    /// How large pictures are taken.
    pub(crate) fn size(&self) -> Size {
        self.pictures[0].size()
    }

    /// What an encoder makes that begins with this picture.
    pub(crate) fn roll(self: &Arc<Self>, bitrate: u32, step: Step, first: usize) -> Reel {
        let bitrate = (bitrate / STEP * STEP).max(STEP);
        let place = first % self.pictures.len();
        let pictures = self.pictures(step.size);
        let mut takes = lock(&self.takes);
        let key = (bitrate, place, (step.size.width(), step.every));
        let take = takes.entry(key).or_insert_with(|| {
            Arc::new(Mutex::new(Take {
                bitrate,
                first: place,
                fps: FPS / step.every,
                pictures,
                given: Vec::new(),
                encoder: None,
                coded: Vec::new(),
            }))
        });
        Reel {
            take: take.clone(),
            bitrate,
            first,
            next: 0,
            due: None,
        }
    }

    /// All of them at this size.
    fn pictures(&self, size: Size) -> Arc<Vec<Picture>> {
        if size == self.size() {
            return self.pictures.clone();
        }
        let mut smaller = lock(&self.smaller);
        let sides = (size.width(), size.height());
        let all = smaller.entry(sides).or_insert_with(|| {
            let small = |picture| {
                let mut small = Picture::black(size);
                shrink(picture, &mut small);
                small
            };
            Arc::new(self.pictures.iter().map(small).collect())
        });
        all.clone()
    }
}

/// An encoder's pictures, one after the other.
#[derive(Debug)]
pub(crate) struct Reel {
    take: Arc<Mutex<Take>>,
    bitrate: u32,
    first: usize,
    next: usize,
    /// Which picture follows the last one, as long as none has been left out.
    due: Option<usize>,
}

impl std::fmt::Debug for Take {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Take").finish_non_exhaustive()
    }
}

impl Reel {
    /// This picture of the clip, encoded; nothing when the encoder leaves it out to keep to the bitrate.
    pub(crate) fn next(&mut self, number: usize) -> Result<Option<CodedPicture>> {
        if self.due.is_some_and(|due| due != number) {
            self.part();
        }
        self.due = Some(number + 1);
        let mut take = lock(&self.take);
        if take.given.len() == self.next {
            take.given.push((number - self.first, self.bitrate));
        }
        while take.coded.len() < take.given.len() {
            take.encode()?;
        }
        self.next += 1;
        Ok(take.coded[self.next - 1].clone())
    }

    /// Aims at another bitrate from here on.
    pub(crate) fn set_bitrate(&mut self, bitrate: u32) {
        self.bitrate = bitrate;
        self.part();
    }

    /// Something is different from here on, so nobody else will see what comes.
    fn part(&mut self) {
        if Arc::strong_count(&self.take) == 1 {
            return;
        }
        let mut shared = lock(&self.take);
        let is_here = shared.given.len() == self.next;
        let own = Take {
            bitrate: shared.bitrate,
            first: shared.first,
            fps: shared.fps,
            pictures: shared.pictures.clone(),
            given: shared.given[..self.next].to_vec(),
            encoder: shared.encoder.take_if(|_| is_here),
            coded: shared.coded[..self.next].to_vec(),
        };
        drop(shared);
        self.take = Arc::new(Mutex::new(own));
    }
}

impl Drop for Reel {
    fn drop(&mut self) {
        // An encoder holds megabytes.
        lock(&self.take).encoder = None;
    }
}

impl Take {
    fn encode(&mut self) -> Result<()> {
        let mut encoder = match self.encoder.take() {
            Some(encoder) => encoder,
            None => {
                self.coded.clear();
                VideoEncoder::new(VideoSettings {
                    bitrate: self.bitrate,
                    fps: self.fps,
                })?
            }
        };
        let (number, bitrate) = self.given[self.coded.len()];
        if encoder.settings().bitrate != bitrate {
            encoder.set_bitrate(bitrate)?;
        }
        let at = Duration::from_secs(number as u64) / FPS;
        let picture = &self.pictures[(self.first + number) % self.pictures.len()];
        self.coded.push(encoder.encode(picture, at)?);
        self.encoder = Some(encoder);
        Ok(())
    }
}

fn ffmpeg(arguments: &[&str], output: &Path) -> Result<()> {
    let seconds = SECONDS.to_string();
    let run = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(arguments)
        .args(["-t", &seconds])
        .arg(output)
        .output()
        .context("ffmpeg")?;
    let said = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success(), "ffmpeg: {said}");
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
