//! `counterpart call`.

use super::args::{Call, Role, duration};
use super::table::{self, Table};
use anyhow::{Context, Result, anyhow};
use counterpart_native::encode::AudioCodec;
use counterpart_native::party::{
    Agent, Carrier, Participant, PartyEvent, PartyOptions, PartyReport, Remote,
};
use counterpart_native::signal::Edge;
use counterpart_shared::api::{CreateCall, CreateDeskCall, CreateToken, EntryBody};
use counterpart_shared::grant;
use counterpart_shared::id::DeskId;
use std::time::Duration;

/// As long as a call may be when the other party ends it.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// How long a token is valid that is made here.
const TOKEN_S: u64 = 4 * 3600;

/// How long an agent waits for a call.
const SHIFT: Duration = Duration::from_secs(12 * 3600);

pub(super) async fn run(wish: Call, json: bool) -> Result<()> {
    let edge = Edge::new(&wish.edge)?;
    let token = token(&edge, &wish).await?;
    let options = options(&wish)?;
    let report = match &wish.role {
        Role::Person { user, record } => {
            let callee = user.clone();
            let record = *record;
            let made = edge
                .create_call(&token, &CreateCall { callee, record })
                .await?;
            eprintln!("call {}", made.call);
            converse(Participant::caller(&edge, &made.call, &token, options)?).await?
        }
        Role::Desk { desk, record } => {
            let made = edge
                .create_desk_call(
                    &token,
                    desk,
                    &CreateDeskCall {
                        record: *record,
                        ..CreateDeskCall::default()
                    },
                )
                .await?;
            eprintln!("call {}", made.call);
            converse(Participant::caller(&edge, &made.call, &token, options)?).await?
        }
        Role::Answer { call } => {
            converse(Participant::callee(&edge, call, &token, options)?).await?
        }
        Role::Agent { desk, room } => {
            let agent = Agent::new(&edge, desk, room, &token)?;
            serve(agent, options).await?
        }
    };
    if json {
        table::print_json(&report)
    } else {
        print(&report);
        Ok(())
    }
}

/// The token that was given, or one made for the user.
async fn token(edge: &Edge, wish: &Call) -> Result<String> {
    if let Some(token) = &wish.token {
        return Ok(token.clone());
    }
    let (Some(api_key), Some(user)) = (&wish.api_key, &wish.user) else {
        return Err(anyhow!("give --token, or --api-key and --user"));
    };
    let (role, desk) = match &wish.role {
        Role::Agent { desk, .. } => (grant::Role::Agent, Some(desk.clone())),
        _ => (grant::Role::Customer, None::<DeskId>),
    };
    let user = user.clone();
    let ttl_s = TOKEN_S;
    let created = edge
        .create_token(
            api_key,
            &CreateToken {
                user,
                priority: 0,
                role,
                desk,
                ttl_s,
            },
        )
        .await
        .context("cannot get a token")?;
    Ok(created.token)
}

fn options(wish: &Call) -> Result<PartyOptions> {
    let suits = match wish.publish_over {
        Carrier::Quic => AudioCodec::Opus,
        Carrier::Rtmp => AudioCodec::Aac,
    };
    Ok(PartyOptions {
        publish_over: wish.publish_over,
        play_over: wish.play_over,
        publish: wish.stream.options(suits).map_err(|e| anyhow!(e))?,
        play: wish.keep.options(),
        talk: wish.seconds.map_or(LONGEST, duration),
        texts: wish.text.clone(),
        hangs_up: wish.seconds.is_some(),
        ..PartyOptions::default()
    })
}

/// Opens the room, takes the next call, and closes the room after it.
async fn serve(mut agent: Agent, options: PartyOptions) -> Result<PartyReport> {
    agent.open().await.context("cannot open the room")?;
    eprintln!("the room is open");
    let offer = agent.offer(SHIFT).await?;
    eprintln!("call {} from {}", offer.call, offer.customer);
    let party = agent.accept(&offer.call, options).await?;
    let mut conversation = std::pin::pin!(converse(party));
    let report = loop {
        tokio::select! {
            report = &mut conversation => break report?,
            message = agent.next() => drop(message?),
        }
    };
    agent.close().await.context("cannot close the room")?;
    Ok(report)
}

async fn converse((party, mut remote): (Participant, Remote)) -> Result<PartyReport> {
    let mut running = tokio::spawn(party.run());
    let mut interrupted = false;
    loop {
        tokio::select! {
            ended = &mut running => return Ok(ended?.map_err(|failure| failure.error)?),
            Some(event) = remote.next() => tell(&event),
            _ = tokio::signal::ctrl_c(), if !interrupted => {
                interrupted = true;
                remote.hang_up().await;
            }
        }
    }
}

/// Events go to standard error: the result alone is the output.
fn tell(event: &PartyEvent) {
    match event {
        PartyEvent::Step(step) => eprintln!("{:>8.0} ms  {} {}", step.ms, step.number, step.name),
        PartyEvent::Position(position) => eprintln!("place in line: {position}"),
        PartyEvent::Entry(entry) => {
            if let EntryBody::Text { from, text, .. } = &entry.body {
                eprintln!("{from}: {text}");
            }
        }
    }
}

fn print(report: &PartyReport) {
    let end = report.end.map_or("open".into(), |end| format!("{end:?}"));
    let steps: Vec<String> = report
        .steps
        .iter()
        .map(|step| format!("{} {} {:.0}", step.number, step.name, step.ms))
        .collect();
    Table::new(format!("Call {} as {}, {end}", report.call, report.party))
        .row("steps (ms)", steps.join(", "))
        .row(
            "texts",
            format!(
                "{} sent, {} acknowledged, {} heard",
                report.texts_sent,
                report.texts_acknowledged,
                report.texts_heard.len()
            ),
        )
        .row("acknowledgement", table::spread(report.acknowledgement))
        .row("entries of the log", report.seen)
        .row("sockets", report.sockets)
        .print();
    for published in &report.published {
        table::published(published).print();
    }
    for played in &report.played {
        table::played(played).print();
    }
    for failed in &report.failed_attempts {
        println!("failed attempt: {failed}");
    }
}
