//! The Durable Object of the account.
//!
//! # Atomicity
//! Each request is one decision: the machine in memory (or from its rows) decides and its changed rows are
//! written, without an await; the platform holds the answer back until that is on disk, so a key is shown
//! only when it is stored, and a revoked one stays revoked. When a write fails, the machine in memory is
//! dropped and the next request starts from what is on disk.

use super::core::{Core, answer, request};
use super::now;
use crate::account::Account as Machine;
use crate::link::{AccountRequest, ToAccount};
use counterpart_shared::api::{ApiError, ApiKeys, Desks};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, wasm_bindgen};

/// The account.
#[durable_object(fetch)]
pub struct Account {
    core: Rc<Core>,
    machine: RefCell<Option<Machine>>,
}

impl DurableObject for Account {
    fn new(state: State, env: Env) -> Self {
        Self {
            core: Core::new(state, env),
            machine: RefCell::new(None),
        }
    }

    async fn fetch(&self, mut incoming: Request) -> Result<Response> {
        match request(&mut incoming).await? {
            AccountRequest::CreateKey { id, sha256, name } => {
                self.turn(|account| account.create(id, sha256, name, now()))
            }
            AccountRequest::DeleteKey { id } => self.turn(|account| account.delete(&id)),
            AccountRequest::Keys => self.turn::<ApiKeys>(|account| Ok(account.list())),
            AccountRequest::CheckKey { id, sha256 } => {
                self.turn(|account| Ok(account.check(&id, &sha256)))
            }
            AccountRequest::Desks => self.turn::<Desks>(|account| Ok(account.desks(now()))),
            AccountRequest::Letter(post) => {
                // The tables are there before a letter can be noted.
                let account = self.loaded()?;
                *self.machine.borrow_mut() = Some(account);
                match self.core.accept(post, now())? {
                    Some(ToAccount::Desk { desk, listing }) => self.turn(|account| {
                        account.list_desk(desk, listing);
                        Ok(())
                    }),
                    None => answer(Ok(())),
                }
            }
        }
    }
}

impl Account {
    fn turn<T: Serialize>(
        &self,
        decide: impl FnOnce(&mut Machine) -> std::result::Result<T, ApiError>,
    ) -> Result<Response> {
        let mut account = self.loaded()?;
        let outcome = decide(&mut account);
        self.core.store.write(account.changes())?;
        *self.machine.borrow_mut() = Some(account);
        answer(outcome)
    }

    fn loaded(&self) -> Result<Machine> {
        if let Some(machine) = self.machine.take() {
            return Ok(machine);
        }
        self.core.store.create()?;
        let rows = self.core.store.rows()?;
        Machine::load(&rows).map_err(|error| error.to_string().into())
    }
}
