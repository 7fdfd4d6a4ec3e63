//! The token of a request: in the `Authorization` header, or among the WebSocket subprotocols, because a
//! browser's WebSocket cannot set headers and a URL is no place for a secret.

use counterpart_shared::api::{SUBPROTOCOL, TOKEN_PROTOCOL};

/// What a WebSocket request says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The token, from either place; empty when there is none.
    pub token: String,
    /// Whether the client offered our subprotocol; then the answer must select it.
    pub subprotocol: bool,
}

impl Credentials {
    /// From the two headers.
    pub fn read(authorization: Option<&str>, protocols: Option<&str>) -> Self {
        let offered = || protocols.unwrap_or_default().split(',').map(str::trim);
        let in_header = bearer(authorization).map(str::to_owned);
        let in_protocol = || offered().find_map(|one| one.strip_prefix(TOKEN_PROTOCOL));
        Self {
            token: in_header
                .or_else(|| in_protocol().map(str::to_owned))
                .unwrap_or_default(),
            subprotocol: offered().any(|one| one == SUBPROTOCOL),
        }
    }
}

/// The credential of an `Authorization: Bearer` header (RFC 6750 §2.1); the scheme's case does not matter
/// (RFC 9110 §11.1).
pub fn bearer(authorization: Option<&str>) -> Option<&str> {
    let (scheme, token) = authorization?.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Whether a credential is to be judged as a user's token, where a key would do as well: a JWT has three
/// parts (RFC 7515 §3.1), a key of ours two, and nothing at all is a token that was forgotten.
pub fn looks_like_user(credential: &str) -> bool {
    credential.is_empty() || credential.split('.').count() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_tokens_are_told_apart() {
        assert!(looks_like_user("") && looks_like_user("a.b.c"));
        assert!(!looks_like_user("k-1.secret") && !looks_like_user("root"));
    }

    #[test]
    fn only_bearer_counts() {
        assert_eq!(bearer(Some("Bearer abc")), Some("abc"));
        assert_eq!(bearer(Some("bearer  abc ")), Some("abc"));
        for none in [
            None,
            Some(""),
            Some("abc"),
            Some("Bearer "),
            Some("Basic abc"),
        ] {
            assert_eq!(bearer(none), None);
        }
    }

    #[test]
    fn a_socket_may_offer_its_token_as_a_subprotocol() {
        let read = Credentials::read(None, Some("counterpart.v1, token.a.b.c"));
        assert_eq!((read.token.as_str(), read.subprotocol), ("a.b.c", true));
        let read = Credentials::read(Some("Bearer x"), Some("token.y"));
        assert_eq!((read.token.as_str(), read.subprotocol), ("x", false));
        assert_eq!(Credentials::read(None, None).token, "");
    }
}
