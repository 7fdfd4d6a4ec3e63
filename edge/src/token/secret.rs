//! Configured secrets: how they are compared and read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Whether `given` is the secret `wanted`, in a time that depends on the length of `given` only. Nothing
/// equals a secret that is not configured.
pub fn same_secret(given: &str, wanted: &str) -> bool {
    let (given, wanted) = (given.as_bytes(), wanted.as_bytes());
    if wanted.is_empty() {
        return false;
    }
    let byte = |at: usize| wanted[at % wanted.len()];
    let differ = given.len() ^ wanted.len();
    let differ = given.iter().enumerate().fold(differ, |differ, (at, &one)| {
        std::hint::black_box(differ | usize::from(one ^ byte(at)))
    });
    differ == 0
}

/// Why a signing seed cannot be used. It does not show the seed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a signing seed has {0} characters; 64 of hexadecimal or 43 of base64url are needed, for 32 bytes"
)]
pub struct SeedError(pub usize);

/// The 32 bytes of the signing key, from hexadecimal or base64url (padded or not).
///
/// # Errors
/// [`SeedError`] when it is neither.
pub fn seed(text: &str) -> Result<[u8; 32], SeedError> {
    let text = text.trim();
    from_hex(text)
        .or_else(|| from_base64(text))
        .ok_or(SeedError(text.len()))
}

/// All signing keys: those of `list` (separated by commas, newest first), then `single`. The first one signs;
/// the others verify what they signed until that has expired.
///
/// # Errors
/// [`SeedError`] for the first one that is no seed, or when there is none at all.
pub fn seeds(list: &str, single: &str) -> Result<Vec<[u8; 32]>, SeedError> {
    let mut found: Vec<[u8; 32]> = Vec::new();
    let texts = list.split(',').chain([single]).map(str::trim);
    for text in texts.filter(|text| !text.is_empty()) {
        let one = seed(text)?;
        if !found.contains(&one) {
            found.push(one);
        }
    }
    if found.is_empty() {
        return Err(SeedError(0));
    }
    Ok(found)
}

fn from_base64(text: &str) -> Option<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    bytes.try_into().ok()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_equal_only_when_they_are() {
        assert!(same_secret("abc", "abc"));
        for given in ["", "ab", "abd", "abcabc", "abcd"] {
            assert!(!same_secret(given, "abc"), "{given}");
        }
        assert!(!same_secret("", ""));
        assert!(!same_secret("a", ""));
    }

    #[test]
    fn a_seed_is_hex_or_base64url() {
        let wanted = [0xfb; 32];
        assert_eq!(seed(&"fb".repeat(32)), Ok(wanted));
        let text = URL_SAFE_NO_PAD.encode(wanted);
        assert_eq!(seed(&text), Ok(wanted));
        assert_eq!(seed(&format!("{text}=\n")), Ok(wanted));
        assert_eq!(seed("abc"), Err(SeedError(3)));
        assert_eq!(seed(&"g".repeat(64)), Err(SeedError(64)));
        assert_eq!(seed(&"+1".repeat(32)), Err(SeedError(64)));
    }

    #[test]
    fn the_newest_seed_comes_first_and_each_once() {
        let (old, new) = ("01".repeat(32), "02".repeat(32));
        assert_eq!(seeds("", &old), Ok(vec![[1; 32]]));
        assert_eq!(seeds(&new, &old), Ok(vec![[2; 32], [1; 32]]));
        let list = format!("{new}, {old},");
        assert_eq!(seeds(&list, ""), Ok(vec![[2; 32], [1; 32]]));
        assert_eq!(seeds(&list, &old), Ok(vec![[2; 32], [1; 32]]));
        assert_eq!(seeds("", ""), Err(SeedError(0)));
        assert_eq!(seeds("abc", &old), Err(SeedError(3)));
    }
}
