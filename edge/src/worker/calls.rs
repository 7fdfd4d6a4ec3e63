//! Calls looked at: one of them, the list of those that are over, and the same as a file.

use super::entry::{Answer, Reception, answer};
use super::{ask, internal, reply};
use crate::archive::Search;
use crate::link::{Address, ArchiveRequest, CallRequest, Wanted};
use crate::table::to_json;
use crate::token::{bearer, looks_like_user, may_search, same_secret};
use counterpart_shared::api::{ApiError, CallView, ErrorCode, MAX_PAGE};
use counterpart_shared::grant::{Role, UserClaims};
use counterpart_shared::id::CallId;

impl Reception {
    /// A user; nobody, when it is the business server that asks.
    pub(super) async fn user_or_business(&self) -> Result<Option<UserClaims>, ApiError> {
        let authorization = self.header("Authorization")?;
        let given = bearer(authorization.as_deref()).unwrap_or_default();
        if looks_like_user(given) && !same_secret(given, &self.config.api_key) {
            return self.user().map(Some);
        }
        self.business().await.map(|_| None)
    }

    /// A party sees his call at any time, others only what is over.
    pub(super) async fn call_view(&self, call: CallId, after: u64) -> Answer {
        let to = Address::Call(call);
        let seen: Result<CallView, ApiError> = match self.user_or_business().await? {
            None => {
                let request = CallRequest::Review { desk: None, after };
                ask::ask(&self.env, &to, &request).await
            }
            Some(user) => {
                let desk = user.desk.filter(|_| user.role == Role::Supervisor);
                let user = user.sub;
                let seen = ask::ask(&self.env, &to, &CallRequest::View { user, after }).await;
                match seen {
                    Err(error) if error.code == ErrorCode::Forbidden && desk.is_some() => {
                        let request = CallRequest::Review { desk, after };
                        ask::ask(&self.env, &to, &request).await
                    }
                    seen => seen,
                }
            }
        };
        answer(200, &seen?)
    }

    pub(super) async fn calls(&self, search: Search) -> Answer {
        let wanted = self.allowed(search).await?;
        let request = to_json(&ArchiveRequest::Find(wanted));
        self.pass_on(&Address::Archive, request).await
    }

    pub(super) async fn calls_csv(&self, search: Search) -> Answer {
        let mut wanted = self.allowed(search).await?;
        wanted.search.limit = MAX_PAGE;
        let request = to_json(&ArchiveRequest::Export(wanted));
        self.pass_on(&Address::Archive, request).await
    }

    async fn allowed(&self, mut search: Search) -> Result<Wanted, ApiError> {
        let mut discreet = false;
        if let Some(user) = self.user_or_business().await? {
            may_search(&user, &mut search)?;
            discreet = user.role == Role::Agent;
        }
        Ok(Wanted { search, discreet })
    }

    /// The object writes the answer: this has no need to understand it.
    pub(super) async fn pass_on(&self, to: &Address, request: String) -> Answer {
        let answer = ask::whole(&self.env, to, request).await?;
        reply::again(answer.into()).map_err(internal)
    }
}
