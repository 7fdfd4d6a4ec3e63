//! The settings, from text bindings.

use crate::token::{SeedError, seed};
use counterpart_shared::grant::{KeySet, Signer};
use worker::Env;

/// What the operator has set.
pub(super) struct Config {
    pub(super) signer: Signer,
    pub(super) keys: KeySet,
    pub(super) api_key: String,
    pub(super) node_secret: String,
    pub(super) open_board: bool,
}

impl Config {
    /// An unset API key or node secret locks its door; an unset board asks for a token.
    pub(super) fn read(env: &Env) -> Result<Self, SeedError> {
        let signer = Signer::from_seed(&seed(&text(env, "SIGNING_SEED"))?);
        let keys = KeySet::from_keys(&[signer.public_key()]).expect("a signer has a public key");
        Ok(Self {
            signer,
            keys,
            api_key: text(env, "API_KEY"),
            node_secret: text(env, "NODE_SECRET"),
            open_board: text(env, "OPEN_BOARD") == "1",
        })
    }
}

fn text(env: &Env, name: &str) -> String {
    env.var(name)
        .map(|value| value.to_string())
        .unwrap_or_default()
}
