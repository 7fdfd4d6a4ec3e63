//! An agent in his room.

use super::error::PartyError;
use super::event::Remote;
use super::options::PartyOptions;
use super::participant::Participant;
use crate::signal::{Edge, RoomSocket, SignalError, client_id};
use counterpart_shared::api::{DeskCommand, DeskMessage, Room};
use counterpart_shared::id::{CallId, ClientId, DeskId, Party, RoomId, UserId};
use std::collections::VecDeque;
use std::time::Duration;

/// A call that rings in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The call.
    pub call: CallId,
    /// Who asks.
    pub customer: UserId,
    /// Until when it rings, in UNIX milliseconds.
    pub expires_at: u64,
}

/// An agent's room.
#[derive(Debug)]
pub struct Agent {
    edge: Edge,
    token: String,
    socket: RoomSocket,
    room: Option<Room>,
    /// What came while a command waited for its answer.
    aside: VecDeque<DeskMessage>,
}

impl Agent {
    /// At this room of this desk.
    pub fn new(
        edge: &Edge,
        desk: &DeskId,
        room: &RoomId,
        token: &str,
    ) -> Result<Self, SignalError> {
        Ok(Self {
            socket: RoomSocket::new(edge, desk, room, token)?,
            edge: edge.clone(),
            token: token.to_owned(),
            room: None,
            aside: VecDeque::new(),
        })
    }

    /// The room as it was last told.
    pub fn room(&self) -> Option<&Room> {
        self.room.as_ref()
    }

    /// Opens the room.
    pub async fn open(&mut self) -> Result<(), SignalError> {
        let id = client_id();
        self.command(
            DeskCommand::Open {
                id: id.clone(),
                skills: Default::default(),
            },
            &id,
        )
        .await
    }

    /// Closes the room.
    pub async fn close(&mut self) -> Result<(), SignalError> {
        let id = client_id();
        self.command(DeskCommand::Close { id: id.clone() }, &id)
            .await
    }

    /// Waits until a call rings.
    pub async fn offer(&mut self, patience: Duration) -> Result<Offer, SignalError> {
        let ring = async {
            loop {
                if let DeskMessage::Offer {
                    call,
                    customer,
                    expires_at,
                } = self.next().await?
                {
                    return Ok(Offer {
                        call,
                        customer,
                        expires_at,
                    });
                }
            }
        };
        tokio::time::timeout(patience, ring)
            .await
            .map_err(|_| SignalError::Late {
                what: "offer".into(),
                waited: patience,
            })?
    }

    /// Declines a call.
    pub async fn reject(&mut self, call: &CallId) -> Result<(), SignalError> {
        let (id, call) = (client_id(), call.clone());
        let command = DeskCommand::Reject {
            id: id.clone(),
            call,
        };
        self.command(command, &id).await
    }

    /// Takes a call, without media: whoever calls this opens the call's socket himself.
    pub async fn take(&mut self, call: &CallId) -> Result<(), SignalError> {
        let (id, call) = (client_id(), call.clone());
        let command = DeskCommand::Accept {
            id: id.clone(),
            call,
        };
        self.command(command, &id).await
    }

    /// Takes a call; what comes out is to be [run](Participant::run).
    pub async fn accept(
        &mut self,
        call: &CallId,
        options: PartyOptions,
    ) -> Result<(Participant, Remote), PartyError> {
        self.take(call).await?;
        let party = Participant::new(&self.edge, call, &self.token, options, Party::Callee, false)?;
        Ok(party)
    }

    /// What the room's socket says next. Call it also during a call, so that the socket lives.
    pub async fn next(&mut self) -> Result<DeskMessage, SignalError> {
        match self.aside.pop_front() {
            Some(message) => Ok(message),
            None => self.receive().await,
        }
    }

    async fn receive(&mut self) -> Result<DeskMessage, SignalError> {
        let message = self.socket.next().await?;
        if let DeskMessage::Room(room) = &message {
            self.room = Some(room.clone());
        }
        Ok(message)
    }

    /// Loses the connection, as a network would.
    pub fn cut(&mut self) {
        self.socket.cut();
    }

    /// Sends a command and waits until it is on disk.
    async fn command(&mut self, command: DeskCommand, id: &ClientId) -> Result<(), SignalError> {
        self.socket.send(&command).await;
        loop {
            match self.receive().await? {
                DeskMessage::Ack { id: of } if of == *id => return Ok(()),
                DeskMessage::Error { id: of, error } if of.as_ref() == Some(id) => {
                    return Err(error.into());
                }
                message => self.aside.push_back(message),
            }
        }
    }
}
