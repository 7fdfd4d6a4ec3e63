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
use super::source::Source;
use crate::record::mp4::{Chapter, Mp4File};
use crate::record::store::Output;
use crate::record::track::{Picture, Sound, Unit};
use canvas::Canvas;
use counterpart_shared::id::Party;
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
}

/// What a composite is.
#[derive(Debug, Clone)]
pub struct Made {
    /// What is inside, pictures first.
    pub codecs: Vec<String>,
    /// Play time.
    pub duration_ms: u64,
}

/// Makes the composite and writes it into a new file.
///
/// # Errors
/// When the disk or an encoder refuses.
pub fn composite(
    source: &Source,
    settings: Settings,
    (name, out): (String, Box<dyn Output>),
) -> Result<Made, DeriveError> {
    let (_, seats) = canvas::seats(source.layout);
    let [caller, callee] = seats.map(|seat| seat.size);
    let mut sides = [
        Side::of(source, Party::Caller, caller),
        Side::of(source, Party::Callee, callee),
    ];
    let mut canvas = Canvas::new(source.layout, label(source));
    let mut encoder = PictureEncoder::new()?;
    let mut mixer = Mixer::new(source)?;
    let sound = mixer.sound()?;
    let mut writer = Writer {
        out: Some((name, out)),
        file: None,
        sound,
        chapters: source.chapters(),
    };
    for number in 0..source.duration_ms.div_ceil(STEP_MS).max(1) {
        let at = number * STEP_MS;
        for (party, side) in sides.iter_mut().enumerate() {
            // The nearest one: half a step early or late instead of a whole step late.
            let panel = side.show(at + STEP_MS / 2);
            canvas.put(party, panel);
        }
        canvas.mark(&clock(source.first_at + at, settings.zone));
        let coded = encoder.encode(&canvas, place(at), source.first_at)?;
        writer.picture(coded, encoder.picture())?;
        for unit in mixer.until(place(at + STEP_MS), source.first_at)? {
            writer.push(unit)?;
        }
    }
    writer.close()
}

fn place(at: u64) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// The file, which begins with the first picture.
struct Writer {
    out: Option<(String, Box<dyn Output>)>,
    file: Option<Mp4File>,
    sound: Sound,
    chapters: Vec<Chapter>,
}

impl Writer {
    fn picture(
        &mut self,
        unit: Option<Unit>,
        picture: Option<&Picture>,
    ) -> Result<(), DeriveError> {
        let Some(unit) = unit else { return Ok(()) };
        if let (Some(out), Some(picture)) = (self.out.take_if(|_| picture.is_some()), picture) {
            let file =
                Mp4File::create(out, Some(picture), Some(&self.sound), &self.chapters, &unit)?;
            self.file = Some(file);
        }
        self.push(unit)
    }

    fn push(&mut self, unit: Unit) -> Result<(), DeriveError> {
        match &mut self.file {
            Some(file) => Ok(file.push(unit)?),
            None => Ok(()),
        }
    }

    fn close(self) -> Result<Made, DeriveError> {
        let Some(file) = self.file else {
            let reason = io::Error::from(io::ErrorKind::UnexpectedEof);
            return Err(DeriveError::encoder("the first picture")(reason));
        };
        let closed = file.close()?;
        Ok(Made {
            codecs: closed.codecs,
            duration_ms: closed.duration_ms,
        })
    }
}

/// Who talks with whom at which desk in which call, as far as the grants and the log say it.
fn label(source: &Source) -> String {
    let who = |zh: &str, en: &str, party| match source.who(party) {
        Some(name) => format!("{zh} {en} {name}  "),
        None => String::new(),
    };
    let customer = who("客户", "customer", Party::Caller);
    let agent = who("坐席", "agent", Party::Callee);
    let desk = source.desk();
    let desk = desk.map(|desk| format!("服务台 desk {desk}  "));
    let desk = desk.unwrap_or_default();
    format!("{desk}{customer}{agent}通话 call {}", source.call)
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
