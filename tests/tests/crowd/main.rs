//! The crowd: 50 rooms and 500 callers on a real workerd, a fifth of all connections cut at random, workerd killed ten
//! times. What everyone saw is written down and judged at the end: see `judge`.
//!
//! `COUNTERPART_CROWD_SEED` makes everyone do again what they did in an earlier run; the order of events is the machine's.

mod agent;
mod caller;
mod chance;
mod chaos;
mod cuts;
mod judge;
mod plan;
mod seen;
mod talk;
mod watch;

use anyhow::{Context, Result, bail};
use caller::{Place, insist};
use counterpart_shared::api::{Board, RoomState};
use counterpart_shared::id::Party;
use counterpart_tests::raw;
use counterpart_tests::system::{Options, System};
use plan::{CALLERS, KILLS, ROOMS};
use seen::{Asked, Book, Log, now};
use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch as channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

/// Far more than it takes; whoever still waits then waits for ever.
const PATIENCE: Duration = Duration::from_secs(300);

/// How many customers make their calls at the same time.
const DOOR: usize = 16;

const DESK: &str = "front";

#[tokio::test(flavor = "multi_thread")]
async fn the_promises_hold_while_sockets_are_cut_and_workerd_is_killed() -> Result<()> {
    let seed = match env::var("COUNTERPART_CROWD_SEED") {
        Ok(text) => text.parse().context("COUNTERPART_CROWD_SEED")?,
        Err(_) => now(),
    };
    println!("crowd: COUNTERPART_CROWD_SEED={seed}");
    let folder = tempfile::tempdir()?;
    let mut options = Options::new(folder.path());
    options.open_board = false;
    let mut system = System::start(options).await?;
    set_desk(&system).await?;
    let place = Place {
        door: Arc::new(Semaphore::new(DOOR)),
        edge: system.api()?,
        api_key: system.api_key().to_owned(),
        desk: DESK.parse()?,
    };
    let book = Arc::new(Book::default());
    let started = Instant::now();
    let crowd = crowd(&mut system, &place, &book, seed);
    let outcome = timeout(PATIENCE, crowd).await;
    let last = match outcome {
        Ok(last) => last?,
        Err(_) => bail!(
            "seed {seed}: not over after {PATIENCE:?}: {}",
            stuck(&place, &book).await
        ),
    };
    let seen = book.take();
    println!("{}", judge::summary(&seen, KILLS, started.elapsed()));
    let faults = judge::faults(&seen, &last);
    assert!(faults.is_empty(), "seed {seed}:\n{}", faults.join("\n"));
    Ok(())
}

/// Offers ring for the shortest time that may be set, so that a missed one is soon over.
async fn set_desk(system: &System) -> Result<()> {
    let key = format!("Authorization: Bearer {}", system.api_key());
    let path = format!("/v1/desks/{DESK}");
    let settings = br#"{"offer_s":5,"presence_s":10}"#;
    let answer = raw::request(system.edge_port(), "PUT", &path, &[&key], settings).await?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    Ok(())
}

/// Lets them all loose and waits until they are through. Gives the board as it is then.
async fn crowd(system: &mut System, place: &Place, book: &Arc<Book>, seed: u64) -> Result<Board> {
    let (over, is_over) = channel::channel(false);
    let mut agents = JoinSet::new();
    for number in 0..ROOMS {
        let agent = plan::agent(seed, number);
        agents.spawn(agent::work(
            place.clone(),
            agent,
            Arc::clone(book),
            is_over.clone(),
        ));
    }
    let (count, through) = channel::channel(0);
    let callers = callers(place, book, seed, &count);
    let kills = chaos::kill(system, through);
    let watcher = async {
        tokio::select! {
            ended = watch::watch(place, book) => ended.map(|()| unreachable!("he looks for ever")),
            both = async { tokio::try_join!(callers, kills) } => both.map(|_| ()),
            Some(agent) = agents.join_next() => Err(failed(agent)),
        }
    };
    watcher.await?;
    let settled = settled(place, book).await?;
    let _ = over.send(true);
    let mut agent_tokens = BTreeMap::new();
    while let Some(agent) = agents.join_next().await {
        let (name, token) = agent??;
        agent_tokens.insert(name, token);
    }
    read_logs(place, book, &agent_tokens).await?;
    Ok(settled)
}

fn failed(agent: Result<Result<(String, String)>, tokio::task::JoinError>) -> anyhow::Error {
    match agent {
        Ok(Ok((name, _))) => anyhow::anyhow!("{name} went home too early"),
        Ok(Err(error)) => error,
        Err(error) => error.into(),
    }
}

/// All callers at once.
async fn callers(
    place: &Place,
    book: &Arc<Book>,
    seed: u64,
    through: &channel::Sender<u64>,
) -> Result<()> {
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let (place, book) = (place.clone(), Arc::clone(book));
        callers.spawn(async move { caller::call(&place, plan::caller(seed, number), &book).await });
    }
    while let Some(call) = callers.join_next().await {
        call??;
        through.send_modify(|through| *through += 1);
    }
    Ok(())
}

/// Waits until nobody is in line and no room has a call: what the dead left behind is over too.
async fn settled(place: &Place, book: &Book) -> Result<Board> {
    let token = caller::token(
        place,
        "closer",
        counterpart_shared::grant::Role::Supervisor,
        0,
    )
    .await?;
    loop {
        let asked = now();
        let board = insist(|| place.edge.board(&token, &place.desk)).await?;
        let look = seen::Look {
            asked,
            board: board.clone(),
        };
        book.write().looks.push(look);
        let busy = board
            .counter
            .rooms
            .iter()
            .any(|room| room.room.state == RoomState::Busy);
        if board.counter.line.is_empty() && !busy {
            return Ok(board);
        }
        sleep(Duration::from_millis(250)).await;
    }
}

/// Reads each log twice: as the caller and, where there is one, as the callee.
async fn read_logs(place: &Place, book: &Book, agents: &BTreeMap<String, String>) -> Result<()> {
    let asked = book.write().asked.clone();
    for Asked { call, token, .. } in &asked {
        let view = insist(|| place.edge.call(token, call, 0)).await?;
        let mut logs = vec![(Party::Caller, view.entries)];
        if let Some(callee) = view.callee {
            let token = agents.get(callee.as_str()).context("an agent of ours")?;
            let view = insist(|| place.edge.call(token, call, 0)).await?;
            logs.push((Party::Callee, view.entries));
        }
        book.write()
            .logs
            .extend(logs.into_iter().map(|(party, entries)| Log {
                call: call.clone(),
                party,
                entries,
            }));
    }
    Ok(())
}

/// What can be said when it does not end: who is held, and what the logs of these calls say.
async fn stuck(place: &Place, book: &Book) -> String {
    let seen = book.take();
    let (asked, sides) = (seen.asked.len(), seen.sides.len());
    let mut said = format!("{asked} calls, {sides} parties are through");
    let Some(look) = seen.looks.last() else {
        return said;
    };
    let rooms = look.board.counter.rooms.iter();
    let rooms = rooms.filter_map(|row| row.room.call.as_ref());
    let line = look.board.counter.line.iter().map(|waiting| &waiting.call);
    for held in rooms.chain(line) {
        let asked = seen.asked.iter().find(|asked| asked.call == *held);
        let log = match asked {
            Some(asked) => place.edge.call(&asked.token, held, 0).await,
            None => continue,
        };
        said.push_str(&format!("\n{held}: {log:?}"));
    }
    said
}
