//! One party of a call, from the first dial to the end: both do the same but for who hangs up.

use super::cuts::Cuts;
use super::plan::TEXTS;
use super::seen::{Book, Side};
use counterpart_native::signal::{CallSocket, Edge, Patience, SignalError, client_id};
use counterpart_shared::api::{CallCommand, CallMessage, Entry, EntryBody};
use counterpart_shared::id::{CallId, Party};
use std::time::Duration;

/// When a party does something of his own accord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Hang up when all texts of both are there.
    HangUp,
    /// Leave that to the other one.
    Wait,
    /// Hang up when told a place in line.
    GiveUp,
    /// Be gone, without a word, when told a place in line.
    DieWaiting,
    /// Be gone after the first text.
    DieTalking,
}

/// A party in a call.
pub(super) struct Talk<'a> {
    socket: CallSocket,
    side: Side,
    turn: Turn,
    cuts: Cuts,
    book: &'a Book,
    /// How many texts of the other one are there.
    heard: usize,
    talking: bool,
    /// Whether the other one is away.
    alone: bool,
    ended: bool,
}

impl<'a> Talk<'a> {
    pub(super) fn new(
        edge: &Edge,
        (call, party, token): (&CallId, Party, &str),
        turn: Turn,
        cuts: Cuts,
        book: &'a Book,
    ) -> Result<Self, SignalError> {
        // Whoever is cut off while workerd starts again and again may try for long.
        let patience = Patience(Duration::from_secs(120));
        Ok(Self {
            socket: CallSocket::resume(edge, call, token, 0, patience)?,
            side: Side {
                call: call.clone(),
                party,
                entries: Vec::new(),
                said: Vec::new(),
                acknowledged: Vec::new(),
            },
            turn,
            cuts,
            book,
            heard: 0,
            talking: false,
            alone: false,
            ended: false,
        })
    }

    /// Until the call is over, or he is.
    pub(super) async fn run(mut self) -> Result<(), SignalError> {
        if self.side.party == Party::Caller {
            let id = client_id();
            self.send(CallCommand::Request { id }).await;
        }
        while !self.ended {
            let message = self.socket.next().await?;
            if matches!(message, CallMessage::Hello { .. }) {
                self.cuts.opened(self.book);
            }
            self.take(message).await;
            self.cut();
        }
        self.book.write().sides.push(self.side);
        Ok(())
    }

    async fn take(&mut self, message: CallMessage) {
        match message {
            CallMessage::Entry(entry) => self.entry(entry).await,
            CallMessage::Ack { id, seq: Some(seq) } if self.side.said.last() == Some(&id) => {
                self.side.acknowledged.push((id, seq));
                self.go_on().await;
            }
            CallMessage::Position { .. } => match self.turn {
                Turn::GiveUp => self.hang_up().await,
                Turn::DieWaiting => self.ended = true,
                Turn::HangUp | Turn::Wait | Turn::DieTalking => {}
            },
            _ => {}
        }
    }

    async fn entry(&mut self, entry: Entry) {
        let body = entry.body.clone();
        self.side.entries.push(entry);
        match body {
            EntryBody::Accept { .. } => {
                self.talking = true;
                self.go_on().await;
                self.wait_no_more().await;
            }
            EntryBody::Text { from, .. } if from != self.side.party => {
                self.heard += 1;
                self.finish().await;
            }
            EntryBody::PeerAway { party } if party != self.side.party => {
                self.alone = true;
                self.wait_no_more().await;
            }
            EntryBody::PeerBack { party } if party != self.side.party => self.alone = false,
            EntryBody::End { .. } => self.ended = true,
            _ => {}
        }
    }

    /// The next text, or whatever comes after the last one.
    async fn go_on(&mut self) {
        let said = self.side.said.len();
        if self.turn == Turn::GiveUp {
            return self.hang_up().await;
        }
        // Who was to die in line and never had to wait dies now.
        if self.turn == Turn::DieWaiting || (self.turn == Turn::DieTalking && said > 0) {
            self.ended = true;
            return;
        }
        if said == TEXTS {
            return self.finish().await;
        }
        let id = client_id();
        let text = format!("{} {said}", self.side.party);
        self.side.said.push(id.clone());
        self.send(CallCommand::Text { id, text }).await;
    }

    /// Agents never die here; a customer who is away, since before the talk perhaps, is not waited for.
    async fn wait_no_more(&mut self) {
        if self.talking && self.alone && self.side.party == Party::Callee {
            self.hang_up().await;
        }
    }

    async fn finish(&mut self) {
        let all = self.side.acknowledged.len() == TEXTS && self.heard == TEXTS;
        if all && self.turn == Turn::HangUp {
            self.hang_up().await;
        }
    }

    async fn hang_up(&mut self) {
        let id = client_id();
        self.send(CallCommand::Hangup { id }).await;
    }

    async fn send(&mut self, command: CallCommand) {
        self.socket.send(&command).await;
        self.cut();
    }

    fn cut(&mut self) {
        if self.cuts.event(self.book) {
            self.socket.cut();
        }
    }
}
