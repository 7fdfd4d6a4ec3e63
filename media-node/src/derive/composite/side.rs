//! What is seen of one party over time: the newest picture, as long as it is one.

use super::super::parts::Parts;
use super::coded::{CodedPicture, CodedPictures};
use super::panel::Panel;
use crate::record::mp4::VIDEO_ID;
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
    parts: &'a dyn Parts,
    party: Party,
    /// Width and height of what is shown.
    size: (usize, usize),
    /// How many of the party's files were begun with.
    taken: usize,
    /// Until when all was shown, in milliseconds.
    until: u64,
    open: Option<Open>,
    /// Decoded and not shown yet.
    waiting: VecDeque<(u64, Panel)>,
    shown: Option<(u64, Panel)>,
    /// Panels that can be used again.
    spare: Vec<Panel>,
}

struct Open {
    name: String,
    /// Where it begins, in milliseconds.
    begin: u64,
    pictures: CodedPictures,
    decoder: Decoder,
    next: Option<CodedPicture>,
    /// When the pictures that the decoder keeps are to be shown.
    times: BTreeSet<u64>,
}

impl<'a> Side<'a> {
    pub(super) fn of(parts: &'a dyn Parts, party: Party, size: (usize, usize)) -> Self {
        Self {
            parts,
            party,
            size,
            taken: 0,
            until: 0,
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
        self.until = at;
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
            if open.next.is_none() {
                let next = open.pictures.next();
                let next = next.inspect_err(|error| self.parts.fault(&open.name, error));
                open.next = next.unwrap_or(None);
            }
            match &open.next {
                Some(sample) if open.begin + sample.decoded_at > at => return,
                Some(_) => self.decode(),
                None if open.pictures.is_over() => self.close(),
                None => return,
            }
        }
    }

    fn open_next(&mut self, at: u64) -> bool {
        let part = self.parts.part(self.party, self.taken);
        let Some(part) = part.filter(|part| part.begin <= at) else {
            return false;
        };
        self.taken += 1;
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let decoder = Decoder::with_api_config(OpenH264API::from_source(), config);
        // A file that cannot be read shows nothing; the next one may.
        let pictures = self.parts.open(&part, VIDEO_ID);
        if let (Some(pictures), Ok(decoder)) = (pictures.and_then(CodedPictures::of), decoder) {
            self.open = Some(Open {
                name: part.name,
                begin: part.begin,
                pictures,
                decoder,
                next: None,
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
        let decoded_at = open.begin + sample.decoded_at;
        self.parts.late(self.until.saturating_sub(decoded_at));
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
