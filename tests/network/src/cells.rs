//! What is tried.

use crate::beside::{Beside, Control, Way};
use crate::weather::{Forecast, Jitter, Loss, Narrow, Weather};
use counterpart_shared::id::Party;
use counterpart_transport::Congestion;
use std::time::Duration;

/// The way of a party whose link is good.
const NEAR: Duration = Duration::from_millis(5);
/// What a bottleneck holds.
const QUEUE: Duration = Duration::from_millis(300);
/// The round trip of cells that are not about it.
const ROUND_TRIP: u64 = 100;

/// One kind of weather, for so long.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What the table calls it.
    pub name: String,
    /// How long it is measured.
    pub length: Duration,
    /// The round trip on the bad link when nothing waits.
    pub round_trip: Duration,
    /// Whether a few cells that span the table have it among them.
    pub quick: bool,
    /// Who else is on the caller's link, in virtual time.
    pub beside: Option<Beside>,
    /// The congestion control of the caller's client, where it is not the row's.
    pub of_caller: Option<Congestion>,
    bad: Forecast,
    both: bool,
}

impl Cell {
    fn new(name: impl Into<String>, round_trip: u64, weather: Weather) -> Self {
        Self {
            name: name.into(),
            length: Duration::from_secs(30),
            round_trip: Duration::from_millis(round_trip),
            quick: false,
            beside: None,
            of_caller: None,
            bad: Forecast::always(Weather {
                delay: Duration::from_millis(round_trip) / 2,
                ..weather
            }),
            both: false,
        }
    }

    fn changing(name: &str, seconds: u64, changes: &[(u64, Weather)]) -> Self {
        let delay = Duration::from_millis(ROUND_TRIP) / 2;
        let changes = changes
            .iter()
            .map(|(at, weather)| (Duration::from_millis(*at), Weather { delay, ..*weather }));
        Self {
            length: Duration::from_secs(seconds),
            bad: Forecast(changes.collect()),
            ..Self::new(name, ROUND_TRIP, Weather::default())
        }
    }

    fn quick(self) -> Self {
        Self {
            quick: true,
            ..self
        }
    }

    /// The weather on the access link of a party, the same in both directions.
    pub fn forecast(&self, party: Party) -> Forecast {
        match party {
            Party::Callee if !self.both => Forecast::always(Weather::clean(NEAR)),
            _ => self.bad.clone(),
        }
    }

    /// When the weather changes, counted from its beginning.
    pub fn changes(&self) -> impl Iterator<Item = (Duration, &Weather)> {
        self.bad.0.iter().map(|(at, weather)| (*at, weather))
    }

    /// How old sound may be when it comes: 300 ms and the way itself.
    pub fn in_time(&self) -> Duration {
        let ways = if self.both { 2 } else { 1 };
        Duration::from_millis(300) + self.round_trip / 2 * ways
    }
}

/// All of them.
pub fn all() -> Vec<Cell> {
    let mut cells = losses();
    cells.extend(both_ends());
    cells.push(bursts().quick());
    cells.extend(narrow());
    cells.push(steps().quick());
    cells.extend(jitters());
    cells.extend(outages());
    cells.extend(beside());
    cells.push(filled());
    cells
}

fn lossy(loss: f64) -> Weather {
    Weather {
        loss: Loss::Random(loss),
        ..Weather::default()
    }
}

fn losses() -> Vec<Cell> {
    let mut cells = Vec::new();
    for percent in [0, 2, 5, 10, 20, 30, 50, 70, 80] {
        for round_trip in [20, 100, 200] {
            let name = format!("loss {percent} %, {round_trip} ms");
            let cell = Cell::new(name, round_trip, lossy(f64::from(percent) / 100.0));
            let quick = round_trip == 100 && matches!(percent, 0 | 10 | 30 | 80);
            cells.push(if quick { cell.quick() } else { cell });
        }
    }
    cells
}

fn both_ends() -> Vec<Cell> {
    let cell = |percent: u32| Cell {
        both: true,
        ..Cell::new(
            format!("loss {percent} % at both ends"),
            ROUND_TRIP,
            lossy(f64::from(percent) / 100.0),
        )
    };
    [5, 10, 20].map(cell).into()
}

fn bursts() -> Cell {
    let loss = Loss::Bursts {
        mean: 0.1,
        length: 5.0,
    };
    let weather = Weather {
        loss,
        ..Weather::default()
    };
    Cell::new("bursts of 5, 10 %", ROUND_TRIP, weather)
}

fn limited(rate: u32) -> Weather {
    let narrow = Narrow { rate, queue: QUEUE };
    Weather {
        narrow: Some(narrow),
        ..Weather::default()
    }
}

fn narrow() -> Vec<Cell> {
    let cell = |rate: u32| {
        let name = format!("{} kbit/s", rate / 1000);
        Cell::new(name, ROUND_TRIP, limited(rate))
    };
    vec![cell(150_000), cell(300_000).quick(), cell(500_000)]
}

/// A link that a call shares with somebody else.
pub fn shared() -> Cell {
    wide("beside a download")
}

fn wide(name: &str) -> Cell {
    let name = format!("2,000 kbit/s {name}");
    Cell::new(name, ROUND_TRIP, limited(2_000_000))
}

fn beside() -> Vec<Cell> {
    let cell = |name: &str, control: Control, way: Way, until: Option<u64>| Cell {
        beside: Some(Beside {
            way,
            control,
            until: until.map(Duration::from_secs),
        }),
        ..wide(name)
    };
    let (down, up) = (Way::Download, Way::Upload);
    vec![
        cell("beside a download", Control::Cubic, down, None).quick(),
        cell("beside a download, NewReno", Control::NewReno, down, None),
        cell("beside a download, BBR", Control::Bbr, down, None),
        cell("beside an upload", Control::Cubic, up, None),
        cell("after a download", Control::Cubic, down, Some(18)),
    ]
}

/// A caller whose own congestion control fills his uplink, as a browser's does: to the node that queue looks like a stranger's.
fn filled() -> Cell {
    Cell {
        of_caller: Some(Congestion::Cubic),
        ..Cell::new(
            "500 kbit/s, Cubic from the caller",
            ROUND_TRIP,
            limited(500_000),
        )
    }
}

/// Every ten seconds the other rate.
fn steps() -> Cell {
    let (wide, thin) = (limited(1_500_000), limited(300_000));
    let changes = [(0, wide), (13_000, thin), (23_000, wide), (33_000, thin)];
    Cell::changing("1,500 ↓ 300 ↑ kbit/s", 40, &changes)
}

fn jitters() -> Vec<Cell> {
    let cell = |mean: u64, reorders: bool| {
        let most = Duration::from_millis(2 * mean);
        let weather = Weather {
            jitter: Some(Jitter { most, reorders }),
            ..Weather::default()
        };
        let order = if reorders { ", out of order" } else { "" };
        let name = format!("jitter {mean} ± {mean} ms{order}");
        // What waits on the way is part of the way.
        let mut cell = Cell::new(name, ROUND_TRIP, weather);
        cell.round_trip += 2 * most;
        cell
    };
    vec![
        cell(30, false),
        cell(30, true).quick(),
        cell(100, false),
        cell(100, true),
    ]
}

fn outages() -> Vec<Cell> {
    let cell = |seconds: u64| {
        let fair = Weather::default();
        let out = Weather { out: true, ..fair };
        let changes = [(0, fair), (10_000, out), (10_000 + seconds * 1_000, fair)];
        Cell::changing(&format!("{seconds} s outage"), 25, &changes)
    };
    vec![cell(1).quick(), cell(5)]
}
