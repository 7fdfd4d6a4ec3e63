//! How long the tests that leave things to chance go on.

use proptest::test_runner::Config;

/// How many sequences are tried: 2,000, or what `COUNTERPART_SEQUENCES` says.
pub(crate) fn sequences() -> Config {
    let wanted = std::env::var("COUNTERPART_SEQUENCES").ok();
    let cases = wanted.and_then(|text| text.parse().ok()).unwrap_or(2_000);
    Config {
        cases,
        ..Config::default()
    }
}
