//! Limits of requests. The buckets lie in the isolate's memory: one on workerd, several on Cloudflare, where a
//! limit therefore is that of each of them.

use super::now;
use crate::limit::{Buckets, Rate};
use counterpart_shared::api::{ApiError, ErrorCode};
use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    static BUCKETS: RefCell<BTreeMap<&'static str, Buckets>> = const { RefCell::new(BTreeMap::new()) };
}

/// Counts a request of `key`, which is of a `kind`, and refuses it where that is too many.
pub(super) fn count(kind: &'static str, key: &str, rate: Option<Rate>) -> Result<(), ApiError> {
    let Some(rate) = rate else { return Ok(()) };
    let fits = BUCKETS.with_borrow_mut(|all| {
        let buckets = all.entry(kind).or_insert_with(|| Buckets::new(rate));
        if buckets.rate() != rate {
            *buckets = Buckets::new(rate);
        }
        buckets.take(key, now())
    });
    if fits {
        return Ok(());
    }
    let Rate { per_second, burst } = rate;
    let detail = format!("{per_second} requests a second and {burst} at once, for each {kind}");
    Err(ApiError::new(ErrorCode::RateLimited, detail))
}
