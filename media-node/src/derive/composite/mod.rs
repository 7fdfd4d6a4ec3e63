//! Both parties in one picture, both voices in one sound: `call.mp4`.
//!
//! Life of a picture: `coded` reads it coded from a party's MP4, `side` decodes it, `panel` scales it
//! to the party's seat, `canvas` puts both, the notice and the watermark together, `picture`
//! codes that and [`Mp4File`] writes it.

mod canvas;
mod coded;
mod panel;
mod picture;
mod side;
mod sound;
mod text;

use super::DeriveError;
use super::parts::Parts;
use super::source::Source;
use crate::record::mp4::{CHAPTER_ROOM, Chapter, Mp4File};
use crate::record::store::Output;
use crate::record::track::{Picture, Sound, Unit};
use canvas::Canvas;
use counterpart_shared::grant::Layout;
use counterpart_shared::id::{CallId, DeskId, Party};
use picture::PictureEncoder;
use side::Side;
use sound::Mixer;
use std::io;
use time::{OffsetDateTime, UtcOffset};

/// Pictures a second.
const FPS: u64 = 25;
/// From one picture to the next.
const STEP_MS: u64 = 1000 / FPS;
const NANOS_PER_MS: i128 = 1_000_000;

/// How a composite looks.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Whether one is made at all.
    pub composite: bool,
    /// The time zone of the watermark's clock.
    pub zone: UtcOffset,
    /// How many may be made at once while their calls go on.
    pub live: usize,
}

/// What a composite is.
#[derive(Debug, Clone)]
pub struct Made {
    /// What is inside, pictures first.
    pub codecs: Vec<String>,
    /// Play time.
    pub duration_ms: u64,
}

/// Makes the composite of a sealed call and writes it into a new file.
///
/// # Errors
/// When the disk or an encoder refuses.
pub fn composite(
    source: &Source,
    settings: Settings,
    out: (String, Box<dyn Output>),
) -> Result<Made, DeriveError> {
    let head = Head {
        layout: source.layout,
        zone: settings.zone,
        first_at: source.first_at,
    };
    let mut composer = Composer::new(source, head, out)?;
    let who = Party::BOTH.map(|party| source.who(party));
    composer.name(label(&source.call, source.desk(), who));
    composer.until(source.duration_ms.max(1))?;
    composer.close(&source.chapters(source.first_at))
}

/// What is known of a composite before its first picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) layout: Layout,
    /// The time zone of the watermark's clock.
    pub(super) zone: UtcOffset,
    /// UNIX milliseconds at its 0.
    pub(super) first_at: u64,
}

/// Puts pictures and sound together, picture after picture.
pub(super) struct Composer<'a> {
    head: Head,
    sides: [Side<'a>; 2],
    canvas: Canvas,
    encoder: PictureEncoder,
    mixer: Mixer<'a>,
    writer: Writer,
    /// Pictures that are made.
    made: u64,
}

impl<'a> Composer<'a> {
    /// One that has made nothing yet.
    ///
    /// # Errors
    /// When there is no encoder.
    pub(super) fn new(
        parts: &'a dyn Parts,
        head: Head,
        out: (String, Box<dyn Output>),
    ) -> Result<Self, DeriveError> {
        let (_, seats) = canvas::seats(head.layout);
        let [caller, callee] = seats.map(|seat| seat.size);
        let mixer = Mixer::new(parts)?;
        Ok(Self {
            head,
            sides: [
                Side::of(parts, Party::Caller, caller),
                Side::of(parts, Party::Callee, callee),
            ],
            canvas: Canvas::new(head.layout),
            encoder: PictureEncoder::new()?,
            writer: Writer {
                out: Some(out),
                file: None,
                sound: mixer.sound()?,
            },
            mixer,
            made: 0,
        })
    }

    /// From now on the watermark says this beside the time.
    pub(super) fn name(&mut self, label: String) {
        self.canvas.name(label);
    }

    /// How far it is, in milliseconds.
    pub(super) fn place(&self) -> u64 {
        self.made * STEP_MS
    }

    /// Makes the pictures before `end`, in milliseconds, and the sound with them.
    ///
    /// # Errors
    /// When the disk or an encoder refuses.
    pub(super) fn until(&mut self, end: u64) -> Result<(), DeriveError> {
        while self.place() < end {
            self.picture()?;
        }
        Ok(())
    }

