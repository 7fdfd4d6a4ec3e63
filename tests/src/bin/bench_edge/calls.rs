//! Whole calls at a desk, as its customers and agents see them.

use crate::http::{Http, post};
use crate::measure::{Client, Times, Window};
use crate::socket::Socket;
use anyhow::{Context, Result};
use counterpart_shared::api::{
    CallCommand, CallCreated, CallMessage, CreateDeskCall, DeskCommand, DeskMessage, EntryBody,
};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, DeskId};
use counterpart_tests::system::System;
use std::time::Instant;
use tokio::task::JoinHandle;

const DESK: &str = "bench";

/// A customer who asks, is answered, hangs up, and asks again.
pub(crate) struct Customer {
    port: u16,
    request: Vec<u8>,
    token: String,
}

impl Customer {
    pub(crate) async fn new(system: &System, number: usize) -> Result<Self> {
        let user = format!("customer-{number}");
        let token = system.token(&user, Role::Customer, None).await?;
        let wish = CreateDeskCall::default();
        let request = post(&format!("/v1/desks/{DESK}/calls"), &token, &wish)?;
        let port = system.edge_port();
        Ok(Self {
            port,
            request,
            token,
        })
    }

    async fn call(&self, http: &mut Http) -> Result<()> {
        let created: CallCreated = http.value(&self.request).await?;
        let mut socket = Socket::dial(self.port, &created.socket, &self.token).await?;
        let id = "ask".parse()?;
        socket.say(&CallCommand::Request { id }).await?;
        socket
            .until("agent", |text| {
                let accepted = |message: &CallMessage| {
                    matches!(message, CallMessage::Entry(entry)
                        if matches!(entry.body, EntryBody::Accept { .. }))
                };
                found(text, accepted)
            })
            .await?;
        let id = "end".parse()?;
        socket.say(&CallCommand::Hangup { id }).await?;
        socket
            .until("end", |text| {
                let ended = |message: &CallMessage| {
                    matches!(message, CallMessage::Ack { id, .. } if id.as_str() == "end")
                };
                found(text, ended)
            })
            .await?;
        socket.close().await;
        Ok(())
    }
}

fn found(text: &str, wanted: impl Fn(&CallMessage) -> bool) -> Result<Option<()>> {
    match serde_json::from_str(text)? {
        CallMessage::Error { error, .. } => Err(error.into()),
        message => Ok(wanted(&message).then_some(())),
    }
}

impl Client for Customer {
    async fn work(&mut self, window: Window) -> Result<Times> {
        let mut http = Http::dial(self.port).await?;
        let mut times = Times::new(window);
        loop {
            let asked = Instant::now();
            self.call(&mut http).await?;
            times.done(asked);
            if !window.is_open() {
                return Ok(times);
            }
        }
    }
}

/// An agent who takes whatever rings, until this is dropped or his socket fails.
pub(crate) async fn agent(system: &System, number: usize) -> Result<JoinHandle<Result<()>>> {
    let desk: DeskId = DESK.parse()?;
    let user = format!("agent-{number}");
    let token = system.token(&user, Role::Agent, Some(&desk)).await?;
    let path = format!("/v1/desks/{DESK}/rooms/room-{number}/socket");
    let mut socket = Socket::dial(system.edge_port(), &path, &token).await?;
    let open = DeskCommand::Open {
        id: "open".parse()?,
        skills: Default::default(),
    };
    socket.say(&open).await?;
    Ok(tokio::spawn(async move {
        for number in 0_u64.. {
            let call = socket.offer().await?;
            let id = format!("a-{number}").parse().context("an id")?;
            socket.say(&DeskCommand::Accept { id, call }).await?;
        }
        Ok(())
    }))
}

impl Socket {
    /// Waits, for as long as it takes, until a call rings.
    pub(crate) async fn offer(&mut self) -> Result<CallId> {
        loop {
            match serde_json::from_str(&self.next().await?)? {
                DeskMessage::Offer { call, .. } => return Ok(call),
                DeskMessage::Error { error, .. } => return Err(error.into()),
                _ => {}
            }
        }
    }
}
