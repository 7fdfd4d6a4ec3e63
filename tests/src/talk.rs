//! Two people on a direct call, step by step, so that a story can do to them what it wants in between.

use crate::system::{PATIENCE, System};
use anyhow::{Context, Result, bail};
use counterpart_native::play::{PlayProgress, PlayReport};
use counterpart_native::signal::{CallSocket, client_id};
use counterpart_native::{PlayOptions, PublishOptions, PublishReport, Stop, play, publish};
use counterpart_shared::api::{
    CallCommand, CallMessage, CreateCall, EntryBody, MediaUrls, PartyUrls,
};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, ClientId, Party};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A call of alice and bob.
pub struct Talk {
    /// The call.
    pub call: CallId,
    /// Alice's token.
    pub alice_token: String,
    /// The caller's socket.
    pub alice: CallSocket,
    /// The callee's socket.
    pub bob: CallSocket,
}

impl Talk {
    /// Makes the call and its two sockets; nobody has asked yet.
    ///
    /// # Errors
    /// When the edge refuses.
    pub async fn new(system: &System, record: bool) -> Result<Self> {
        let edge = system.api()?;
        let alice_token = system.token("alice", Role::Customer, None).await?;
        let bob_token = system.token("bob", Role::Customer, None).await?;
        let wish = CreateCall {
            callee: "bob".parse()?,
            record,
        };
        let call = edge.create_call(&alice_token, &wish).await?.call;
        Ok(Self {
            alice: CallSocket::new(&edge, &call, &alice_token)?,
            bob: CallSocket::new(&edge, &call, &bob_token)?,
            call,
            alice_token,
        })
    }

    /// Alice asks, bob accepts. Gives bob's URL to play alice, whose stream must be live.
    ///
    /// # Errors
    /// When the edge refuses or says nothing in time.
    pub async fn agree(&mut self) -> Result<MediaUrls> {
        let id = client_id();
        self.alice
            .ask(&CallCommand::Request { id }, PATIENCE)
            .await?;
        let play = play_of(&mut self.bob, Party::Caller).await?;
        let id = client_id();
        self.bob.ask(&CallCommand::Accept { id }, PATIENCE).await?;
        Ok(play)
    }

    /// Alice hangs up.
    ///
    /// # Errors
    /// When the edge refuses or says nothing in time.
    pub async fn hang_up(&mut self) -> Result<()> {
        let id = client_id();
        self.alice
            .ask(&CallCommand::Hangup { id }, PATIENCE)
            .await?;
        Ok(())
    }
}

/// Fresh URLs of one's own stream.
///
/// # Errors
/// When the edge refuses or says nothing in time.
pub async fn urls(socket: &mut CallSocket) -> Result<PartyUrls> {
    let id = client_id();
    match socket.ask(&CallCommand::Urls { id }, PATIENCE).await? {
        CallMessage::Urls { urls, .. } => Ok(urls),
        other => bail!("not an answer to urls: {other:?}"),
    }
}

/// Sends a text and waits until it is stored.
///
/// # Errors
/// When the edge refuses or says nothing in time.
pub async fn say(socket: &mut CallSocket, text: &str) -> Result<(ClientId, u64)> {
    let id = client_id();
    let command = CallCommand::Text {
        id: id.clone(),
        text: text.to_owned(),
    };
    match socket.ask(&command, PATIENCE).await? {
        CallMessage::Ack { seq: Some(seq), .. } => Ok((id, seq)),
        other => bail!("not an answer to a text: {other:?}"),
    }
}

/// Waits for the first message that `pick` takes.
///
/// # Errors
/// When none comes in time.
pub async fn message<T>(
    socket: &mut CallSocket,
    what: &str,
    pick: impl Fn(&CallMessage) -> Option<T>,
) -> Result<T> {
    let search = async {
        loop {
            if let Some(found) = pick(&socket.next().await?) {
                return anyhow::Ok(found);
            }
        }
    };
    tokio::time::timeout(PATIENCE, search)
        .await
        .with_context(|| format!("no {what} within {PATIENCE:?}"))?
}

/// Waits for the URL to play a party.
///
/// # Errors
/// When it does not come in time.
pub async fn play_of(socket: &mut CallSocket, whose: Party) -> Result<MediaUrls> {
    message(socket, "play", |message| match message {
        CallMessage::Play { party, urls } if *party == whose => Some(urls.clone()),
        _ => None,
    })
    .await
}

/// Waits for an entry of the log.
///
/// # Errors
/// When it does not come in time.
pub async fn entry<T>(
    socket: &mut CallSocket,
    what: &str,
    pick: impl Fn(&EntryBody) -> Option<T>,
) -> Result<T> {
    message(socket, what, |message| match message {
        CallMessage::Entry(entry) => pick(&entry.body),
        _ => None,
    })
    .await
}

/// Waits until a party's stream begins.
///
/// # Errors
/// When it does not in time.
pub async fn begun(socket: &mut CallSocket, whose: Party) -> Result<()> {
    entry(socket, "stream.begin", |body| match body {
        EntryBody::StreamBegin { party, .. } if *party == whose => Some(()),
        _ => None,
    })
    .await
}

/// A publish under way.
pub struct Publishing {
    stop: Stop,
    task: JoinHandle<Result<PublishReport>>,
}

impl Publishing {
    /// Begins to publish at a URL.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn begin(url: &str, mut options: PublishOptions) -> Result<Self> {
        let url = url.parse()?;
        let stop = Stop::default();
        options.stop = stop.clone();
        let task = tokio::spawn(async move { Ok(publish(&url, options).await?) });
        Ok(Self { stop, task })
    }

    /// Ends it.
    ///
    /// # Errors
    /// What went wrong with it.
    pub async fn end(self) -> Result<PublishReport> {
        self.stop.stop();
        self.task.await?
    }
}

/// A play under way.
pub struct Playing {
    stop: Stop,
    progress: watch::Receiver<PlayProgress>,
    task: JoinHandle<Result<PlayReport>>,
}

impl Playing {
    /// Begins to play a URL.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn begin(url: &str, mut options: PlayOptions) -> Result<Self> {
        let url = url.parse()?;
        let stop = Stop::default();
        options.stop = stop.clone();
        let progress = options.progress.subscribe();
        let task = tokio::spawn(async move { Ok(play(&url, options).await?) });
        Ok(Self {
            stop,
            progress,
            task,
        })
    }

    /// Pictures decoded so far.
    pub fn pictures(&self) -> u64 {
        self.progress.borrow().pictures
    }

    /// Waits for so many more pictures.
    ///
    /// # Errors
    /// When they do not come in time.
    pub async fn more(&mut self, pictures: u64) -> Result<()> {
        let goal = self.pictures() + pictures;
        let wait = self.progress.wait_for(|progress| progress.pictures >= goal);
        let reached = tokio::time::timeout(PATIENCE, wait)
            .await
            .map(|reached| reached.is_ok());
        if !matches!(reached, Ok(true)) {
            bail!("{} of {goal} pictures within {PATIENCE:?}", self.pictures());
        }
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// What went wrong with it.
    pub async fn end(self) -> Result<PlayReport> {
        self.stop.stop();
        self.task.await?
    }
}
