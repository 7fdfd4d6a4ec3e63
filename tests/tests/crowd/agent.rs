//! One agent: his room, the offers, and a talk after the other.

use super::caller::{Place, hangs_up, token};
use super::chance::Chance;
use super::cuts::Cuts;
use super::plan::{Agent, Answer, answer};
use super::seen::Book;
use super::talk::{Talk, Turn};
use anyhow::{Context, Result};
use counterpart_native::signal::{RoomSocket, SignalError, client_id};
use counterpart_shared::api::{DeskCommand, DeskMessage, ErrorCode, Room, RoomPhase, RoomState};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, Party};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// An agent at work.
struct Shift {
    place: Place,
    agent: Agent,
    token: String,
    socket: RoomSocket,
    book: Arc<Book>,
    cuts: Cuts,
    /// The offer that was answered last: its call, and until when it rings.
    answered: Option<(CallId, u64)>,
    /// The call that he joined last.
    joined: Option<CallId>,
    talks: JoinSet<Result<()>>,
    closing: bool,
    closed: bool,
}

/// Works until `over`, then closes the room. Gives the token that may read his calls.
pub(super) async fn work(
    place: Place,
    mut agent: Agent,
    book: Arc<Book>,
    mut over: watch::Receiver<bool>,
) -> Result<(String, String)> {
    let token = token(&place, &agent.name, Role::Agent, 0).await?;
    let socket = RoomSocket::new(&place.edge, &place.desk, &agent.room.parse()?, &token)?;
    let mut cuts = Cuts::new(Chance::of(agent.chance.below(u64::MAX), 0));
    cuts.opened(&book);
    let mut shift = Shift {
        place,
        agent,
        token,
        socket,
        book,
        cuts,
        answered: None,
        joined: None,
        talks: JoinSet::new(),
        closing: false,
        closed: false,
    };
    while !shift.closed {
        tokio::select! {
            message = shift.socket.next() => {
                let message = message.with_context(|| shift.agent.name.clone())?;
                shift.take(message).await?;
            }
            Some(talk) = shift.talks.join_next() => talk??,
            () = end_of_work(&mut over), if !shift.closing => {
                shift.closing = true;
                shift.send(DeskCommand::Close { id: client_id() }).await;
            }
        }
    }
    while let Some(talk) = shift.talks.join_next().await {
        talk??;
    }
    Ok((shift.agent.name, shift.token))
}

/// When all callers are through.
async fn end_of_work(over: &mut watch::Receiver<bool>) {
    // Where nobody can say so any more, it is over too.
    let _ = over.wait_for(|over| *over).await;
}

impl Shift {
    async fn take(&mut self, message: DeskMessage) -> Result<()> {
        match message {
            DeskMessage::Room(room) => self.room(room).await?,
            DeskMessage::Offer {
                call, expires_at, ..
            } => self.offer(call, expires_at).await,
            _ => {}
        }
        self.cut();
        Ok(())
    }

    async fn room(&mut self, room: Room) -> Result<()> {
        self.book.write().rooms.push(room.clone());
        match (room.state, room.phase, room.call) {
            (RoomState::Close, ..) if self.closing => self.closed = true,
            (RoomState::Close, ..) => {
                let (id, skills) = (client_id(), self.agent.skills.clone());
                self.send(DeskCommand::Open { id, skills }).await;
            }
            (RoomState::Busy, Some(RoomPhase::Talking), Some(call)) => self.join(call)?,
            _ => {}
        }
        Ok(())
    }

    /// An offer comes again on a new connection; it is answered once.
    async fn offer(&mut self, call: CallId, expires_at: u64) {
        let offer = (call.clone(), expires_at);
        if self.answered.as_ref() == Some(&offer) {
            return;
        }
        self.answered = Some(offer);
        let id = client_id();
        match answer(&mut self.agent.chance) {
            Answer::Accept => self.send(DeskCommand::Accept { id, call }).await,
            Answer::Reject => self.send(DeskCommand::Reject { id, call }).await,
            Answer::Nothing => {}
        }
    }

    fn join(&mut self, call: CallId) -> Result<()> {
        if self.joined.as_ref() == Some(&call) {
            return Ok(());
        }
        self.joined = Some(call.clone());
        self.cuts.draw();
        let turn = match hangs_up(&call) {
            Party::Callee => Turn::HangUp,
            Party::Caller => Turn::Wait,
        };
        let (edge, token) = (self.place.edge.clone(), self.token.clone());
        let cuts = Cuts::new(Chance::of(self.agent.chance.below(u64::MAX), 1));
        let (book, name) = (Arc::clone(&self.book), self.agent.name.clone());
        self.talks.spawn(async move {
            let as_whom = (&call, Party::Callee, token.as_str());
            let talk = Talk::new(&edge, as_whom, turn, cuts, &book)?;
            match talk.run().await {
                // The caller hung up in the same moment; `judge` looks whether he did.
                Err(SignalError::Api(no)) if no.code == ErrorCode::Forbidden => {
                    book.write().refused.push(call);
                    Ok(())
                }
                ended => ended.with_context(|| format!("{name} in {call}")),
            }
        });
        Ok(())
    }

    async fn send(&mut self, command: DeskCommand) {
        self.socket.send(&command).await;
        self.cut();
    }

    fn cut(&mut self) {
        if self.cuts.event(&self.book) {
            self.socket.cut();
            self.cuts.opened(&self.book);
        }
    }
}
