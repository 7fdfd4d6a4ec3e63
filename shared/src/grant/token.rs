//! Signing and verifying. One algorithm, two audiences: `node` for grants, `edge` for users.

use super::claims::{Grant, UserClaims};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 4096;
const NODE: &str = "node";
const EDGE: &str = "edge";

/// Why a token was refused. Each carries what decided it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There was none.
    #[error("no grant was given")]
    Missing,
    /// Not three base64url parts of JSON, or fields are missing.
    #[error("the token is malformed: {0}")]
    Malformed(String),
    /// The header names an algorithm other than EdDSA.
    #[error("the token's algorithm is '{0}', only EdDSA is accepted")]
    Algorithm(String),
    /// Signed with a key that is not (or no longer) in the set.
    #[error("the token is signed with key '{0}', which is not known here")]
    UnknownKey(String),
    /// The signature does not fit.
    #[error("the token's signature does not verify")]
    Signature,
    /// Meant for the edge and shown to a node, or the other way round.
    #[error("the token is meant for '{found}', not for '{wanted}'")]
    Audience {
        /// What the token says.
        found: String,
        /// Who reads it.
        wanted: &'static str,
    },
    /// Its time is over.
    #[error("the token expired at {exp}, it is {now} (UNIX seconds)")]
    Expired {
        /// Its end.
        exp: u64,
        /// The verifier's clock.
        now: u64,
    },
    /// Its time has not come.
    #[error("the token is valid from {nbf} on, it is {now} (UNIX seconds)")]
    NotYetValid {
        /// Its begin.
        nbf: u64,
        /// The verifier's clock.
        now: u64,
    },
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

#[derive(Serialize, Deserialize)]
struct Envelope<C> {
    aud: String,
    #[serde(flatten)]
    claims: C,
}

/// One verifying key as JSON Web Key (RFC 8037 §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Key type, always `OKP`.
    pub kty: String,
    /// Curve, always `Ed25519`.
    pub crv: String,
    /// The key's id: the first 8 bytes of its SHA-256, base64url.
    pub kid: String,
    /// The 32 bytes of the key, base64url.
    pub x: String,
}

/// The edge's signing key.
pub struct Signer {
    key: SigningKey,
    kid: String,
}

impl Signer {
    /// From the 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let kid = kid_of(key.verifying_key().as_bytes());
        Self { key, kid }
    }

    /// The key that verifies what this one signs.
    pub fn public_key(&self) -> PublicKey {
        PublicKey {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            kid: self.kid.clone(),
            x: BASE64.encode(self.key.verifying_key().as_bytes()),
        }
    }

    /// The token of a grant.
    pub fn sign_grant(&self, grant: &Grant) -> String {
        self.sign(NODE, grant)
    }

    /// The token of a user.
    pub fn sign_user(&self, user: &UserClaims) -> String {
        self.sign(EDGE, user)
    }

    fn sign<C: Serialize>(&self, aud: &str, claims: &C) -> String {
        let header = Header {
            alg: "EdDSA".into(),
            typ: "JWT".into(),
            kid: self.kid.clone(),
        };
        let envelope = Envelope {
            aud: aud.to_owned(),
            claims,
        };
        let mut token = format!("{}.{}", encode(&header), encode(&envelope));
        let signature = self.key.sign(token.as_bytes());
        token.push('.');
        token.push_str(&BASE64.encode(signature.to_bytes()));
        token
    }
}

/// The keys a verifier trusts.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: BTreeMap<String, VerifyingKey>,
}

impl KeySet {
    /// From JSON Web Keys.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] when one is not an Ed25519 key.
    pub fn from_keys(keys: &[PublicKey]) -> Result<Self, TokenError> {
        let mut set = Self::default();
        for key in keys {
            set.keys.insert(key.kid.clone(), parse_key(key)?);
        }
        Ok(set)
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Verifies a grant's token; `now` in UNIX seconds.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify_grant(&self, token: &str, now: u64) -> Result<Grant, TokenError> {
        let grant: Grant = self.verify(token, NODE)?;
        if now < grant.nbf {
            let nbf = grant.nbf;
            return Err(TokenError::NotYetValid { nbf, now });
        }
        in_time(grant.exp, now)?;
        Ok(grant)
    }

