//! The settings, from text bindings.

use crate::stream::Tencent;
use crate::token::{SeedError, seeds};
use counterpart_shared::grant::{KeySet, PublicKey, Signer};
use worker::{Env, js_sys};

/// What the operator has set.
pub(super) struct Config {
    /// The newest key.
    pub(super) signer: Signer,
    /// All keys that verify, newest first.
    pub(super) public_keys: Vec<PublicKey>,
    /// The same, ready for use.
    pub(super) keys: KeySet,
    pub(super) api_key: String,
    pub(super) node_secret: String,
    pub(super) open_board: bool,
    pub(super) tencent: Tencent,
}

impl Config {
    /// An unset API key or node secret locks its door; an unset board asks for a token.
    pub(super) fn read(env: &Env) -> Result<Self, SeedError> {
        let seeds = seeds(&text(env, "SIGNING_SEEDS"), &text(env, "SIGNING_SEED"))?;
        let signers: Vec<Signer> = seeds.iter().map(Signer::from_seed).collect();
        let public_keys: Vec<PublicKey> = signers.iter().map(Signer::public_key).collect();
        let keys = KeySet::from_keys(&public_keys).expect("a signer has a public key");
        let signer = signers.into_iter().next().expect("there is at least one");
        Ok(Self {
            signer,
            public_keys,
            keys,
            api_key: text(env, "API_KEY"),
            node_secret: text(env, "NODE_SECRET"),
            open_board: text(env, "OPEN_BOARD") == "1",
            tencent: tencent(env),
        })
    }
}

fn tencent(env: &Env) -> Tencent {
    Tencent {
        bizid: text(env, "TENCENT_BIZID"),
        push_domain: text(env, "TENCENT_PUSH_DOMAIN"),
        play_domain: text(env, "TENCENT_PLAY_DOMAIN"),
        push_key: text(env, "TENCENT_PUSH_KEY"),
        play_key: text(env, "TENCENT_PLAY_KEY"),
    }
}

/// Absent, null (workerd's word for an environment variable that is not set) and empty are one: unset.
fn text(env: &Env, name: &str) -> String {
    let value = js_sys::Reflect::get(env, &name.into()).ok();
    value
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}
