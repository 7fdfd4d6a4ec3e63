//! What parties and supervisors do: look, ask for URLs, connect, speak, go.

use super::super::{internal, now, socket};
use super::seats;
use super::shell::Shell;
use crate::call::{Call, Input, Seat, Who, no_party};
use crate::http::parse_message;
use crate::link::Visitor;
use counterpart_shared::api::{ApiError, ByeReason, CallCommand, CallMessage, CallView, PartyUrls};
use counterpart_shared::id::{ClientId, DeskId, Party, UserId};
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
        let who = Who::Party(self.party_of(user)?);
        let entries = self.core.store.entries(after).map_err(internal)?;
        let machine = self.machine.borrow();
        let call = machine.as_ref().ok_or_else(super::unknown)?;
        Ok(call.view(&who, entries))
    }

    pub(super) fn review(
        &self,
        desk: Option<&DeskId>,
        after: u64,
    ) -> std::result::Result<CallView, ApiError> {
        let machine = self.machine.borrow();
        let call = machine.as_ref().ok_or_else(super::unknown)?;
        call.may_review(desk)?;
        let entries = self.core.store.entries(after).map_err(internal)?;
        Ok(call.view(&Party::Caller.into(), entries))
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
    pub(super) async fn await_party(&self, visitor: &Visitor) {
        for _ in 0..LOOKS {
            let awaited = self
                .machine
                .borrow()
                .as_ref()
                .map(|call| call.awaits(visitor));
            if awaited != Some(true) {
                return;
            }
            Delay::from(LOOK_EVERY).await;
        }
    }

    /// A newer socket of the same person takes over: the older one is told, and closed.
    pub(super) fn connect(
        self: &Rc<Self>,
        request: &Request,
        visitor: &Visitor,
    ) -> Result<Response> {
        let who = match self.who(visitor) {
            Ok(who) => who,
            Err(error) => return super::answer::<()>(Err(error)),
        };
        let reason = ByeReason::Replaced;
        for older in seats::of(&self.core, &who) {
            socket::dismiss(&older, &CallMessage::Bye { reason }, reason);
        }
        let (socket, response) = socket::accept(&self.core, request, &seats::tag(&who))?;
        self.calm.set(false);
        seats::write(&socket, &Seat::new(who.clone(), self.seq_for(&who), now()))?;
        let input = match who {
            Who::Party(party) => Input::Connected(party),
            Who::Watcher(user) => Input::Watched(user),
        };
        self.act(input, Some(&socket))?;
        Ok(response)
    }

    /// What a socket says after it was closed is not heard: nothing of it was acknowledged.
    pub(super) fn message(
        self: &Rc<Self>,
        socket: &WebSocket,
        message: WebSocketIncomingMessage,
    ) -> Result<()> {
        let seat = seats::read(socket).filter(|_| socket::is_open(socket));
        let Some(seat) = seat else {
            return Ok(());
        };
        let text = socket::text(message).unwrap_or_default();
        match parse_message::<CallCommand>(&text) {
            Ok(command) => self.command(socket, seat.who, command),
            Err((id, error)) => {
                socket::send(socket, &CallMessage::Error { id, error });
                Ok(())
            }
        }
    }

    fn command(self: &Rc<Self>, socket: &WebSocket, who: Who, command: CallCommand) -> Result<()> {
        if command.id().is_some() && !self.calm.get() {
            let visible = self.with(|call| call.sees_log(&who)).unwrap_or(false);
            seats::with_seat(&self.core, socket, |seat| seat.speaks(visible))?;
        }
        let party = match who {
            Who::Watcher(user) => {
                return self.act(Input::WatcherSays { user, command }, Some(socket));
            }
            Who::Party(party) => party,
        };
        let owner = self.with(|call| call.owner(party)).unwrap_or_default();
        let recall = |id: &ClientId| self.core.store.recall(&owner, id.as_str());
        let earlier = command.id().map(recall).transpose()?.flatten();
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
        let others = socket::others(&seats::of(&self.core, &seat.who), socket);
        let input = match seat.who {
            Who::Party(party) => Input::Closed { party, others },
            Who::Watcher(user) => Input::Unwatched { user, others },
        };
        self.act(input, None)
    }

    /// A party, or the supervisor of the desk where the call is.
    fn who(&self, visitor: &Visitor) -> std::result::Result<Who, ApiError> {
        if let Ok(party) = self.party_of(&visitor.user) {
            return Ok(Who::Party(party));
        }
        if self.with(|call| call.may_watch(visitor)).unwrap_or(false) {
            return Ok(Who::Watcher(visitor.user.clone()));
        }
        Err(no_party(&visitor.user))
    }

    fn party_of(&self, user: &UserId) -> std::result::Result<Party, ApiError> {
        let party = self.with(|call| call.party_of(user)).flatten();
        party.ok_or_else(|| no_party(user))
    }

    fn seq_for(&self, who: &Who) -> u64 {
        let seq = |call: &Call| call.sees_log(who).then_some(call.seq);
        self.with(seq).flatten().unwrap_or(0)
    }

    fn with<T>(&self, look: impl FnOnce(&Call) -> T) -> Option<T> {
        self.machine.borrow().as_ref().map(look)
    }
}
