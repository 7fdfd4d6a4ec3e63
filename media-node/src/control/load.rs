//! How busy this process is, as Linux tells it under `/proc/self`.

use std::time::Instant;

/// Clock ticks a second in `/proc/self/stat`: USER_HZ, which is 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// Measures the processor time between two readings.
#[derive(Debug)]
pub(super) struct LoadMeter {
    last: Option<(f64, Instant)>,
}

impl LoadMeter {
    pub(super) fn new() -> Self {
        Self { last: None }
    }

    /// Share of one core since the last reading, in per cent, and resident bytes. Zero where `/proc` does
    /// not tell.
    pub(super) fn read(&mut self, now: Instant) -> (f32, u64) {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let seconds = cpu_seconds(&read("/proc/self/stat")).unwrap_or(0.0);
        let before = self.last.replace((seconds, now));
        let cpu = before.map_or(0.0, |(then, at)| {
            let passed = now.saturating_duration_since(at).as_secs_f64();
            100.0 * (seconds - then) / passed.max(0.001)
        });
        let memory = resident_bytes(&read("/proc/self/status")).unwrap_or(0);
        (cpu as f32, memory)
    }
}

/// Fields 14 and 15, counted after the program's name, which may hold blanks and brackets.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

fn resident_bytes(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_is_read() {
        let stat = "7 (a) b) R 1 1 1 0 -1 4194304 1 2 3 4 250 150 0 0 20";
        assert_eq!(cpu_seconds(stat), Some(4.0));
        assert_eq!(resident_bytes("Name:\tx\nVmRSS:\t  12 kB\n"), Some(12_288));
        assert_eq!(cpu_seconds("nonsense"), None);
    }

    #[test]
    fn this_process_uses_memory() {
        let (_, memory) = LoadMeter::new().read(Instant::now());
        assert!(memory > 100_000, "{memory} bytes");
    }
}