    fn picture(&mut self) -> Result<(), DeriveError> {
        let (at, first_at) = (self.place(), self.head.first_at);
        for (party, side) in self.sides.iter_mut().enumerate() {
            // The nearest one: half a step early or late instead of a whole step late.
            let panel = side.show(at + STEP_MS / 2);
            self.canvas.put(party, panel);
        }
        self.canvas.mark(&clock(first_at + at, self.head.zone));
        let coded = self.encoder.encode(&self.canvas, place(at), first_at)?;
        self.writer.picture(coded, self.encoder.picture())?;
        self.made += 1;
        for unit in self.mixer.until(place(at + STEP_MS), first_at)? {
            self.writer.push(unit)?;
        }
        Ok(())
    }

    /// Brings what is made to the disk itself.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn sync(&self) -> Result<(), DeriveError> {
        match &self.writer.file {
            Some(file) => Ok(file.sync()?),
            None => Ok(()),
        }
    }

    /// Writes the end of the file, and its chapters.
    ///
    /// # Errors
    /// When the disk refuses, or nothing was made.
    pub(super) fn close(self, chapters: &[Chapter]) -> Result<Made, DeriveError> {
        self.writer.close(chapters)
    }
}

fn place(at: u64) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// The file, which begins with the first picture.
struct Writer {
    out: Option<(String, Box<dyn Output>)>,
    file: Option<Mp4File>,
    sound: Sound,
}

impl Writer {
    fn picture(
        &mut self,
        unit: Option<Unit>,
        picture: Option<&Picture>,
    ) -> Result<(), DeriveError> {
        let Some(unit) = unit else { return Ok(()) };
        if let (Some(out), Some(picture)) = (self.out.take_if(|_| picture.is_some()), picture) {
            let sound = Some(&self.sound);
            self.file = Some(Mp4File::create(
                out,
                Some(picture),
                sound,
                CHAPTER_ROOM,
                &unit,
            )?);
        }
        self.push(unit)
    }

    fn push(&mut self, unit: Unit) -> Result<(), DeriveError> {
        match &mut self.file {
            Some(file) => Ok(file.push(unit)?),
            None => Ok(()),
        }
    }

    fn close(self, chapters: &[Chapter]) -> Result<Made, DeriveError> {
        let Some(mut file) = self.file else {
            let reason = io::Error::from(io::ErrorKind::UnexpectedEof);
            return Err(DeriveError::encoder("the first picture")(reason));
        };
        file.divide(chapters);
        let closed = file.close()?;
        Ok(Made {
            codecs: closed.codecs,
            duration_ms: closed.duration_ms,
        })
    }
}

/// Who talks with whom at which desk in which call, as far as that is known.
pub(super) fn label(
    call: &CallId,
    desk: Option<&DeskId>,
    [caller, callee]: [Option<&str>; 2],
) -> String {
    let who = |zh: &str, en: &str, name: Option<&str>| match name {
        Some(name) => format!("{zh} {en} {name}  "),
        None => String::new(),
    };
    let customer = who("客户", "customer", caller);
    let agent = who("坐席", "agent", callee);
    let desk = desk.map(|desk| format!("服务台 desk {desk}  "));
    let desk = desk.unwrap_or_default();
    format!("{desk}{customer}{agent}通话 call {call}")
}

fn clock(unix_ms: u64, zone: UtcOffset) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * NANOS_PER_MS);
    let Ok(at) = at else { return String::new() };
    let at = at.to_offset(zone);
    let (hours, minutes, _) = zone.as_hms();
    let sign = if zone.is_negative() { '-' } else { '+' };
    format!(
        "{} {:02}:{:02}:{:02} {sign}{:02}:{:02}",
        at.date(),
        at.hour(),
        at.minute(),
        at.second(),
        hours.unsigned_abs(),
        minutes.unsigned_abs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_shows_the_desks_time() {
        let zone = UtcOffset::from_hms(8, 0, 0).unwrap();
        assert_eq!(clock(1_700_000_000_000, zone), "2023-11-15 06:13:20 +08:00");
        let zone = UtcOffset::from_hms(-3, -30, 0).unwrap();
        assert_eq!(clock(1_700_000_000_000, zone), "2023-11-14 18:43:20 -03:30");
    }
}
