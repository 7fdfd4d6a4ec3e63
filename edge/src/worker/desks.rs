//! Desks from outside: which there are, how each works, and what goes on there.

use super::entry::{Answer, Reception, answer};
use super::{ask, body, now};
use crate::desk::check_settings;
use crate::http::parse_given;
use crate::link::{AccountRequest, Address, DeskRequest, FleetBoard, FleetRequest};
use crate::table::to_json;
use crate::token::{may_know, may_watch};
use counterpart_shared::api::{Board, DeskBoard, DeskSettings, MAX_SETTINGS};
use counterpart_shared::id::DeskId;

impl Reception {
    /// Whoever has a token of any kind may know which desks there are.
    pub(super) async fn desks(&self) -> Answer {
        self.user_or_business().await?;
        let request = to_json(&AccountRequest::Desks);
        self.pass_on(&Address::Account, request).await
    }

    pub(super) async fn settings(&self, desk: DeskId) -> Answer {
        if let Some(user) = self.user_or_business().await? {
            may_know(&user, &desk)?;
        }
        let request = DeskRequest::Settings;
        let settings: DeskSettings = ask::ask(&self.env, &Address::Desk(desk), &request).await?;
        answer(200, &settings)
    }

    pub(super) async fn configure(&mut self, desk: DeskId) -> Answer {
        self.business().await?;
        let body = body::read_up_to(MAX_SETTINGS, &mut self.request).await?;
        let settings: DeskSettings = parse_given(&body)?;
        check_settings(&settings, self.config.retention_days)?;
        let to = Address::Desk(desk.clone());
        let request = DeskRequest::Configure { desk, settings };
        let settings: DeskSettings = ask::ask(&self.env, &to, &request).await?;
        answer(200, &settings)
    }

    pub(super) async fn board(&self, desk: DeskId) -> Answer {
        if !self.config.open_board {
            may_watch(&self.user()?, &desk)?;
        }
        let at = Address::Desk(desk.clone());
        let counter: DeskBoard = ask::ask(&self.env, &at, &DeskRequest::Board).await?;
        let fleet = ask::ask(&self.env, &Address::Fleet, &FleetRequest::Board).await?;
        let FleetBoard { nodes, calls } = fleet;
        let board = Board {
            desk,
            at: now(),
            counter,
            nodes,
            calls,
        };
        answer(200, &board)
    }

    pub(super) async fn board_socket(&self, desk: DeskId) -> Answer {
        let credentials = self.credentials()?;
        if !self.config.open_board {
            may_know(&self.verify(&credentials.token)?, &desk)?;
        }
        self.upgrade()?;
        let request = DeskRequest::BoardSocket;
        self.hand_over(Address::Desk(desk), &request, &credentials)
            .await
    }
}
