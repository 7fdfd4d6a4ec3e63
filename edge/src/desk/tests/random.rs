//! What holds whatever happens.

use super::*;
use crate::table::Change;

/// The desk beside a record of what it may do.
struct World {
    desk: Desk,
    present: BTreeSet<u8>,
    entered: u32,
    gone: BTreeSet<u32>,
    /// The order in which callers came.
    arrived: Vec<CallId>,
    now: u64,
    stored: BTreeMap<(&'static str, String), String>,
}

impl World {
    fn store(&mut self) {
        for Change { kind, key, json } in self.desk.changes() {
            match json {
                Some(json) => self.stored.insert((kind, key), json),
                None => self.stored.remove(&(kind, key)),
            };
        }
    }

    fn rows(&self) -> Vec<Row> {
        let row = |((kind, key), json): (&(&str, String), &String)| Row {
            kind: (*kind).into(),
            key: key.clone(),
            json: json.clone(),
        };
        self.stored.iter().map(row).collect()
    }

    fn act(&mut self, what: u8, n: u8, pick: u32) -> Vec<Output> {
        let c = if self.entered == 0 {
            0
        } else {
            pick % self.entered
        };
        let input = match what {
            0 | 1 => {
                self.present.insert(n);
                connected(n)
            }
            2 if self.present.remove(&n) => closed(n),
            3 | 4 if self.present.contains(&n) => open(n),
            5 if self.present.contains(&n) => close(n),
            6..=8 => {
                self.arrived.push(call(self.entered));
                self.entered += 1;
                enter(self.entered - 1)
            }
            9 | 10 if self.entered > 0 => {
                self.gone.insert(c);
                leave(c)
            }
            11 | 12 => return self.answer(n, accept),
            13 => return self.answer(n, reject),
            _ => self.alarm(),
        };
        self.desk.handle(input, self.now)
    }

    fn alarm(&self) -> Input {
        alarm(&self.present.iter().copied().collect::<Vec<_>>())
    }

    fn answer(&mut self, n: u8, how: fn(u8, u32) -> Input) -> Vec<Output> {
        let row = self.desk.rooms.get(&room(n));
        let number = row.and_then(|row| row.call()?.as_str()[1..].parse().ok());
        let input = how(n, number.unwrap_or(999));
        self.desk.handle(input, self.now)
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let mut places: BTreeMap<CallId, usize> = BTreeMap::new();
        for (_, row) in self.desk.rooms.iter() {
            if let Some(call) = row.call() {
                *places.entry(call.clone()).or_default() += 1;
            }
            if let Place::Offered { until, .. } = row.place {
                prop_assert!(until <= self.now + RING, "every offer ends");
            }
        }
        for call in line(&self.desk) {
            *places.entry(call).or_default() += 1;
        }
        prop_assert!(places.values().all(|&count| count == 1), "{places:?}");
        let known = (0..self.entered).filter(|c| !self.gone.contains(c)).count();
        prop_assert_eq!(places.len(), known, "nobody is lost");
        let free = self.desk.rooms.iter().any(|(_, row)| row.is_free());
        prop_assert!(!free || self.desk.line.is_empty(), "idle beside waiting");
        let order = |call: &CallId| self.arrived.iter().position(|one| one == call);
        let places: Vec<_> = line(&self.desk).iter().map(order).collect();
        prop_assert!(places.is_sorted(), "the line is in the order of arrival");
        Ok(())
    }
}

proptest! {
    #![proptest_config(crate::chance::sequences())]

    #[test]
    fn whatever_happens(steps in prop::collection::vec((0..16u8, 0..4u8, any::<u32>(), 0..8_000u64), 1..120)) {
        let mut world = World {
            desk: Desk::default(),
            present: BTreeSet::new(),
            entered: 0,
            gone: BTreeSet::new(),
            arrived: Vec::new(),
            now: 0,
            stored: BTreeMap::new(),
        };
        for (what, n, pick, pause) in steps {
            let wanted = world.now + pause;
            // Alarms ring when they are due, as the platform's do.
            while let Some(due) = world.desk.due().filter(|&at| at <= wanted) {
                world.now = world.now.max(due);
                let input = world.alarm();
                world.desk.handle(input, world.now);
                world.check()?;
            }
            world.now = wanted;
            let closed_before: BTreeSet<RoomId> = world.desk.rooms.iter()
                .filter(|(_, row)| matches!(row.place, Place::Close { .. })).map(|(room, _)| room.clone()).collect();
            let next = line(&world.desk).first().cloned();
            let out = world.act(what, n, pick);
            for (call, letter) in letters(&out) {
                if let ToCall::Offered { room, .. } = letter {
                    let opened = (3..5).contains(&what) && room == self::room(n);
                    prop_assert!(!closed_before.contains(&room) || opened, "a closed room rings");
                    let came = |call: &CallId| world.arrived.iter().position(|one| one == call);
                    prop_assert!(next.as_ref().is_none_or(|next| world.gone.contains(&next.as_str()[1..].parse().unwrap()) || came(&call) <= came(next)), "overtaken");
                }
            }
            world.check()?;
            world.store();
            let loaded = Desk::load(&world.rows()).unwrap();
            prop_assert_eq!(loaded.board(world.now), world.desk.board(world.now));
        }
    }
}
