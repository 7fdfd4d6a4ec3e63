//! For how long desks want recordings kept, as nodes are told.

use crate::id::DeskId;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The most desks that [`LeastDays`] lists, so that it fits into a message.
pub const MAX_LEAST_DAYS: usize = 512;

/// For how many days each desk wants what is recorded kept at least, as its settings are now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeastDays {
    /// By desk; where there are more than [`MAX_LEAST_DAYS`], those that want most.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    desks: BTreeMap<DeskId, u32>,
    /// Enough for each desk that is not listed.
    #[serde(skip_serializing_if = "is_zero")]
    others: u32,
}

impl LeastDays {
    /// Of all desks that want anything kept.
    pub fn new<'a>(desks: impl IntoIterator<Item = (&'a DeskId, u32)>) -> Self {
        let mut desks: Vec<_> = desks.into_iter().collect();
        desks.sort_by_key(|(desk, days)| (Reverse(*days), *desk));
        let others = desks.get(MAX_LEAST_DAYS).map_or(0, |(_, days)| *days);
        let listed = desks.into_iter().take(MAX_LEAST_DAYS);
        Self {
            desks: listed.map(|(desk, days)| (desk.clone(), days)).collect(),
            others,
        }
    }

    /// How many days are enough for this desk.
    pub fn of(&self, desk: &DeskId) -> u32 {
        self.desks.get(desk).copied().unwrap_or(self.others)
    }
}

fn is_zero(days: &u32) -> bool {
    *days == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{MAX_BODY, MAX_RETENTION_DAYS};

    #[test]
    fn what_is_not_listed_is_kept_for_no_less() {
        let names = (0..MAX_LEAST_DAYS + 2).map(|number| format!("{number:0>64}"));
        let desks: Vec<DeskId> = names.map(|name| name.parse().unwrap()).collect();
        let days = |number: usize| MAX_RETENTION_DAYS - number as u32;
        let rows = desks.iter().enumerate().map(|(at, desk)| (desk, days(at)));
        let told = LeastDays::new(rows.rev());
        for (at, desk) in desks.iter().enumerate() {
            let listed = at.min(MAX_LEAST_DAYS);
            assert_eq!(told.of(desk), days(listed), "{at}");
        }
        let json = serde_json::to_string(&told).unwrap();
        assert!(json.len() < MAX_BODY * 3 / 4, "{}", json.len());
        assert_eq!(serde_json::from_str::<LeastDays>(&json).unwrap(), told);
    }

    #[test]
    fn where_all_are_listed_the_others_want_nothing() {
        let (front, back): (DeskId, DeskId) = ("front".parse().unwrap(), "back".parse().unwrap());
        let told = LeastDays::new([(&front, 90)]);
        assert_eq!((told.of(&front), told.of(&back)), (90, 0));
        assert_eq!(LeastDays::new([]), LeastDays::default());
        let pinned = r#"{"desks":{"front":90}}"#;
        assert_eq!(serde_json::to_string(&told).unwrap(), pinned);
        let more: LeastDays = serde_json::from_str(r#"{"others":7}"#).unwrap();
        assert_eq!(more.of(&front), 7);
    }
}
