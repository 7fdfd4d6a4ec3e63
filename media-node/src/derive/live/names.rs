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
