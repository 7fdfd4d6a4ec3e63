//! Any text: no panic; what is printed reads the same; neither errors nor logs show what stands behind the `?`.
#![no_main]

use counterpart_shared::session::MediaUrl;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match text.parse::<MediaUrl>() {
        Ok(url) => {
            assert_eq!(url.to_string().parse(), Ok(url.clone()));
            let shown = format!("{url:?} {}", url.redacted());
            let hidden = MediaUrl {
                grant: url.grant.as_ref().map(|_| "***".into()),
                ..url
            };
            assert_eq!(shown, format!("MediaUrl({hidden}) {hidden}"));
        }
        Err(error) => assert!(error.to_string().len() < 600),
    }
});
