//! A stream that stands behind its own past.

/// Over such a window the least delayed frame says how late the stream is ...
const WINDOW_MS: u64 = 10_000;
/// ... and a stream that is later than this throughout has stood still: its clock is moved on. A
/// crowded network delays by less, and its timestamps stay true; so does a track that begins behind the other.
pub(super) const LATE_MS: i64 = 5_000;

/// How late the stream is against its least delayed frame so far.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    best: Option<i64>,
    window: Option<Window>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    since: u64,
    best: i64,
}

impl Lateness {
    /// Takes one frame; says by how much the stream stands behind, else 0.
    pub(super) fn note(&mut self, place: i64, arrived_at: u64) -> i64 {
        let delay = i64::try_from(arrived_at)
            .unwrap_or(i64::MAX)
            .saturating_sub(place);
        let best = self.best.map_or(delay, |best| best.min(delay));
        self.best = Some(best);
        let window = self.window.get_or_insert(Window {
            since: arrived_at,
            best: delay,
        });
        window.best = window.best.min(delay);
        if arrived_at.saturating_sub(window.since) < WINDOW_MS {
            return 0;
        }
        let late = window.best.saturating_sub(best);
        self.window = None;
        if late > LATE_MS { late } else { 0 }
    }

    /// Frames before the break say nothing about those behind it, except where `best` stays true:
    /// the time line is in step with arrival again.
    pub(super) fn restart(&mut self) {
        self.window = None;
    }
}
