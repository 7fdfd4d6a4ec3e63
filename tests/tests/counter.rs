//! The counter: a caller is handed on to another desk while a supervisor watches, and a second device takes over.

use anyhow::{Context, Result, bail};
use counterpart_native::party::Agent;
use counterpart_native::signal::{BoardSocket, CallSocket, SignalError, client_id};
use counterpart_native::{PlayOptions, PublishOptions};
use counterpart_shared::api::{
    ByeReason, CallCommand, CallMessage, CreateDeskCall, DeskBoard, DeskSettings, EndReason,
    EntryBody, PING, PONG, RecordPolicy, RoomPhase, SUBPROTOCOL, TOKEN_PROTOCOL,
};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, DeskId, Party};
use counterpart_tests::relay::Relay;
use counterpart_tests::system::{PATIENCE, System, running};
use counterpart_tests::talk::{Playing, Publishing, begun, entry, message, play_of, say, urls};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// An agent in an open room of a desk.
async fn agent(system: &System, name: &str, desk: &DeskId) -> Result<(Agent, String)> {
    let token = system.token(name, Role::Agent, Some(desk)).await?;
    let room = format!("room-of-{name}").parse()?;
    let mut agent = Agent::new(&system.api()?, desk, &room, &token)?;
    agent.open().await?;
    Ok((agent, token))
}

/// He takes this call when it rings, and opens its socket.
async fn takes(
    system: &System,
    (agent, token): &mut (Agent, String),
    call: &CallId,
) -> Result<CallSocket> {
    let offer = agent.offer(PATIENCE).await?;
    assert_eq!(offer.call, *call);
    agent.take(call).await?;
    Ok(CallSocket::new(&system.api()?, call, token)?)
}

async fn bye(socket: &mut CallSocket) -> Result<ByeReason> {
    let search = async {
        loop {
            match socket.next().await {
                Ok(_) => {}
                Err(SignalError::Bye(reason)) => return Ok(reason),
                Err(error) => bail!(error),
            }
        }
    };
    tokio::time::timeout(PATIENCE, search)
        .await
        .context("the edge did not say goodbye")?
}

async fn shows(board: &mut BoardSocket, wanted: impl Fn(&DeskBoard) -> bool) -> Result<DeskBoard> {
    shows_within(PATIENCE, board, wanted).await
}

