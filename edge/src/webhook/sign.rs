//! How the business server knows that an event is from here and new.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// `v1=` and the lower-case hex of HMAC-SHA256 over `TIMESTAMP.BODY`, the time in UNIX seconds as it stands in
/// its header. The receiver refuses what is minutes old, so that nobody can send an event again.
pub fn signature(secret: &str, timestamp: u64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().fold("v1=".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_pinned() {
        let wanted = "v1=0867bbea13fe734e34f442eac4b69fd051d583fee0e494ac3dde5b05a6046d29";
        assert_eq!(
            signature("secret", 1_700_000_000, r#"{"id":"c-1.3"}"#),
            wanted
        );
        assert_ne!(
            signature("secret", 1_700_000_001, r#"{"id":"c-1.3"}"#),
            wanted
        );
    }
}
