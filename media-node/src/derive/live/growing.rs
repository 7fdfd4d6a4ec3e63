//! The files of a call that goes on, as far as its recorders have brought them to the disk.

use super::super::parts::{Part, Parts};
use super::super::samples::Samples;
use crate::record::open::listed;
use crate::record::{GrowingFile, Progress, RecordError};
use crate::vault::{PlainFile, Vault};
use counterpart_shared::id::{CallId, Party};
use mp4_atom::Codec;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;

/// What comes to be known when its place was passed by more than this is missing in the composite.
const LATE_MS: u64 = 500;

/// The files on a time line whose 0 is fixed when the first of them is seen. Where a recording lies on it is fixed when its first
/// file is seen: by then the recorder knows how late its first frames were.
pub(super) struct Growing {
    folder: PathBuf,
    call: CallId,
    vault: Vault,
    progress: Progress,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    /// UNIX milliseconds at the time line's 0.
    first_at: Option<u64>,
    /// UNIX milliseconds at the 0 of each recording's clock.
    clocks: HashMap<usize, i64>,
    files: Vec<(Part, GrowingFile)>,
    /// Why what is made of them is not all that there is.
    fault: Option<String>,
}

impl Growing {
    pub(super) fn new(folder: PathBuf, call: CallId, vault: Vault, progress: Progress) -> Self {
        Self {
            folder,
            call,
            vault,
            progress,
            seen: RefCell::default(),
        }
    }

    /// Sees the files that begin before this UNIX time in milliseconds. `made` ms of the time line are made by now.
    pub(super) fn look(&self, until: u64, made: u64) {
        let mut seen = self.seen.borrow_mut();
        let files = self.progress.files();
        for file in &files {
            if file.first_at <= until {
                let clock = file.first_at.cast_signed() - file.origin;
                seen.clocks.entry(file.recording).or_insert(clock);
            }
        }
        let known = seen.files.len();
        let clocks = &seen.clocks;
        let placed = files.into_iter().skip(known).map_while(|file| {
            // Those behind one that has no place yet were begun later.
            let at = clocks.get(&file.recording)?.saturating_add(file.origin);
            let at = at.max(0).cast_unsigned();
            (at <= until).then_some((at, file))
        });
        let placed: Vec<_> = placed.collect();
        let Some(earliest) = placed.iter().map(|(at, _)| *at).min() else {
            return;
        };
        let first_at = *seen.first_at.get_or_insert(earliest);
        for (at, file) in placed {
            let begin = at.saturating_sub(first_at);
            if at + LATE_MS < first_at || begin + LATE_MS < made {
                seen.fault = Some(format!("{} was begun too late", file.name));
            }
            let part = Part {
                name: file.name.clone(),
                begin,
                growth: Some(file.growth.clone()),
            };
            seen.files.push((part, file));
        }
    }

    /// UNIX milliseconds at the time line's 0; nothing before there is a file.
    pub(super) fn first_at(&self) -> Option<u64> {
        self.seen.borrow().first_at
    }

    /// Where what is written ends, in milliseconds.
    pub(super) fn end(&self) -> u64 {
        let seen = self.seen.borrow();
        let ends = seen.files.iter();
        let ends = ends.map(|(part, file)| part.begin + file.growth.reach().duration_ms);
        ends.max().unwrap_or(0)
    }

    /// Why what is made of the files would not be all that there is.
    pub(super) fn fault(&self) -> Option<String> {
        self.seen.borrow().fault.clone()
    }

    /// Why the files that were seen are not these, all of them finished; nothing if they are.
    pub(super) fn differs(&self, films: &[&str]) -> Option<String> {
        let seen = self.seen.borrow();
        let mut files = seen.files.iter().map(|(_, file)| file);
        if let Some(open) = files.find(|file| !file.growth.reach().over) {
            return Some(format!("{} was not finished", open.name));
        }
        let known = |film: &&&str| seen.files.iter().any(|(part, _)| part.name == **film);
        let unknown = films.iter().find(|film| !known(film));
        unknown.map(|film| format!("{film} was not seen"))
    }

    /// A file that is being recorded, or was and is encrypted since.
    fn content(&self, name: &str) -> Result<PlainFile, RecordError> {
        let disk = RecordError::disk(name);
        match File::open(self.folder.join(name)) {
            Ok(file) => return Ok(PlainFile::of(file)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(disk(error)),
            Err(_) => {}
        }
        let listed = listed(&self.folder, &self.call)?;
        let file = listed.into_iter().find(|file| file.name == name);
        let file = file.ok_or(io::ErrorKind::NotFound.into()).map_err(disk)?;
        Ok(PlainFile::open(
            &self.folder,
            &self.call,
            &file,
            &self.vault,
        )?)
    }
}

impl Parts for Growing {
    fn part(&self, party: Party, number: usize) -> Option<Part> {
        let begin = format!("{party}.");
        let seen = self.seen.borrow();
        let parts = seen.files.iter().map(|(part, _)| part);
        let mut of_party = parts.filter(|part| part.name.starts_with(&begin));
        of_party.nth(number).cloned()
    }

