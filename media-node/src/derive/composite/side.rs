//! What is seen of one party over time: the newest picture, as long as it is one.

use super::super::source::Source;
use super::coded::{CodedPicture, CodedPictures};
use super::panel::Panel;
use crate::record::FinishedFile;
use counterpart_shared::id::Party;
use openh264::OpenH264API;
use openh264::decoder::{Decoder, DecoderConfig, Flush};
use std::collections::{BTreeSet, VecDeque};

/// A picture older than this is no picture of what happens any more.
const STALE_MS: u64 = 1_000;
/// Pictures that a stream may put out of order, and so wait for each other here.
const REORDERED: usize = 16;

/// A party's pictures on the call's time line.
pub(super) struct Side<'a> {
    source: &'a Source,
    /// Width and height of what is shown.
    size: (usize, usize),
    /// Where each file begins, in milliseconds.
    files: VecDeque<(u64, &'a FinishedFile)>,
    open: Option<Open>,
    /// Decoded and not shown yet.
    waiting: VecDeque<(u64, Panel)>,
    shown: Option<(u64, Panel)>,
    /// Panels that can be used again.
    spare: Vec<Panel>,
}

struct Open {
    begin: u64,
    pictures: CodedPictures,
    decoder: Decoder,
    next: Option<CodedPicture>,
    /// When the pictures that the decoder keeps are to be shown.
    times: BTreeSet<u64>,
}

impl<'a> Side<'a> {
    pub(super) fn of(source: &'a Source, party: Party, size: (usize, usize)) -> Self {
        let files = source.of_party(party, "mp4").into_iter();
        let files = files.map(|file| (source.place(file), file));
        Self {
            source,
            size,
            files: files.collect(),
            open: None,
            waiting: VecDeque::new(),
            shown: None,
            spare: Vec::new(),
        }
    }

    /// What is to be seen at this time, in milliseconds; nothing while the side is missing. To be
    /// called with times that grow.
    pub(super) fn show(&mut self, at: u64) -> Option<&Panel> {
        self.decode_until(at);
        while let Some(next) = self.waiting.pop_front_if(|(time, _)| *time <= at) {
            self.spare
                .extend(self.shown.replace(next).map(|(_, old)| old));
        }
        let fresh = |(time, _): &&(u64, Panel)| at.saturating_sub(*time) < STALE_MS;
        self.shown.as_ref().filter(fresh).map(|(_, panel)| panel)
    }

    fn decode_until(&mut self, at: u64) {
        loop {
            if self.open.is_none() && !self.open_next(at) {
                return;
            }
            let Some(open) = &mut self.open else { return };
            match &open.next {
                Some(sample) if open.begin + sample.decoded_at > at => return,
                Some(_) => self.decode(),
                None => self.close(),
            }
        }
    }

    fn open_next(&mut self, at: u64) -> bool {
        let Some((begin, file)) = self.files.pop_front_if(|(begin, _)| *begin <= at) else {
            return false;
        };
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let decoder = Decoder::with_api_config(OpenH264API::from_source(), config);
        // A file that cannot be read shows nothing; the next one may.
        let pictures = self.source.open(file).map(CodedPictures::open);
        if let (Some(Ok(Some(mut pictures))), Ok(decoder)) = (pictures, decoder) {
            let next = pictures.next().unwrap_or(None);
            self.open = Some(Open {
                begin,
                pictures,
                decoder,
                next,
                times: BTreeSet::new(),
            });
        }
        true
    }

    fn decode(&mut self) {
        let Some(open) = &mut self.open else { return };
        let Some(sample) = open.next.take() else {
            return;
        };
        open.next = open.pictures.next().unwrap_or(None);
        open.times.insert(open.begin + sample.shown_at);
        if open.times.len() > REORDERED {
            // The decoder has left these out.
            open.times.pop_first();
        }
        // What cannot be decoded leaves the picture before it, until that is stale.
        if let Ok(Some(picture)) = open.decoder.decode(&sample.data)
            && let Some(time) = open.times.pop_first()
        {
            let mut panel = self.spare.pop().unwrap_or_else(|| Panel::new(self.size));
            panel.fit(&picture);
            self.waiting.push_back((time, panel));
        }
    }

    /// Takes what the decoder still keeps.
    fn close(&mut self) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        for picture in open.decoder.flush_remaining().unwrap_or_default() {
            if let Some(time) = open.times.pop_first() {
                let mut panel = self.spare.pop().unwrap_or_else(|| Panel::new(self.size));
                panel.fit(&picture);
                self.waiting.push_back((time, panel));
            }
        }
    }
}