async fn shows_within(
    patience: Duration,
    board: &mut BoardSocket,
    wanted: impl Fn(&DeskBoard) -> bool,
) -> Result<DeskBoard> {
    let search = async {
        loop {
            let shown = board.next().await?;
            if wanted(&shown) {
                return anyhow::Ok(shown);
            }
        }
    };
    tokio::time::timeout(patience, search)
        .await
        .context("the board did not show it")?
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_handed_on_and_a_supervisor_watches_and_ends_it() -> Result<()> {
    let (_folder, system) = running().await?;
    let edge = system.api()?;
    let (front, back): (DeskId, DeskId) = ("front".parse()?, "back".parse()?);
    let mut bob = agent(&system, "bob", &front).await?;
    let mut carol = agent(&system, "carol", &back).await?;
    let settings = DeskSettings {
        record: RecordPolicy::On,
        ..DeskSettings::default()
    };
    system.set_desk("back", &settings).await?;
    let ann = system.token("ann", Role::Supervisor, Some(&back)).await?;
    let mut board = BoardSocket::new(&edge, &back, &ann)?;
    shows(&mut board, |board| {
        board.rooms.len() == 1 && board.line.is_empty()
    })
    .await?;

    let alice = system.token("alice", Role::Customer, None).await?;
    let wish = CreateDeskCall::default();
    let call = edge.create_desk_call(&alice, &front, &wish).await?.call;
    let mut customer = CallSocket::new(&edge, &call, &alice)?;
    let own = urls(&mut customer).await?;
    let alice_sends = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    begun(&mut customer, Party::Caller).await?;
    let id = client_id();
    customer.ask(&CallCommand::Request { id }, PATIENCE).await?;
    let mut first = takes(&system, &mut bob, &call).await?;
    let own = urls(&mut first).await?;
    let bob_sends = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    let play = play_of(&mut first, Party::Caller).await?;
    let mut bob_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    bob_sees.more(10).await?;
    let (_, said) = say(&mut first, "I connect you with my colleague").await?;

    // A desk without rooms is no goal, and nothing has changed.
    let to = |desk: &str| CallCommand::Transfer {
        id: client_id(),
        desk: Some(desk.parse().expect("an id")),
        room: None,
        skills: Default::default(),
    };
    let refused = first.ask(&to("nowhere"), PATIENCE).await;
    assert!(matches!(refused, Err(SignalError::Api(_))), "{refused:?}");
    first.ask(&to("back"), PATIENCE).await?;
    assert_eq!(bye(&mut first).await?, ByeReason::Transferred);
    // The agent is out of it: his connections end, and so does his access.
    bob_sees.end().await?;
    bob_sends.end().await?;
    let again = CallSocket::new(&edge, &call, &bob.1)?.next().await;
    assert!(matches!(again, Err(SignalError::Api(_))), "{again:?}");

    let mut second = takes(&system, &mut carol, &call).await?;
    let talking = |board: &DeskBoard| board.rooms[0].room.phase == Some(RoomPhase::Talking);
    let shown = shows(&mut board, talking).await?;
    assert_eq!((shown.today.offered, shown.today.answered), (1, 1));
    let own = urls(&mut second).await?;
    let carol_sends = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    // The caller kept his call: the log goes on, and the next agent's pictures come under the same party.
    entry(&mut customer, "call.transfer", |body| match body {
        EntryBody::Transfer { from, desk, .. } if *desk == back => Some(from.clone()),
        _ => None,
    })
    .await?;
    // The new desk records, and so the caller's stream, which runs already.
    entry(&mut customer, "recording.started", |body| match body {
        EntryBody::RecordingStarted { party } if *party == Party::Caller => Some(()),
        _ => None,
    })
    .await?;
    let play = play_of(&mut customer, Party::Callee).await?;
    let mut alice_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    alice_sees.more(10).await?;

    let mut watcher = CallSocket::new(&edge, &call, &ann)?;
    let hello = watcher.next().await?;
    assert!(matches!(hello, CallMessage::Watching { .. }), "{hello:?}");
    let mut plays = Vec::new();
    while plays.len() < 2 {
        let next = message(&mut watcher, "play", |message| match message {
            CallMessage::Play { party, urls } => Some((*party, urls.clone())),
            _ => None,
        });
        plays.push(next.await?);
    }
    for (_, urls) in &plays {
        let mut ann_sees = Playing::begin(&urls.quic, PlayOptions::default())?;
        ann_sees.more(10).await?;
        ann_sees.end().await?;
    }
    let id = client_id();
    let (text, silent) = ("hello?".to_owned(), "a supervisor is silent");
    let refused = watcher.ask(&CallCommand::Text { id, text }, PATIENCE).await;
    assert!(
        matches!(refused, Err(SignalError::Api(_))),
        "{silent}: {refused:?}"
    );
    let before = edge.call(&alice, &call, 0).await?.entries;
    let named = serde_json::to_string(&before)?.contains("\"ann\"");
    assert!(!named, "the parties see nothing of him");
    assert!(
        before.iter().any(|entry| entry.seq == said),
        "the old log is there"
    );
    let id = client_id();
    watcher.ask(&CallCommand::Hangup { id }, PATIENCE).await?;
    let reason = entry(&mut customer, "call.end", |body| match body {
        EntryBody::End { reason, .. } => Some(*reason),
        _ => None,
    });
    assert_eq!(reason.await?, EndReason::Supervisor);
    shows(&mut board, |board| !talking(board)).await?;
    for publishing in [alice_sends, carol_sends] {
        publishing.end().await?;
    }
    alice_sees.end().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_device_takes_over_and_the_first_is_told() -> Result<()> {
    let (_folder, system) = running().await?;
    let edge = system.api()?;
    let front: DeskId = "front".parse()?;
    let alice = system.token("alice", Role::Customer, None).await?;
    let wish = CreateDeskCall::default();
    let call = edge.create_desk_call(&alice, &front, &wish).await?.call;
    let mut phone = CallSocket::new(&edge, &call, &alice)?;
    let id = client_id();
    phone.ask(&CallCommand::Request { id }, PATIENCE).await?;
    let (_, seq) = say(&mut phone, "from the phone").await?;
    let mut tablet = CallSocket::new(&edge, &call, &alice)?;
    say(&mut tablet, "from the tablet").await?;
    assert_eq!(bye(&mut phone).await?, ByeReason::Replaced);
    let log = edge.call(&alice, &call, seq - 1).await?.entries;
    assert_eq!(log.len(), 2, "both texts: {log:?}");

    let mut bob = agent(&system, "bob", &front).await?;
    bob.0.offer(PATIENCE).await?;
    let mut newer = agent(&system, "bob", &front).await?;
    let replaced = bob.0.offer(PATIENCE).await;
    assert!(
        matches!(replaced, Err(SignalError::Bye(ByeReason::Replaced))),
        "{replaced:?}"
    );
    newer
        .0
        .offer(PATIENCE)
        .await
        .context("it rings at the newer one")?;
    newer.0.take(&call).await?;
    Ok(())
}

/// Three pings that do not come, the next look at the sockets, the grace of the line, and room for a busy machine.
const UNTIL_MISSED: Duration = Duration::from_secs(45 + 15 + 15 + 30);

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_whose_network_dies_without_a_word_leaves_the_line() -> Result<()> {
    let (_folder, system) = running().await?;
    let edge = system.api()?;
    let front: DeskId = "front".parse()?;
    let ann = system.token("ann", Role::Supervisor, Some(&front)).await?;
    let mut board = BoardSocket::new(&edge, &front, &ann)?;
    let alice = system.token("alice", Role::Customer, None).await?;
    let wish = CreateDeskCall::default();
    let created = edge.create_desk_call(&alice, &front, &wish).await?;
    let relay = Relay::to(system.edge_port()).await?;
    let url = format!("ws://127.0.0.1:{}{}", relay.port(), created.socket);
    let mut request = url.into_client_request()?;
    let protocols = format!("{SUBPROTOCOL}, {TOKEN_PROTOCOL}{alice}");
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", protocols.parse()?);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
    let id = client_id();
    let ask = serde_json::to_string(&CallCommand::Request { id })?;
    for text in [ask.as_str(), PING] {
        socket.send(Message::text(text)).await?;
    }
    loop {
        match socket.next().await.context("the socket was closed")?? {
            Message::Text(text) if text == PONG => break,
            _ => {}
        }
    }
    shows(&mut board, |board| board.line.len() == 1).await?;
    relay.freeze();
    let gone = |board: &DeskBoard| board.line.is_empty();
    let shown = shows_within(UNTIL_MISSED, &mut board, gone).await?;
    assert_eq!(shown.today.abandoned, 1);
    let log = edge.call(&alice, &created.call, 0).await?.entries;
    let last = log.last().map(|entry| &entry.body);
    let reason = EndReason::Abandoned;
    assert!(
        matches!(last, Some(EntryBody::End { reason: why, .. }) if *why == reason),
        "{last:?}"
    );
    Ok(())
}
