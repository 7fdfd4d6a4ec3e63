//! What the FLV body of a message is to a recording.

use super::super::RecordError;
use super::super::gaps::Track;
use super::super::track::{Picture, Sound, Unit, UnitKind};
use super::PartyRecorder;
use bytes::Bytes;
use counterpart_shared::flv::{
    AudioBody, AudioCodec, AudioPacket, FrameKind, TagKind, VideoBody, VideoPacket, classify,
};

impl PartyRecorder {
    pub(super) fn video(
        &mut self,
        timestamp: u32,
        body: &Bytes,
        at: u64,
    ) -> Result<(), RecordError> {
        let key = classify(TagKind::Video, body) == FrameKind::VideoKey;
        let Ok(body) = VideoBody::parse(body) else {
            self.stats.unsupported += 1;
            return Ok(());
        };
        match body.packet {
            VideoPacket::Config(record) => self.configure_picture(&record),
            VideoPacket::Coded { composition, data } => {
                let place = self.clock.place(Track::Picture, timestamp, at);
                self.keyed |= key && self.picture.is_some();
                if !self.keyed || data.is_empty() {
                    self.stats.early += 1;
                    return Ok(());
                }
                if key && self.sound_waits {
                    self.close_open()?;
                }
                self.record(Unit {
                    place,
                    arrived_at: at,
                    kind: UnitKind::Picture { key, composition },
                    data,
                })
            }
            VideoPacket::End | VideoPacket::Metadata(_) | VideoPacket::Command(_) => Ok(()),
        }
    }

    pub(super) fn audio(
        &mut self,
        timestamp: u32,
        body: &Bytes,
        at: u64,
    ) -> Result<(), RecordError> {
        let Ok(body) = AudioBody::parse(body) else {
            self.stats.unsupported += 1;
            return Ok(());
        };
        match body.packet {
            AudioPacket::Config(config) => self.configure_sound(body.codec, &config),
            AudioPacket::Coded(data) => {
                let place = self.clock.place(Track::Sound, timestamp, at);
                let sound = self.sound.as_ref().filter(|sound| sound.is(body.codec));
                let Some(ticks) = sound.and_then(|sound| sound.duration(&data)) else {
                    self.stats.early += 1;
                    return Ok(());
                };
                self.record(Unit {
                    place,
                    arrived_at: at,
                    kind: UnitKind::Sound { ticks },
                    data,
                })
            }
            AudioPacket::End => Ok(()),
        }
    }

    /// Another configuration of pictures begins a new file at once: a keyframe follows it.
    fn configure_picture(&mut self, record: &Bytes) -> Result<(), RecordError> {
        let Some(picture) = Picture::parse(record) else {
            self.stats.unsupported += 1;
            return Ok(());
        };
        if self.picture.as_ref() == Some(&picture) {
            return Ok(());
        }
        if self.picture.is_some() {
            self.open_file()?;
        }
        self.close_open()?;
        self.picture = Some(picture);
        self.keyed = false;
        Ok(())
    }

    /// Another configuration of sound begins a new file at the next keyframe, so that no picture is
    /// lost; at once if there are no pictures.
    fn configure_sound(&mut self, codec: AudioCodec, config: &Bytes) -> Result<(), RecordError> {
        let Some(sound) = Sound::parse(codec, config) else {
            self.stats.unsupported += 1;
            return Ok(());
        };
        if self.sound.as_ref() == Some(&sound) {
            return Ok(());
        }
        if self.sound.is_some() {
            self.open_file()?;
        }
        match &self.open {
            Some(open) if open.has_video() => self.sound_waits = true,
            _ => self.close_open()?,
        }
        self.sound = Some(sound);
        Ok(())
    }
}
