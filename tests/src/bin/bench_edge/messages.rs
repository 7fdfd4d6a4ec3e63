//! Texts from one party's socket to the other's.

use crate::http::{Http, post};
use crate::measure::{Client, Times, Window};
use crate::socket::Socket;
use anyhow::{Context, Result, bail};
use counterpart_shared::api::{
    CallCommand, CallCreated, CreateDeskCall, DeskCommand, DeskSettings,
};
use counterpart_shared::grant::Role;
use counterpart_shared::id::DeskId;
use counterpart_tests::system::{PATIENCE, System};
use serde::Serialize;
use std::collections::VecDeque;
use std::time::Instant;

/// What the bare object answers a speaker; `tests/peer` says so too.
const ACK: &str = "ack";

/// Where those who talk meet: it lets them say more than people would.
const DESK: &str = "talks";

/// Two sockets of one object. One of them speaks, with so many texts under way at most; the other listens.
pub(crate) struct Pair {
    speaker: Socket,
    listener: Socket,
    /// The agent's place, which must stay open.
    #[expect(dead_code, reason = "held, never used")]
    room: Option<Socket>,
    under_way: usize,
    sent: u64,
    acknowledged: u64,
    /// The texts that have not arrived yet: their numbers and when each was sent.
    travelling: VecDeque<(u64, Instant)>,
}

/// What a socket says.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Ack,
    Text(u64),
    Else,
}

impl Pair {
    fn new(speaker: Socket, listener: Socket, under_way: usize) -> Self {
        Self {
            speaker,
            listener,
            room: None,
            under_way,
            sent: 0,
            acknowledged: 0,
            travelling: VecDeque::new(),
        }
    }

    /// A customer, and the agent who took his call. `name` tells this pair's people from others'.
    pub(crate) async fn of_call(system: &System, name: &str, under_way: usize) -> Result<Self> {
        let port = system.edge_port();
        let (customer, agent) = (format!("customer-{name}"), format!("agent-{name}"));
        let desk: DeskId = DESK.parse()?;
        let customer = system.token(&customer, Role::Customer, None).await?;
        let agent = system.token(&agent, Role::Agent, Some(&desk)).await?;

        let room = format!("/v1/desks/{DESK}/rooms/room-{name}/socket");
        let mut room = Socket::dial(port, &room, &agent).await?;
        let (id, skills) = ("open".parse()?, Default::default());
        acknowledged(&mut room, &DeskCommand::Open { id, skills }).await?;

        let wish = CreateDeskCall::default();
        let request = post(&format!("/v1/desks/{DESK}/calls"), &customer, &wish)?;
        let created: CallCreated = Http::dial(port).await?.value(&request).await?;
        let mut speaker = Socket::dial(port, &created.socket, &customer).await?;
        let id = "ask".parse()?;
        acknowledged(&mut speaker, &CallCommand::Request { id }).await?;

        let (id, call) = ("take".parse()?, room.offer().await?);
        acknowledged(&mut room, &DeskCommand::Accept { id, call }).await?;
        let listener = Socket::dial(port, &created.socket, &agent).await?;
        let room = Some(room);
        Ok(Self {
            room,
            ..Self::new(speaker, listener, under_way)
        })
    }

    /// Two sockets of a bare object.
    pub(crate) async fn of_bare(port: u16, name: String, under_way: usize) -> Result<Self> {
        let path = format!("/{}", name.replace([' ', ','], "-"));
        let speaker = Socket::dial(port, &path, "").await?;
        let listener = Socket::dial(port, &path, "").await?;
        Ok(Self::new(speaker, listener, under_way))
    }

    /// The bare object gets the very same texts, and stores and forwards them as they are.
    async fn speak(&mut self) -> Result<()> {
        self.sent += 1;
        let id = format!("m-{}", self.sent).parse()?;
        let text = format!("{} 您好，请出示您的身份证件。", self.sent);
        self.travelling.push_back((self.sent, Instant::now()));
        self.speaker.say(&CallCommand::Text { id, text }).await
    }

    /// Each text comes once and in order.
    fn arrived(&mut self, number: u64, times: &mut Times) -> Result<()> {
        match self.travelling.pop_front() {
            Some((wanted, sent_at)) if wanted == number => times.done(sent_at),
            other => bail!("text {number} arrived instead of {other:?}"),
        }
        Ok(())
    }

    async fn step(&mut self, window: Window, times: &mut Times) -> Result<()> {
        tokio::select! {
            said = self.speaker.next() => {
                if heard(&said?)? == Heard::Ack {
                    self.acknowledged += 1;
                    if window.is_open() {
                        self.speak().await?;
                    }
                }
            }
            said = self.listener.next() => {
                if let Heard::Text(number) = heard(&said?)? {
                    self.arrived(number, times)?;
                }
            }
        }
        Ok(())
    }
}

impl Client for Pair {
    async fn work(&mut self, window: Window) -> Result<Times> {
        let mut times = Times::new(window);
        for _ in 0..self.under_way {
            self.speak().await?;
        }
        while self.acknowledged < self.sent || !self.travelling.is_empty() {
            let step = self.step(window, &mut times);
            tokio::time::timeout(PATIENCE, step)
                .await
                .with_context(|| {
                    format!("a text or its acknowledgement is lost: {PATIENCE:?}")
                })??;
        }
        Ok(times)
    }
}

/// Looks no closer than it must: this runs once per message, beside what is measured.
fn heard(said: &str) -> Result<Heard> {
    if said == ACK || said.starts_with(r#"{"type":"ack""#) {
        return Ok(Heard::Ack);
    }
    if said.starts_with(r#"{"type":"error""#) {
        bail!("refused: {said}");
    }
    let Some((_, text)) = said.split_once(r#""text":""#) else {
        return Ok(Heard::Else);
    };
    let number = text.split(' ').next().unwrap_or_default();
    Ok(Heard::Text(number.parse().context("a text of another")?))
}

/// Lets those who meet at the desk talk as fast as they can.
pub(crate) async fn open_desk(system: &System) -> Result<()> {
    let settings = DeskSettings {
        messages_per_10s: 10_000,
        ..DeskSettings::default()
    };
    system.set_desk(DESK, &settings).await
}

async fn acknowledged(socket: &mut Socket, command: &impl Serialize) -> Result<()> {
    socket.say(command).await?;
    let ack = |text: &str| Ok((heard(text)? == Heard::Ack).then_some(()));
    socket.until("acknowledgement", ack).await
}