    /// Verifies a user's token; `now` in UNIX seconds.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify_user(&self, token: &str, now: u64) -> Result<UserClaims, TokenError> {
        let user: UserClaims = self.verify(token, EDGE)?;
        in_time(user.exp, now)?;
        Ok(user)
    }

    fn verify<C: DeserializeOwned>(
        &self,
        token: &str,
        wanted: &'static str,
    ) -> Result<C, TokenError> {
        if token.is_empty() {
            return Err(TokenError::Missing);
        }
        if token.len() > MAX_TOKEN {
            let reason = format!("{} bytes, at most {MAX_TOKEN}", token.len());
            return Err(TokenError::Malformed(reason));
        }
        let malformed = |reason: &str| TokenError::Malformed(reason.to_owned());
        let (signed, signature) = token.rsplit_once('.').ok_or(malformed("no signature"))?;
        let (header, claims) = signed.split_once('.').ok_or(malformed("no claims"))?;
        let header: Header = decode("header", header)?;
        if header.alg != "EdDSA" {
            return Err(TokenError::Algorithm(header.alg));
        }
        let key = self
            .keys
            .get(&header.kid)
            .ok_or(TokenError::UnknownKey(header.kid))?;
        let signature = BASE64
            .decode(signature)
            .ok()
            .and_then(|bytes| Signature::from_slice(&bytes).ok())
            .ok_or(malformed("the signature is not 64 bytes of base64url"))?;
        key.verify_strict(signed.as_bytes(), &signature)
            .map_err(|_| TokenError::Signature)?;
        let envelope: Envelope<serde_json::Value> = decode("claims", claims)?;
        if envelope.aud != wanted {
            let found = envelope.aud;
            return Err(TokenError::Audience { found, wanted });
        }
        serde_json::from_value(envelope.claims)
            .map_err(|error| TokenError::Malformed(format!("claims: {error}")))
    }
}

fn in_time(exp: u64, now: u64) -> Result<(), TokenError> {
    if now >= exp {
        return Err(TokenError::Expired { exp, now });
    }
    Ok(())
}

fn kid_of(key: &[u8; 32]) -> String {
    BASE64.encode(&Sha256::digest(key)[..8])
}

fn parse_key(key: &PublicKey) -> Result<VerifyingKey, TokenError> {
    let wrong = || TokenError::Malformed(format!("key '{}' is not an Ed25519 key", key.kid));
    if key.kty != "OKP" || key.crv != "Ed25519" {
        return Err(wrong());
    }
    let bytes = BASE64.decode(&key.x).map_err(|_| wrong())?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| wrong())?;
    VerifyingKey::from_bytes(&bytes).map_err(|_| wrong())
}

fn encode<T: Serialize>(value: &T) -> String {
    BASE64.encode(serde_json::to_vec(value).expect("claims are plain JSON"))
}

