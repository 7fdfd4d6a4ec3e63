//! The settings, from text bindings.

use crate::archive::{DaysError, days};
use crate::limit::{Rate, RateError};
use crate::login::WeChat;
use crate::stream::Tencent;
use crate::token::{SeedError, seeds};
use counterpart_shared::grant::{KeySet, PublicKey, Signer};
use std::cell::RefCell;
use std::rc::Rc;
use worker::wasm_bindgen::JsValue;
use worker::{Env, js_sys};

/// The rate that is none.
const OFF: &str = "off";

thread_local! {
    /// The environment that was read last. It stays the same object while the settings do.
    static LAST: RefCell<Option<(Env, Rc<Config>)>> = const { RefCell::new(None) };
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigError {
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error(transparent)]
    Rate(#[from] RateError),
    #[error(transparent)]
    Days(#[from] DaysError),
    #[error(
        "WEBHOOK_URL is set, but WEBHOOK_SECRET is not: nobody could tell whose events they are"
    )]
    WebhookSecret,
}

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
    pub(super) wechat: WeChat,
    pub(super) webhook: Option<Webhook>,
    pub(super) limits: Limits,
    /// For how many days finished calls are kept where their desk says nothing; 0: for ever.
    pub(super) retention_days: u32,
}

/// Where events are posted, and what signs them.
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) secret: String,
}

/// How much is too much; nothing, where there is no limit.
pub(super) struct Limits {
    /// The header in which whoever stands in front names the client's address.
    pub(super) address_header: String,
    pub(super) address: Option<Rate>,
    pub(super) user: Option<Rate>,
    pub(super) key: Option<Rate>,
}

/// What a person at a page or in an app never needs, and many people behind one address may.
const ADDRESS_RATE: &str = "100:400";
const USER_RATE: &str = "50:200";

impl Config {
    /// An unset API key or node secret locks its door; an unset board asks for a token.
    ///
    /// Read once for all requests: to derive the keys from their seeds takes as long as the rest of a request.
    pub(super) fn of(env: &Env) -> Result<Rc<Self>, ConfigError> {
        let wanted: &JsValue = env.as_ref();
        let known = LAST.with_borrow(|last| {
            let (env, config) = last.as_ref()?;
            let env: &JsValue = env.as_ref();
            (env == wanted).then(|| config.clone())
        });
        if let Some(config) = known {
            return Ok(config);
        }
        let config = Rc::new(Self::read(env)?);
        LAST.set(Some((env.clone(), config.clone())));
        Ok(config)
    }

    fn read(env: &Env) -> Result<Self, ConfigError> {
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
            wechat: WeChat {
                base: text(env, "WECHAT_BASE"),
                app_id: text(env, "WECHAT_APPID"),
                secret: text(env, "WECHAT_SECRET"),
            },
            webhook: webhook(env)?,
            limits: Limits {
                address_header: text(env, "ADDRESS_HEADER"),
                address: rate(env, "RATE_ADDRESS", ADDRESS_RATE)?,
                user: rate(env, "RATE_USER", USER_RATE)?,
                key: rate(env, "RATE_KEY", OFF)?,
            },
            retention_days: days(&text(env, "RETENTION_DAYS"))?,
        })
    }
}

fn webhook(env: &Env) -> Result<Option<Webhook>, ConfigError> {
    let (url, secret) = (text(env, "WEBHOOK_URL"), text(env, "WEBHOOK_SECRET"));
    match (url.is_empty(), secret.is_empty()) {
        (true, _) => Ok(None),
        (false, true) => Err(ConfigError::WebhookSecret),
        (false, false) => Ok(Some(Webhook { url, secret })),
    }
}

fn rate(env: &Env, name: &str, default: &str) -> Result<Option<Rate>, ConfigError> {
    let text = text(env, name);
    match if text.is_empty() { default } else { &text } {
        OFF => Ok(None),
        text => Ok(Some(text.parse()?)),
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
pub(super) fn text(env: &Env, name: &str) -> String {
    let value = js_sys::Reflect::get(env, &name.into()).ok();
    value
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}
