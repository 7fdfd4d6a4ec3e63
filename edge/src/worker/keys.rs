//! API keys: made, listed and revoked by the root key, checked wherever one is shown.

use super::entry::{Answer, Reception, answer};
use super::{ask, body, internal, limits, now, random, reply};
use crate::http::parse;
use crate::link::{AccountRequest, Address};
use crate::token::{ApiKeyText, bearer, key_text, same_secret};
use counterpart_shared::api::{ApiError, ApiKeyCreated, ApiKeys, CreateApiKey, ErrorCode};
use counterpart_shared::id::KeyId;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// How long an isolate believes that a key is good, in milliseconds. It spares each request a question to the
/// account, and bounds how long a revoked key still works at another isolate.
const TRUST: u64 = 10_000;

thread_local! {
    /// Keys that were good, by their hash, and until when that is believed. Only what the account confirmed
    /// comes in, so there are never more than it has keys.
    static GOOD: RefCell<BTreeMap<KeyId, (String, u64)>> = const { RefCell::new(BTreeMap::new()) };
}

impl Reception {
    /// The root key, or any other API key.
    pub(super) async fn business(&self) -> Result<String, ApiError> {
        let authorization = self.header("Authorization")?;
        let given = bearer(authorization.as_deref()).unwrap_or_default();
        let rate = self.config.limits.key;
        if same_secret(given, &self.config.api_key) {
            limits::count("key", "root", rate)?;
            return Ok("the root API key".to_owned());
        }
        match ApiKeyText::read(given) {
            Some(key) if self.is_good(&key).await? => {
                limits::count("key", key.id.as_str(), rate)?;
                Ok(format!("API key {}", key.id))
            }
            _ => Err(unauthorized("an API key is needed as Bearer token")),
        }
    }

    async fn is_good(&self, key: &ApiKeyText) -> Result<bool, ApiError> {
        if believed(key) {
            return Ok(true);
        }
        let (id, sha256) = (key.id.clone(), key.sha256.clone());
        let request = AccountRequest::CheckKey { id, sha256 };
        let good = ask::ask(&self.env, &Address::Account, &request).await?;
        if good {
            let entry = (key.sha256.clone(), now() + TRUST);
            GOOD.with_borrow_mut(|good| good.insert(key.id.clone(), entry));
        }
        Ok(good)
    }

    pub(super) async fn create_api_key(&mut self) -> Answer {
        self.root()?;
        let CreateApiKey { name } = parse(&body::read(&mut self.request).await?)?;
        let id = random::key_id();
        let key = key_text(&id, &random::secret());
        let ApiKeyText { sha256, .. } =
            ApiKeyText::read(&key).ok_or_else(|| internal("a new key has no form"))?;
        let request = AccountRequest::CreateKey {
            id: id.clone(),
            sha256,
            name,
        };
        ask::ask::<()>(&self.env, &Address::Account, &request).await?;
        answer(201, &ApiKeyCreated { id, key })
    }

    pub(super) async fn api_keys(&self) -> Answer {
        self.root()?;
        let keys: ApiKeys = ask::ask(&self.env, &Address::Account, &AccountRequest::Keys).await?;
        answer(200, &keys)
    }

    pub(super) async fn delete_api_key(&self, id: KeyId) -> Answer {
        self.root()?;
        let request = AccountRequest::DeleteKey { id: id.clone() };
        ask::ask::<()>(&self.env, &Address::Account, &request).await?;
        GOOD.with_borrow_mut(|good| good.remove(&id));
        reply::empty().map_err(internal)
    }

    fn root(&self) -> Result<(), ApiError> {
        self.secret(&self.config.api_key, "the root API key")
    }
}

fn believed(key: &ApiKeyText) -> bool {
    GOOD.with_borrow(|good| {
        let entry = good.get(&key.id);
        entry.is_some_and(|(sha256, until)| same_secret(&key.sha256, sha256) && now() < *until)
    })
}

fn unauthorized(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::Unauthorized, detail)
}