fn decode<T: DeserializeOwned>(part: &str, text: &str) -> Result<T, TokenError> {
    let bytes = BASE64
        .decode(text)
        .map_err(|_| TokenError::Malformed(format!("the {part} is not base64url")))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| TokenError::Malformed(format!("{part}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::super::claims::{Act, Composite, Layout, Role};
    use super::*;
    use crate::id::{CallId, Party, StreamId};

    fn grant() -> Grant {
        let call: CallId = "c1".parse().unwrap();
        Grant {
            act: Act::Publish,
            stream: StreamId::of(&call, Party::Caller),
            call,
            party: Party::Caller,
            node: "n1".parse().unwrap(),
            sub: "alice".parse().unwrap(),
            serial: 1,
            record: true,
            watch: false,
            layout: Layout::default(),
            least_days: 0,
            composite: Composite::default(),
            desk: None,
            iat: 100,
            nbf: 100,
            exp: 200,
        }
    }

    fn signer() -> Signer {
        Signer::from_seed(&[7; 32])
    }

    fn keys() -> KeySet {
        KeySet::from_keys(&[signer().public_key()]).unwrap()
    }

    #[test]
    fn the_token_of_a_grant_is_pinned() {
        assert_eq!(
            signer().sign_grant(&grant()),
            include_str!("testdata/grant.jwt").trim_end()
        );
    }

    #[test]
    fn a_grant_survives_the_round_trip() {
        for layout in [Layout::SideBySide, Layout::PictureInPicture] {
            let grant = Grant { layout, ..grant() };
            let token = signer().sign_grant(&grant);
            assert_eq!(keys().verify_grant(&token, 150), Ok(grant));
        }
        let least = Grant {
            least_days: 90,
            ..grant()
        };
        let token = signer().sign_grant(&least);
        assert_eq!(keys().verify_grant(&token, 150), Ok(least.clone()));
        let json = serde_json::to_string(&least).unwrap();
        assert!(json.contains(r#","least_days":90,"iat":100,"#), "{json}");
        let layout = serde_json::to_string(&Layout::PictureInPicture).unwrap();
        assert_eq!(layout, r#""picture_in_picture""#);
        for composite in [Composite::Off, Composite::After, Composite::Live] {
            let desk = Some("front".parse().unwrap());
            let grant = Grant {
                composite,
                desk,
                ..grant()
            };
            let token = signer().sign_grant(&grant);
            assert_eq!(keys().verify_grant(&token, 150), Ok(grant));
        }
    }

    #[test]
    fn when_the_composite_is_made_is_pinned_and_what_a_newer_edge_says_is_as_usual() {
        let live = Grant {
            composite: Composite::Live,
            desk: Some("front".parse().unwrap()),
            ..grant()
        };
        let json = serde_json::to_string(&live).unwrap();
        let pinned = r#""composite":"live","desk":"front","#;
        assert!(json.contains(pinned), "{json}");
        let read = |json: &str| serde_json::from_str::<Grant>(json).unwrap().composite;
        for (said, meant) in [
            ("live", Composite::Live),
            ("off", Composite::Off),
            ("after", Composite::After),
            ("tomorrow", Composite::After),
        ] {
            assert_eq!(read(&json.replace("live", said)), meant);
        }
        assert_eq!(read(&json.replace(pinned, "")), Composite::After);
    }

    #[test]
    fn time_decides() {
        let token = signer().sign_grant(&grant());
        let early = TokenError::NotYetValid { nbf: 100, now: 99 };
        assert_eq!(keys().verify_grant(&token, 99), Err(early));
        let late = TokenError::Expired { exp: 200, now: 200 };
        assert_eq!(keys().verify_grant(&token, 200), Err(late));
    }

    #[test]
    fn another_key_another_audience_and_every_changed_byte_are_refused() {
        let token = Signer::from_seed(&[8; 32]).sign_grant(&grant());
        assert!(matches!(
            keys().verify_grant(&token, 150),
            Err(TokenError::UnknownKey(_))
        ));
        let user = UserClaims {
            sub: "alice".parse().unwrap(),
            role: Role::Customer,
            priority: 0,
            desk: None,
            iat: 100,
            exp: 200,
        };
        let token = signer().sign_user(&user);
        assert_eq!(keys().verify_user(&token, 150), Ok(user));
        assert!(matches!(
            keys().verify_grant(&token, 150),
            Err(TokenError::Audience { .. })
        ));
        let token = signer().sign_grant(&grant());
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last character of 64 bytes in base64 holds 4 unused bits: it may decode alike or not at all.
            assert!(keys().verify_grant(&changed, 150).is_err(), "byte {at}");
        }
        for end in 0..token.len() {
            assert!(
                keys().verify_grant(&token[..end], 150).is_err(),
                "cut at {end}"
            );
        }
    }

    #[test]
    fn no_other_algorithm_passes() {
        let header = BASE64.encode(br#"{"alg":"none","typ":"JWT","kid":"x"}"#);
        let token = format!("{header}.e30.");
        let refused = TokenError::Algorithm("none".into());
        assert_eq!(keys().verify_grant(&token, 150), Err(refused));
    }
}