    fn open(&self, part: &Part, track: u32) -> Option<(Samples, Codec)> {
        let opened = self.content(&part.name).map_err(|error| error.to_string());
        let opened = opened.and_then(|file| {
            let samples = Samples::open(file, part.growth.clone(), track);
            samples.map_err(|error| format!("{}: {error}", part.name))
        });
        let kept = opened.map_err(|error| self.seen.borrow_mut().fault = Some(error));
        kept.ok()?
    }

    fn late(&self, ms: u64) {
        if ms > LATE_MS {
            let fault = format!("something came {ms} ms too late");
            self.seen.borrow_mut().fault = Some(fault);
        }
    }

    fn fault(&self, name: &str, error: &io::Error) {
        self.seen.borrow_mut().fault = Some(format!("{name}: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Reach;

    const REACH: Reach = Reach {
        bytes: 1,
        duration_ms: 4_000,
        over: true,
    };

    fn growing(progress: &Progress) -> Growing {
        let call = "c1".parse().unwrap();
        Growing::new(
            PathBuf::from("c1"),
            call,
            Vault::default(),
            progress.clone(),
        )
    }

    #[test]
    fn files_are_seen_when_their_time_has_come_and_stay_where_they_were_seen() {
        let progress = Progress::default();
        let growing = growing(&progress);
        let (caller, callee) = (progress.recording(), progress.recording());
        caller.note("caller.mp4", (0, 1_300), REACH);
        callee.note("callee.mp4", (0, 1_200), REACH);
        growing.look(1_100, 0);
        assert_eq!(growing.first_at(), None);
        // By now it is known that the first frame was late.
        caller.note("caller.mp4", (0, 1_000), REACH);
        growing.look(1_250, 0);
        assert_eq!((growing.first_at(), growing.end()), (Some(1_000), 4_200));
        caller.note("caller.2.mp4", (4_000, 4_900), REACH);
        growing.look(5_000, 3_800);
        let begin = |party, number| growing.part(party, number).map(|part| part.begin);
        assert_eq!(begin(Party::Caller, 0), Some(0));
        assert_eq!(begin(Party::Callee, 0), Some(200));
        assert_eq!(
            begin(Party::Caller, 1),
            Some(4_000),
            "on the clock of the first"
        );
        assert_eq!(begin(Party::Callee, 1), None);
        assert_eq!(growing.fault(), None);
    }

    #[test]
    fn what_comes_too_late_or_is_not_finished_or_unknown_is_a_fault() {
        let progress = Progress::default();
        let growing = growing(&progress);
        let caller = progress.recording();
        caller.note("caller.mp4", (0, 1_000), REACH);
        growing.look(5_000, 0);
        growing.late(LATE_MS);
        assert_eq!(growing.fault(), None);
        assert_eq!(growing.differs(&["caller.mp4"]), None);
        let unknown = growing.differs(&["caller.mp4", "callee.mp4"]);
        assert_eq!(unknown.as_deref(), Some("callee.mp4 was not seen"));
        let open = Reach {
            over: false,
            ..REACH
        };
        caller.note("caller.mp4", (0, 1_000), open);
        let open = growing.differs(&["caller.mp4"]);
        assert_eq!(open.as_deref(), Some("caller.mp4 was not finished"));
        caller.note("caller.2.mp4", (2_000, 3_000), REACH);
        growing.look(9_000, 2_000 + LATE_MS + 1);
        let late = growing.fault();
        assert_eq!(late.as_deref(), Some("caller.2.mp4 was begun too late"));
    }

    #[test]
    fn what_begins_before_the_film_is_a_fault() {
        let progress = Progress::default();
        let growing = growing(&progress);
        progress.recording().note("caller.mp4", (0, 2_000), REACH);
        growing.look(5_000, 0);
        let callee = progress.recording();
        callee.note("callee.mp4", (0, 2_000 - LATE_MS), REACH);
        growing.look(5_000, 0);
        assert_eq!(growing.fault(), None);
        progress.recording().note("callee.2.mp4", (0, 1_499), REACH);
        growing.look(5_000, 0);
        let early = growing.fault();
        assert_eq!(early.as_deref(), Some("callee.2.mp4 was begun too late"));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_fault() {
        let progress = Progress::default();
        let growing = growing(&progress);
        progress.recording().note("caller.mp4", (0, 1_000), REACH);
        growing.look(5_000, 0);
        let part = growing.part(Party::Caller, 0).unwrap();
        assert!(growing.open(&part, 1).is_none());
        assert!(growing.fault().unwrap().contains("caller.mp4"));
    }
}
