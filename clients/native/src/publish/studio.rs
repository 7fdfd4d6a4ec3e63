//! The thread that draws, encodes and paces.

use super::camera::{Camera, Shot};
use super::message::{audio, video};
use super::metadata::metadata;
use super::microphone::Microphone;
use super::rate::{Rate, Says};
use super::report::{PublishProgress, PublishReport};
use super::{PublishError, PublishOptions};
use crate::carry::{MediaSender, NotSent};
use crate::encode::EncodeError;
use crate::end::End;
use crate::walltime::WallTime;
use counterpart_shared::rtmp::Message;
use std::time::Instant;
use tokio::sync::{mpsc, watch};

/// What the node wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The next picture as a keyframe.
    Keyframe,
    /// So many bits per second in all, says this one.
    Bitrate(Says, u32),
}

/// Makes pictures and sound in real time.
pub(super) struct Studio {
    camera: Option<Camera>,
    microphone: Option<Microphone>,
    rate: Rate,
    sender: MediaSender,
    orders: mpsc::Receiver<Order>,
    progress: watch::Sender<PublishProgress>,
    begin: Instant,
    /// Pictures that the link had no room for.
    full: u64,
    report: PublishReport,
}

/// Why the studio stops.
enum Halt {
    /// Nobody gives orders any more.
    Dismissed,
    /// The connection has ended.
    Gone,
    /// Nothing can be made.
    Fault(PublishError),
}

impl From<PublishError> for Halt {
    fn from(error: PublishError) -> Self {
        Halt::Fault(error)
    }
}

impl From<EncodeError> for Halt {
    fn from(error: EncodeError) -> Self {
        Halt::Fault(error.into())
    }
}

impl Studio {
    pub(super) fn new(
        options: &PublishOptions,
        sender: MediaSender,
        orders: mpsc::Receiver<Order>,
    ) -> Result<Self, PublishError> {
        let start = WallTime::now();
        let begin = Instant::now();
        let sound = options.audio.map_or(0, |audio| audio.bitrate);
        Ok(Self {
            camera: Camera::new(options, start)?,
            microphone: Microphone::new(options, start)?,
            rate: Rate::new(options.bitrate, sound),
            sender,
            orders,
            progress: options.progress.clone(),
            begin,
            full: 0,
            report: PublishReport {
                bitrate: options.bitrate,
                ..PublishReport::default()
            },
        })
    }

    /// Works until the orders are closed or the connection is.
    pub(super) fn run(mut self) -> PublishReport {
        self.report.end = match self.work() {
            Halt::Dismissed => End::Stopped,
            Halt::Gone => End::Failed("the connection has ended".into()),
            Halt::Fault(error) => End::failed(&error),
        };
        self.report.duration_ms = self.begin.elapsed().as_secs_f64() * 1000.0;
        self.report.encode_ms = self.camera.as_ref().map_or(0.0, Camera::encode_ms);
        self.report
    }

    fn work(&mut self) -> Halt {
        if let Err(halt) = self.announce() {
            return halt;
        }
        loop {
            if let Err(halt) = self.step() {
                return halt;
            }
        }
    }

    /// Says what comes: metadata and the sound's configuration. The pictures' comes with the first of them.
    fn announce(&mut self) -> Result<(), Halt> {
        self.send(&metadata(self.camera.as_ref(), self.microphone.as_ref()))?;
        if let Some(microphone) = &self.microphone {
            let config = microphone.config()?;
            self.send(&audio(0, config))?;
        }
        Ok(())
    }

    /// Waits for what is due next and makes it.
    fn step(&mut self) -> Result<(), Halt> {
        let picture = self.camera.as_ref().map(Camera::due);
        let sound = self.microphone.as_ref().map(Microphone::due);
        let due = picture.into_iter().chain(sound).min().ok_or(Halt::Gone)?;
        std::thread::sleep((self.begin + due).saturating_duration_since(Instant::now()));
        self.obey()?;
        match picture {
            Some(picture) if picture == due => self.film()?,
            _ => self.listen()?,
        }
        self.progress.send_replace(PublishProgress {
            pictures: self.report.pictures,
            sounds: self.report.sounds,
            bitrate: self.report.bitrate,
            size: self.report.size,
            limit: self.rate.told(),
            full: self.full,
        });
        Ok(())
    }

    fn obey(&mut self) -> Result<(), Halt> {
        loop {
            match self.orders.try_recv() {
                Ok(Order::Keyframe) => {
                    self.report.keyframe_requests += 1;
                    if let Some(camera) = &mut self.camera {
                        camera.force_keyframe()?;
                    }
                }
                Ok(Order::Bitrate(who, total)) => self.limit(who, total)?,
                Err(mpsc::error::TryRecvError::Empty) => return Ok(()),
                Err(mpsc::error::TryRecvError::Disconnected) => return Err(Halt::Dismissed),
            }
        }
    }

    fn limit(&mut self, who: Says, total: u32) -> Result<(), EncodeError> {
        let (Some(camera), Some(bitrate)) = (&mut self.camera, self.rate.limit(who, total)) else {
            return Ok(());
        };
        self.report.bitrate_changes += 1;
        self.report.bitrate = bitrate;
        camera.set_bitrate(bitrate)
    }

    fn film(&mut self) -> Result<(), Halt> {
        let elapsed = self.begin.elapsed();
        let camera = self.camera.as_mut().expect("a picture was due");
        self.report.skipped += camera.catch_up(elapsed);
        if !self.sender.has_room() {
            camera.pass();
            self.report.skipped += 1;
            self.full += 1;
            return Ok(());
        }
        let shot = camera.shoot()?;
        let (at, coded) = match shot {
            Shot::Taken(at, coded) => {
                let size = camera.coded_size();
                self.report.size = Some((size.width(), size.height()));
                (at, coded)
            }
            Shot::LeftOut => {
                self.report.left_out += 1;
                return Ok(());
            }
            Shot::Useless => {
                self.report.dropped += 1;
                return Ok(());
            }
        };
        let mut sent = true;
        for body in coded.config.into_iter().chain([coded.body]) {
            sent = sent && self.send(&video(at, body))?;
        }
        self.report.pictures += u64::from(sent);
        self.full += u64::from(!sent);
        self.report.keyframes += u64::from(sent && coded.keyframe);
        if let Some(camera) = self.camera.as_mut().filter(|_| !sent) {
            camera.lose()?;
        }
        Ok(())
    }

    fn listen(&mut self) -> Result<(), Halt> {
        let microphone = self.microphone.as_mut().expect("sound was due");
        if let Some((at, body)) = microphone.record()? {
            let sent = self.send(&audio(at, body))?;
            self.report.sounds += u64::from(sent);
        }
        Ok(())
    }

    /// Whether it was sent; it is not when too much waits.
    fn send(&mut self, message: &Message) -> Result<bool, Halt> {
        match self.sender.try_send(message) {
            Ok(()) => {
                self.report.bytes += message.payload.len() as u64;
                Ok(true)
            }
            Err(NotSent::Full) => {
                self.report.dropped += 1;
                Ok(false)
            }
            Err(NotSent::Closed) => Err(Halt::Gone),
        }
    }
}
