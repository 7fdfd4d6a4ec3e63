//! No acknowledged entry is lost, doubled or reordered, and all see the same.

use crate::seen::{Log, Seen, Side};
use counterpart_shared::api::{Entry, EntryBody};
use counterpart_shared::id::{CallId, ClientId, Party};
use std::collections::BTreeMap;

/// Each log is one sequence, the same for both parties, in which every acknowledged text stands once, under its number and
/// in its writer's order; and what came on a socket is how the log begins.
pub(super) fn kept(seen: &Seen) -> Vec<String> {
    let mut faults = Vec::new();
    let mut logs: BTreeMap<&CallId, &Log> = BTreeMap::new();
    for log in &seen.logs {
        faults.extend(gap(log));
        let first = logs.entry(&log.call).or_insert(log);
        if first.entries != log.entries {
            faults.push(format!(
                "{}: {} and {} read different logs",
                log.call, first.party, log.party
            ));
        }
    }
    for side in &seen.sides {
        match logs.get(&side.call) {
            Some(log) => faults.extend(judge(side, &log.entries)),
            None => faults.push(format!("{} has no log", side.call)),
        }
    }
    faults
}

fn gap(log: &Log) -> Option<String> {
    let numbered = |(entry, number): (&Entry, u64)| entry.seq == number;
    let whole = log.entries.iter().zip(1..).all(numbered);
    (!whole).then(|| format!("{}: the sequence has a gap", log.call))
}

fn judge(side: &Side, log: &[Entry]) -> Vec<String> {
    let (call, party) = (&side.call, side.party);
    let mut faults = Vec::new();
    let texts: Vec<(&ClientId, u64)> = log
        .iter()
        .filter_map(|entry| text_of(party, entry))
        .collect();
    for (id, seq) in &side.acknowledged {
        let stored: Vec<u64> = texts
            .iter()
            .filter(|(one, _)| *one == id)
            .map(|(_, seq)| *seq)
            .collect();
        if stored != [*seq] {
            faults.push(format!(
                "{call}: text {id} of {party} was acknowledged as {seq}, it is {stored:?}"
            ));
        }
    }
    // In the order in which they were said, and nothing else; what was not acknowledged may be missing.
    let mut said = side.said.iter();
    if !texts.iter().all(|(id, _)| said.any(|one| one == *id)) {
        faults.push(format!(
            "{call}: texts of {party} are out of order or doubled"
        ));
    }
    if !log.starts_with(&side.entries) {
        faults.push(format!("{call}: {party} saw something else than the log"));
    }
    faults
}

fn text_of(party: Party, entry: &Entry) -> Option<(&ClientId, u64)> {
    match &entry.body {
        EntryBody::Text { from, id, .. } if *from == party => Some((id, entry.seq)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::made_up::{end, log, seen, side, text};

    fn good() -> Seen {
        let entries = vec![
            text(1, Party::Caller, "x"),
            text(2, Party::Callee, "y"),
            text(3, Party::Caller, "z"),
            end(4, 9),
        ];
        let mut callee = log("a", entries.clone());
        callee.party = Party::Callee;
        let mut seen = seen(vec![log("a", entries.clone()), callee]);
        let mut caller = side("a", Party::Caller, &["x", "z"], &[("x", 1), ("z", 3)]);
        caller.entries = entries[..3].to_vec();
        let mut callee = side("a", Party::Callee, &["y"], &[("y", 2)]);
        callee.entries = entries;
        seen.sides = vec![caller, callee];
        seen
    }

    /// How many faults there are when this is spoilt.
    fn found(spoil: impl FnOnce(&mut Seen)) -> usize {
        let mut seen = good();
        spoil(&mut seen);
        kept(&seen).len()
    }

    /// The same entries for everyone.
    fn all_read(seen: &mut Seen, entries: &[Entry]) {
        seen.logs
            .iter_mut()
            .for_each(|log| log.entries = entries.to_vec());
        seen.sides.iter_mut().for_each(|side| side.entries.clear());
    }

    #[test]
    fn nothing_is_found_where_all_is_well() {
        assert_eq!(kept(&good()), Vec::<String>::new());
        let unacknowledged = |seen: &mut Seen| seen.sides[0].said.push("w".parse().expect("an id"));
        assert_eq!(found(unacknowledged), 0);
    }

    #[test]
    fn a_lost_a_doubled_and_a_moved_text_are_found() {
        let [x, y, z] = [
            text(1, Party::Caller, "x"),
            text(2, Party::Callee, "y"),
            text(3, Party::Caller, "z"),
        ];
        let lost = [x.clone(), y.clone()];
        assert_eq!(found(|seen| all_read(seen, &lost)), 1);
        let doubled = [x.clone(), y.clone(), z.clone(), text(4, Party::Caller, "z")];
        assert_eq!(
            found(|seen| all_read(seen, &doubled)),
            2,
            "z is there twice, out of order"
        );
        let moved = [
            text(1, Party::Caller, "z"),
            y.clone(),
            text(3, Party::Caller, "x"),
        ];
        assert_eq!(
            found(|seen| all_read(seen, &moved)),
            3,
            "both numbers and the order"
        );
        let gap = [x, y, text(4, Party::Caller, "z")];
        let faults = found(|seen| all_read(seen, &gap));
        assert_eq!(faults, 3, "in both logs, and not under its number");
    }

    #[test]
    fn what_only_one_sees_is_found() {
        assert_eq!(found(|seen| seen.logs[1].entries.truncate(3)), 1);
        assert_eq!(found(|seen| seen.sides[0].entries.remove(0).seq = 0), 1);
        assert_eq!(found(|seen| seen.logs.clear()), 2);
        let foreign = |seen: &mut Seen| seen.sides[0].said.clear();
        assert_eq!(found(foreign), 1);
    }
}
