//! What a late reader gets first.

use crate::frames::Frame;
use counterpart_shared::flv::FrameKind;

/// Longest run of pictures that is kept from a keyframe on. A publisher who makes no more keyframes
/// cannot fill the memory; his late readers ask him for one.
const MAX_PICTURES: usize = 300;
/// The same in bytes.
const MAX_BYTES: usize = 4 << 20;

/// The configurations of a stream and its pictures since the newest keyframe.
#[derive(Debug, Default)]
pub(super) struct Cache {
    metadata: Option<Frame>,
    video: Option<Frame>,
    audio: Option<Frame>,
    pictures: Vec<Frame>,
    bytes: usize,
}

impl Cache {
    /// Takes note of the next frame.
    pub(super) fn push(&mut self, frame: &Frame) {
        match frame.kind {
            FrameKind::Data => self.metadata = Some(frame.clone()),
            FrameKind::AudioConfig => self.audio = Some(frame.clone()),
            FrameKind::VideoConfig => self.configure(frame),
            FrameKind::VideoKey => {
                self.clear();
                self.keep(frame);
            }
            FrameKind::VideoInter | FrameKind::VideoDisposable if !self.pictures.is_empty() => {
                self.keep(frame);
            }
            _ => {}
        }
    }

    /// The video configuration.
    pub(super) fn video(&self) -> Option<&Frame> {
        self.video.as_ref()
    }

    /// The audio configuration.
    pub(super) fn audio(&self) -> Option<&Frame> {
        self.audio.as_ref()
    }

    /// Whether a late reader can show something at once.
    pub(super) fn has_key(&self) -> bool {
        !self.pictures.is_empty()
    }

    /// What a late reader needs to be with the live stream at once: configurations, the newest keyframe
    /// and all pictures since. Their times are moved together to end at the newest picture, a millisecond
    /// apart: a player that keeps to the times would stay behind by as much as the keyframe is old. Sound
    /// of the past is left out for the same reason.
    pub(super) fn catch_up(&self) -> Vec<Frame> {
        let newest = self.pictures.last().map(|frame| frame.message.timestamp);
        let count = self.pictures.len() as u32;
        let first = newest.map(|newest| newest.wrapping_sub(count.saturating_sub(1)));
        let configs = [&self.metadata, &self.video, &self.audio];
        let configs = configs.into_iter().flatten().cloned();
        let configs = configs.map(|frame| match first {
            Some(first) => frame.at(first),
            None => frame,
        });
        let pictures = self.pictures.iter().cloned().zip(0u32..);
        let pictures = pictures.map(|(frame, place)| {
            let time = first.unwrap_or_default().wrapping_add(place);
            frame.at(time)
        });
        configs.chain(pictures).collect()
    }

    /// Another configuration makes the pictures before it worthless to a late reader.
    fn configure(&mut self, frame: &Frame) {
        let same = |old: &Frame| old.message.payload == frame.message.payload;
        if !self.video.as_ref().is_some_and(same) {
            self.clear();
        }
        self.video = Some(frame.clone());
    }

    fn keep(&mut self, frame: &Frame) {
        self.bytes += frame.len();
        self.pictures.push(frame.clone());
        if self.bytes > MAX_BYTES || self.pictures.len() > MAX_PICTURES {
            self.clear();
        }
    }

    fn clear(&mut self) {
        self.pictures.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_frames::*;
    use super::*;

    fn times(cache: &Cache) -> Vec<(FrameKind, u32)> {
        let frames = cache.catch_up().into_iter();
        frames.map(|f| (f.kind, f.message.timestamp)).collect()
    }

    #[test]
    fn a_late_reader_gets_configurations_and_the_newest_keyframe_on() {
        let mut cache = Cache::default();
        for frame in [
            audio_config(0),
            video_config(0),
            key(0),
            inter(33),
            key(66),
            audio(70),
            inter(99),
            disposable(132),
        ] {
            cache.push(&frame);
        }
        let expected = [
            (FrameKind::VideoConfig, 130),
            (FrameKind::AudioConfig, 130),
            (FrameKind::VideoKey, 130),
            (FrameKind::VideoInter, 131),
            (FrameKind::VideoDisposable, 132),
        ];
        assert_eq!(times(&cache), expected);
    }

    #[test]
    fn pictures_of_another_configuration_are_not_kept() {
        let mut cache = Cache::default();
        cache.push(&video_config(0));
        cache.push(&key(0));
        cache.push(&video_config(5));
        assert!(
            cache.has_key(),
            "the same configuration again changes nothing"
        );
        cache.push(&other_video_config(10));
        cache.push(&inter(20));
        assert!(!cache.has_key());
    }

    #[test]
    fn a_stream_without_further_keyframes_does_not_fill_the_memory() {
        let mut cache = Cache::default();
        cache.push(&key(0));
        for time in 0..MAX_PICTURES as u32 {
            cache.push(&inter(time));
        }
        assert!(!cache.has_key());
        cache.push(&key(1));
        assert!(cache.has_key());
    }
}
