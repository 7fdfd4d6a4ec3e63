//! Many clients at once, each doing one thing after another, and what came of it.

use anyhow::Result;
use counterpart_tests::figures::{Spread, own_usage, usage};
use counterpart_tests::system::System;
use serde::Serialize;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Before anything counts, each client does one thing, which wakes what sleeps, and then all work for so long.
const WARM_UP: Duration = Duration::from_millis(500);

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sample {
    /// Things done per second.
    pub(crate) per_second: f64,
    /// Milliseconds that one took.
    pub(crate) ms: Spread,
    /// Share of one core that workerd used, per cent.
    pub(crate) workerd_percent: f64,
    /// Share of one core that this program used, per cent. It has one thread, so at 100 it is what is measured.
    pub(crate) bench_percent: f64,
    /// How many of the answers that had URLs had one-time keys in them, per cent; nothing where none had URLs.
    pub(crate) one_time_percent: Option<f64>,
}

/// The period in which things count, by their end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    begin: Instant,
    end: Instant,
}

impl Window {
    /// Whether there is time to begin another one.
    pub(crate) fn is_open(&self) -> bool {
        Instant::now() < self.end
    }
}

/// How long the things of one client took, in milliseconds.
#[derive(Debug)]
pub(crate) struct Times {
    window: Window,
    ms: Vec<f64>,
    /// Answers with URLs that had one-time keys, and those that had none.
    keyed: [usize; 2],
}

impl Times {
    pub(crate) fn new(window: Window) -> Self {
        Self {
            window,
            ms: Vec::new(),
            keyed: [0; 2],
        }
    }

    /// An answer had URLs, with keys or without.
    pub(crate) fn urls(&mut self, with_keys: bool) {
        self.keyed[usize::from(!with_keys)] += 1;
    }

    /// One that was begun at `since` has just ended.
    pub(crate) fn done(&mut self, since: Instant) {
        let now = Instant::now();
        if (self.window.begin..self.window.end).contains(&now) {
            self.ms.push((now - since).as_secs_f64() * 1e3);
        }
    }
}

/// Something that can be done again and again.
pub(crate) trait Client: Send + 'static {
    /// Does it until the window closes, and once at least.
    fn work(&mut self, window: Window) -> impl Future<Output = Result<Times>> + Send;
}

/// Lets all clients work for so long.
pub(crate) async fn measure<C: Client>(
    system: &System,
    clients: &mut Vec<C>,
    period: Duration,
) -> Result<Sample> {
    let now = Instant::now();
    let mut waking = all_work(
        clients,
        Window {
            begin: now,
            end: now,
        },
    );
    while let Some(awake) = waking.join_next().await {
        clients.push(awake??.0);
    }
    let begin = Instant::now() + WARM_UP;
    let end = begin + period;
    let mut working = all_work(clients, Window { begin, end });
    tokio::time::sleep_until(begin.into()).await;
    let before = (usage(&system.edge)?.cpu, own_usage()?.cpu);
    tokio::time::sleep_until(end.into()).await;
    let after = (usage(&system.edge)?.cpu, own_usage()?.cpu);
    let (mut ms, mut keyed) = (Vec::new(), [0; 2]);
    while let Some(done) = working.join_next().await {
        let (client, times) = done??;
        clients.push(client);
        ms.extend(times.ms);
        keyed = [keyed[0] + times.keyed[0], keyed[1] + times.keyed[1]];
    }
    let percent = |used: Duration| used.as_secs_f64() / period.as_secs_f64() * 100.0;
    Ok(Sample {
        per_second: ms.len() as f64 / period.as_secs_f64(),
        ms: Spread::of(ms).unwrap_or_default(),
        workerd_percent: percent(after.0 - before.0),
        bench_percent: percent(after.1 - before.1),
        one_time_percent: (keyed != [0; 2])
            .then(|| keyed[0] as f64 / (keyed[0] + keyed[1]) as f64 * 100.0),
    })
}

fn all_work<C: Client>(clients: &mut Vec<C>, window: Window) -> JoinSet<Result<(C, Times)>> {
    let mut working = JoinSet::new();
    for mut client in clients.drain(..) {
        working.spawn(async move {
            let times = client.work(window).await?;
            Ok((client, times))
        });
    }
    working
}
