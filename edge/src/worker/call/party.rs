//! What a party does: looks, asks for URLs, connects, speaks, goes.

use super::super::{internal, now, socket};
use super::seats;
use super::shell::Shell;
use crate::call::{Input, Seat, id_of};
use crate::http::parse_message;
use counterpart_shared::api::{ApiError, CallCommand, CallMessage, CallView, ErrorCode, PartyUrls};
use counterpart_shared::id::{ClientId, Party, UserId};
use std::rc::Rc;
use std::time::Duration;
use worker::{Delay, Request, Response, Result, WebSocket, WebSocketIncomingMessage};

/// How often, and at most how many times, a call looks whether the desk's letter has come: 8 s in all.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS: u32 = 80;

impl Shell {
    pub(super) fn view(
        &self,
        user: &UserId,
        after: u64,
    ) -> std::result::Result<CallView, ApiError> {
        let party = self.party_of(user)?;
        let entries = self.core.store.entries(after).map_err(internal)?;
        let machine = self.machine.borrow();
        let call = machine.as_ref().ok_or_else(super::unknown)?;
        Ok(call.view(party, entries))
    }

    /// Waits for its own URLs only; the other party's go to the sockets.
    pub(super) async fn urls(
        self: &Rc<Self>,
        user: &UserId,
    ) -> std::result::Result<PartyUrls, ApiError> {
        let party = self.party_of(user)?;
        let mut rest = self.turn(Input::Urls(party), None).map_err(internal)?;
        for ask in rest.asks {
            let lease = self.lease(&ask).await;
            let then = self
                .turn(Input::Leased { ask, lease }, None)
                .map_err(internal)?;
            rest.answer = rest.answer.or(then.answer);
        }
        rest.answer
            .unwrap_or_else(|| Err(internal("a question for URLs had no answer")))
    }

    /// Waits until the call knows who this is, where that may yet change, and no longer than a client waits for an
    /// answer. Other events come in between, so what follows begins anew.
    pub(super) async fn await_party(&self, user: &UserId) {
        for _ in 0..LOOKS {
            let awaited = self.machine.borrow().as_ref().map(|call| call.awaits(user));
            if awaited != Some(true) {
                return;
            }
            Delay::from(LOOK_EVERY).await;
        }
    }

    pub(super) fn connect(self: &Rc<Self>, request: &Request, user: &UserId) -> Result<Response> {
        let party = match self.party_of(user) {
            Ok(party) => party,
            Err(error) => return super::answer::<()>(Err(error)),
        };
        let (socket, response) = socket::accept(&self.core, request, seats::tag(party))?;
        seats::write(&socket, &Seat::new(party, self.seq_for(party), now()))?;
        self.act(Input::Connected(party), Some(&socket))?;
        Ok(response)
    }

    pub(super) fn message(
        self: &Rc<Self>,
        socket: &WebSocket,
        message: WebSocketIncomingMessage,
    ) -> Result<()> {
        let Some(seat) = seats::read(socket) else {
            return Ok(());
        };
        let text = socket::text(message).unwrap_or_default();
        match parse_message::<CallCommand>(&text) {
            Ok(command) => self.command(socket, seat.party, command),
            Err((id, error)) => {
                socket::send(socket, &CallMessage::Error { id, error });
                Ok(())
            }
        }
    }

    fn command(
        self: &Rc<Self>,
        socket: &WebSocket,
        party: Party,
        command: CallCommand,
    ) -> Result<()> {
        let recall = |id: &ClientId| self.core.store.recall(seats::tag(party), id.as_str());
        let earlier = id_of(&command).map(recall).transpose()?.flatten();
        if id_of(&command).is_some() {
            let visible = self.sees_log(party);
            seats::with_seat(&self.core, socket, &[], |seat| seat.speaks(visible))?;
        }
        let input = Input::Command {
            party,
            command,
            earlier,
        };
        self.act(input, Some(socket))
    }

    /// What the socket saw is over; what it was told to do stands.
    pub(super) fn closed(self: &Rc<Self>, socket: &WebSocket) -> Result<()> {
        let Some(seat) = seats::read(socket).filter(|_| self.ready().unwrap_or(false)) else {
            return Ok(());
        };
        let party = seat.party;
        let sockets = socket::tagged(&self.core.state, seats::tag(party));
        let others = socket::others(&sockets, socket);
        self.act(Input::Closed { party, others }, None)
    }

    fn party_of(&self, user: &UserId) -> std::result::Result<Party, ApiError> {
        let machine = self.machine.borrow();
        let party = machine.as_ref().and_then(|call| call.party_of(user));
        party.ok_or_else(|| {
            let detail = format!("'{user}' is no party of this call");
            ApiError::new(ErrorCode::Forbidden, detail)
        })
    }

    fn sees_log(&self, party: Party) -> bool {
        let machine = self.machine.borrow();
        machine.as_ref().is_some_and(|call| call.sees_log(party))
    }

    fn seq_for(&self, party: Party) -> u64 {
        let machine = self.machine.borrow();
        let call = machine.as_ref().filter(|call| call.sees_log(party));
        call.map_or(0, |call| call.seq)
    }
}
