//! Who talks, as the grants say it that a call was published under.

use crate::derive::composite::label;
use crate::evidence::{EvidenceError, Manifest};
use crate::record::open::{OpenCall, Published};
use counterpart_shared::id::{CallId, Party};
use std::path::Path;

/// Who published so far, in the order of time.
pub(super) fn published(folder: &Path, call: &CallId) -> Result<Vec<Published>, EvidenceError> {
    // Read first: what is sealed meanwhile leaves it for a manifest.
    let open = OpenCall::read(folder, call)?.published;
    let sealed = Manifest::read_all(folder)?;
    let sealed = sealed.into_iter().flat_map(|manifest| manifest.published);
    let mut published: Vec<Published> = sealed.chain(open).collect();
    published.sort_by_key(|one| one.at);
    Ok(published)
}

/// What the watermark says of who talked at this UNIX time in milliseconds; before anybody did, who was the first.
pub(super) fn label_at(call: &CallId, published: &[Published], at: u64) -> Option<String> {
    let so_far = published.iter().take_while(|one| one.at <= at).count();
    let so_far = published.get(..so_far.max(1))?;
    let newest = || so_far.iter().rev().map(|one| &one.grant);
    let who = Party::BOTH.map(|party| {
        let grant = newest().find(|grant| grant.party == party);
        grant.map(|grant| grant.sub.as_str())
    });
    let desk = newest().find_map(|grant| grant.desk.as_ref());
    Some(label(call, desk, who))
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::grant::{Act, Composite, Grant, Layout};
    use counterpart_shared::id::StreamId;

    fn call() -> CallId {
        "c1".parse().unwrap()
    }

    fn one(at: u64, party: Party, sub: &str, desk: &str) -> Published {
        let grant = Grant {
            act: Act::Publish,
            stream: StreamId::of(&call(), party),
            call: call(),
            party,
            node: "n1".parse().unwrap(),
            sub: sub.parse().unwrap(),
            serial: 1,
            record: true,
            watch: false,
            layout: Layout::default(),
            least_days: 0,
            composite: Composite::Live,
            desk: desk.parse().ok(),
            iat: 0,
            nbf: 0,
            exp: 1,
        };
        Published { at, grant }
    }

    #[test]
    fn who_talked_then_is_named_and_not_who_talks_now() {
        let published = [
            one(10, Party::Caller, "ann", "front"),
            one(20, Party::Callee, "bob", "front"),
            one(30, Party::Callee, "eve", "back"),
        ];
        let said = |at| label_at(&call(), &published, at).unwrap();
        let has = |at, words: [&str; 2]| words.iter().all(|word| said(at).contains(word));
        assert!(has(5, ["ann", "front"]) && !said(5).contains("bob"));
        assert!(has(29, ["ann", "bob"]) && !said(29).contains("eve"));
        assert!(has(30, ["ann", "eve"]) && has(30, ["back", "c1"]) && !said(30).contains("bob"));
        assert_eq!(label_at(&call(), &[], 30), None);
    }

    #[test]
    fn what_is_noted_is_read_before_it_is_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let (late, early) = (
            one(20, Party::Callee, "bob", "front"),
            one(10, Party::Caller, "ann", "front"),
        );
        let both = [late.clone(), early.clone()];
        OpenCall::update(folder.path(), &call(), |open| open.published.extend(both)).unwrap();
        assert_eq!(published(folder.path(), &call()).unwrap(), [early, late]);
    }
}
