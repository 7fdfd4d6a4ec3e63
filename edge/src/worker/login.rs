//! Logins by codes of others.

use super::entry::{Answer, Reception, answer};
use super::{body, now, outside};
use crate::http::parse;
use crate::login::WeChat;
use crate::token::mint;
use counterpart_shared::api::{ApiError, CreateToken, ErrorCode, LoggedIn, LoginWeChat};
use counterpart_shared::grant::Role;
use worker::RequestInit;

/// How long a customer's token lives: a visit.
const TTL_S: u64 = 7200;

impl Reception {
    pub(super) async fn login_wechat(&mut self) -> Answer {
        let LoginWeChat { code } = parse(&body::read(&mut self.request).await?)?;
        let url = self.config.wechat.url(&code)?;
        let told = outside::fetch(&url, RequestInit::new()).await;
        // The error of a fetch may name the URL, which holds the secret.
        let told = told.map_err(|_| unreachable())?;
        let user = WeChat::read(told.status, &told.body)?;
        let wish = CreateToken {
            user: user.clone(),
            role: Role::Customer,
            desk: None,
            priority: 0,
            ttl_s: TTL_S,
        };
        let claims = mint(wish, now())?;
        let token = self.config.signer.sign_user(&claims);
        let expires_at = claims.exp * 1000;
        answer(
            200,
            &LoggedIn {
                user,
                token,
                expires_at,
            },
        )
    }
}

fn unreachable() -> ApiError {
    worker::console_error!("login: WeChat cannot be reached");
    ApiError::new(ErrorCode::Upstream, "WeChat cannot be reached")
}
