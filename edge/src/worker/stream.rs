//! URLs of streams without a call.

use super::entry::{Answer, Reception, answer};
use super::{ask, body, now};
use crate::http::parse;
use crate::link::{Address, FleetRequest, Lease};
use crate::stream::{OwnStream, own_call, until};
use counterpart_shared::api::{
    ApiError, CreateStream, ErrorCode, Provider, StreamAct, StreamCreated,
};

impl Reception {
    pub(super) async fn create_stream(&mut self) -> Answer {
        self.business().await?;
        let wish: CreateStream = parse(&body::read(&mut self.request).await?)?;
        let exp = until(&wish, now())?;
        let created = match wish.provider {
            Provider::Own => self.own_stream(wish, exp).await?,
            Provider::Tencent => self.config.tencent.urls(&wish.stream, wish.act, exp)?,
        };
        answer(201, &created)
    }

    async fn own_stream(&self, wish: CreateStream, exp: u64) -> Result<StreamCreated, ApiError> {
        let call = own_call(&wish.stream)
            .ok_or_else(|| ApiError::new(ErrorCode::BadRequest, "the stream's name is too long"))?;
        let request = FleetRequest::Allocate {
            call: call.clone(),
            count: if wish.act == StreamAct::Both { 2 } else { 1 },
            at: None,
            until: Some(exp * 1000),
        };
        let lease: Lease = ask::ask(&self.env, &Address::Fleet, &request).await?;
        let user = wish.user;
        let stream = OwnStream { call, user, exp };
        let acts = |act| wish.act.includes(act);
        Ok(stream.urls(acts, lease, &self.config.signer, now()))
    }
}
