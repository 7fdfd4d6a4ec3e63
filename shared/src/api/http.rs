//! Bodies of the HTTP requests and responses.

use super::call::{CallPhase, Entry};
use crate::grant::{PublicKey, Role};
use crate::id::{CallId, DeskId, KeyId, Skill, UserId};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;

/// `POST /v1/tokens`, by API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateToken {
    /// For whom.
    pub user: UserId,
    /// As what.
    pub role: Role,
    /// A customer's place among those who wait: higher first, 0 to [`super::MAX_PRIORITY`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: u8,
    /// The desk; needed for agents and supervisors, and of no meaning for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskId>,
    /// Valid for so many seconds: 60 to 86,400.
    #[serde(default = "an_hour")]
    pub ttl_s: u64,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

fn an_hour() -> u64 {
    3600
}

/// Answer to [`CreateToken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCreated {
    /// The JWT.
    pub token: String,
    /// Until when, in UNIX milliseconds.
    pub expires_at: u64,
}

/// `POST /v1/login/wechat`, by anyone who has a `wx.login` code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginWeChat {
    /// What `wx.login` gave; good once, for five minutes.
    pub code: String,
}

/// Answer to [`LoginWeChat`]: the token of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedIn {
    /// Who he is here: `wx-OPENID`.
    pub user: UserId,
    /// The JWT.
    pub token: String,
    /// Until when, in UNIX milliseconds.
    pub expires_at: u64,
}

/// `POST /v1/api-keys`, by the root key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateApiKey {
    /// What it is for, so that people tell keys apart: at most 80 characters.
    #[serde(default)]
    pub name: String,
}

/// Answer to [`CreateApiKey`]: the only time that the key is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyCreated {
    /// Its public half, by which it is listed and revoked.
    pub id: KeyId,
    /// The whole key, for `Authorization: Bearer`.
    pub key: String,
}

/// `GET /v1/api-keys`, by the root key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeys {
    /// By id. The root key is not among them.
    pub keys: Vec<ApiKey>,
}

/// One API key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its public half.
    pub id: KeyId,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: u64,
}

/// `POST /v1/calls`: a direct call, asked for by the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateCall {
    /// Who is called.
    pub callee: UserId,
    /// Whether to record it.
    #[serde(default)]
    pub record: bool,
}

/// `POST /v1/desks/{desk}/calls`: a call to whoever is free at a desk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateDeskCall {
    /// Whether to record it; a desk may record all of its calls.
    #[serde(default)]
    pub record: bool,
    /// What its agent must be able to do: at most [`super::MAX_SKILLS`], none of them twice.
    #[serde(
        default,
        deserialize_with = "distinct",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub skills: BTreeSet<Skill>,
}

/// A list without repetitions; what stands there twice is a slip that its writer wants to hear of.
fn distinct<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<Skill>, D::Error> {
    let list = Vec::<Skill>::deserialize(from)?;
    let mut set = BTreeSet::new();
    for skill in list {
        if let Some(twice) = set.replace(skill) {
            return Err(D::Error::custom(format!(
                "skill '{twice}' stands there twice"
            )));
        }
    }
    Ok(set)
}

/// Answer to [`CreateCall`] and [`CreateDeskCall`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCreated {
    /// The call.
    pub call: CallId,
    /// Path of its WebSocket.
    pub socket: String,
}

/// `GET /v1/calls/{call}?after=SEQ`, by a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// The call.
    pub call: CallId,
    /// Where it stands.
    pub phase: CallPhase,
    /// Who asked.
    pub caller: UserId,
    /// Who answers, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee: Option<UserId>,
    /// The log after `after`.
    pub entries: Vec<Entry>,
}

/// `GET /v1/keys`: the public keys that verify grants (a JWK set, RFC 7517 §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// Newest first.
    pub keys: Vec<PublicKey>,
}
