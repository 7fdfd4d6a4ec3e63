//! What a URL allows, and the signed text that says so.
//!
//! Tokens are JSON Web Tokens (RFC 7519) in JWS compact form (RFC 7515 §7.1) signed with Ed25519
//! (`"alg":"EdDSA"`, RFC 8037). The edge signs; nodes hold public keys only, so a stolen node can mint
//! nothing. No other algorithm is accepted.

mod claims;
mod token;

pub use claims::{Act, Composite, Grant, Layout, Role, UserClaims};
pub use token::{KeySet, PublicKey, Signer, TokenError};
