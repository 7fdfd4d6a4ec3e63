//! A whole call of two scripted native clients at a desk: the seven steps, media and texts both ways, the end, and the
//! recordings that it leaves, judged from outside.

use crate::figures::usage;
use crate::judge::{decodes, probe};
use crate::system::{PATIENCE, System};
use anyhow::{Context, Result, anyhow, bail};
use counterpart_native::WallTime;
use counterpart_native::party::{
    Agent, Participant, PartyEvent, PartyOptions, PartyReport, Remote, Step,
};
use counterpart_native::play::PlayProgress;
use counterpart_native::signal::CallSocket;
use counterpart_shared::api::{CallMessage, CreateDeskCall, EntryBody, RecordedFile};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, DeskId, Party};
use serde::Serialize;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// The seven steps, and who reaches each: number, name, party.
pub const STEPS: [(u8, &str, Party); 7] = [
    (1, "urls", Party::Caller),
    (2, "publish", Party::Caller),
    (3, "stream.begin", Party::Caller),
    (4, "request", Party::Callee),
    (5, "play", Party::Callee),
    (6, "publish", Party::Callee),
    (7, "play", Party::Caller),
];

/// How it went.
#[derive(Debug, Serialize)]
pub struct CallReport {
    /// The call.
    pub call: CallId,
    /// The seven steps, with milliseconds since the call was asked for.
    pub steps: Vec<(u8, &'static str, Party, f64)>,
    /// What the caller went through.
    pub caller: PartyReport,
    /// What the callee went through.
    pub callee: PartyReport,
    /// The recorded files.
    pub files: Vec<JudgedFile>,
    /// Share of one core that the node used during the talk, per cent.
    pub node_cpu_percent: f64,
    /// The node's resident memory at the end of the talk, bytes.
    pub node_memory_bytes: u64,
    /// What was not as it should be; empty for a good call.
    pub faults: Vec<String>,
}

/// A recorded file.
#[derive(Debug, Serialize)]
pub struct JudgedFile {
    /// As the node reported it.
    #[serde(flatten)]
    pub file: RecordedFile,
    /// Seconds that ffprobe sees.
    pub seconds: f64,
    /// What ffmpeg complained about, if anything.
    pub complaint: Option<String>,
}

/// Makes the call. Each step is told to `told` when it is reached.
///
/// # Errors
/// When a party could not go on; what is merely wrong stands in the report's `faults`.
pub async fn call_at_desk(
    system: &System,
    talk: Duration,
    told: mpsc::UnboundedSender<Step>,
) -> Result<CallReport> {
    let desk: DeskId = "front".parse()?;
    let edge = system.api()?;
    let customer = system.token("alice", Role::Customer, None).await?;
    let agent_token = system.token("bob", Role::Agent, Some(&desk)).await?;
    let mut agent = Agent::new(&edge, &desk, &"room-1".parse()?, &agent_token)?;
    agent.open().await.context("the agent opens his room")?;

    let zero = WallTime::now();
    let wish = CreateDeskCall {
        record: true,
        ..CreateDeskCall::default()
    };
    let call = edge.create_desk_call(&customer, &desk, &wish).await?.call;
    let (caller, remote) =
        Participant::caller(&edge, &call, &customer, options(talk, "caller", 300.0))?;
    let playing = remote.playing();
    let steps = tokio::spawn(tell(remote, zero, told.clone()));
    let caller = tokio::spawn(caller.run());
    let offer = agent
        .offer(PATIENCE)
        .await
        .context("the agent waits for the offer")?;
    let (callee, remote) = agent
        .accept(&offer.call, options(talk, "callee", 450.0))
        .await?;
    let other_steps = tokio::spawn(tell(remote, zero, told));
    let callee = tokio::spawn(callee.run());

    let load = match first_picture(playing).await {
        true => load_of(system, talk).await?,
        false => Default::default(),
    };
    let caller = caller
        .await?
        .map_err(|failure| anyhow!("caller: {}", failure.error))?;
    let callee = callee
        .await?
        .map_err(|failure| anyhow!("callee: {}", failure.error))?;
    let mut steps = steps.await?;
    steps.extend(other_steps.await?);
    let (node_cpu_percent, node_memory_bytes) = load;
    let mut report = CallReport {
        files: files(system, &call, &customer).await?,
        steps: the_seven(&steps),
        call,
        caller,
        callee,
        node_cpu_percent,
        node_memory_bytes,
        faults: Vec::new(),
    };
    report.faults = faults(&report, talk);
    Ok(report)
}

fn options(talk: Duration, name: &str, tone_hz: f64) -> PartyOptions {
    let mut options = PartyOptions {
        talk,
        texts: (1..=3)
            .map(|number| format!("{name} {number} 你好"))
            .collect(),
        text_every: talk / 5,
        hangs_up: name == "caller",
        ..PartyOptions::default()
    };
    options.publish.tone_hz = tone_hz;
    options
}

/// Passes the steps on, with times since `zero`.
async fn tell(mut remote: Remote, zero: WallTime, told: mpsc::UnboundedSender<Step>) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(event) = remote.next().await {
        if let PartyEvent::Step(mut step) = event {
            step.ms = step.at.ms_since(zero);
            let _ = told.send(step.clone());
            steps.push(step);
        }
    }
    steps
}

/// Whether a picture came in time. What it waits with is given back: a reader would hold up the player.
async fn first_picture(mut playing: watch::Receiver<PlayProgress>) -> bool {
    let begun = playing.wait_for(|progress| progress.pictures > 0);
    matches!(tokio::time::timeout(PATIENCE, begun).await, Ok(Ok(_)))
}

/// What the node uses over most of the talk.
async fn load_of(system: &System, talk: Duration) -> Result<(f64, u64)> {
    let period = talk.mul_f64(0.8);
    let before = usage(&system.node)?;
    tokio::time::sleep(period).await;
    let after = usage(&system.node)?;
    let share = (after.cpu - before.cpu).as_secs_f64() / period.as_secs_f64();
    Ok((share * 100.0, after.memory_bytes))
}

/// Those of [`STEPS`] that were reached.
fn the_seven(steps: &[Step]) -> Vec<(u8, &'static str, Party, f64)> {
    let found = STEPS
        .iter()
        .filter_map(|wanted| steps.iter().find(|step| is(step, wanted)));
    found
        .map(|step| (step.number, step.name, step.party, step.ms))
        .collect()
}

/// Whether a party's step is this one of [`STEPS`].
pub fn is(step: &Step, (number, name, party): &(u8, &str, Party)) -> bool {
    step.number == *number && step.name == *name && step.party == *party
}

/// The films of both parties, and the sound and the film of both that are made of them, once the edge knows of all.
async fn files(system: &System, call: &CallId, token: &str) -> Result<Vec<JudgedFile>> {
    let mut socket = CallSocket::new(&system.api()?, call, token)?;
    let mut files = Vec::new();
    let search = async {
        // One word for each party, and one for what is made.
        let mut ready = 0;
        while ready < Party::BOTH.len() + 1 {
            let CallMessage::Entry(entry) = socket.next().await? else {
                continue;
            };
            match entry.body {
                EntryBody::RecordingReady { files: new, .. } => {
                    ready += 1;
                    files.extend(new);
                }
                EntryBody::RecordingFailed { reason, .. } => {
                    bail!("the recording failed: {reason}")
                }
                _ => {}
            }
        }
        Ok(())
    };
    let found = tokio::time::timeout(PATIENCE, search).await;
    found.context("the recordings were not finished in time")??;
    socket.close().await;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut judged = Vec::new();
    for file in files {
        judged.push(judge(system, file).await?);
    }
    Ok(judged)
}

async fn judge(system: &System, file: RecordedFile) -> Result<JudgedFile> {
    let path = system.recordings().join(&file.path);
    Ok(JudgedFile {
        seconds: probe(&path).await?.seconds(),
        complaint: decodes(&path).await.err().map(|error| error.to_string()),
        file,
    })
}

fn faults(report: &CallReport, talk: Duration) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |good: bool, what: String| {
        if !good {
            faults.push(what);
        }
    };
    for (number, name, party) in STEPS {
        let reached = report.steps.iter().any(|step| step.0 == number);
        check(
            reached,
            format!("step {number} ({party} {name}) was not reached"),
        );
    }
    for (party, other) in [
        (&report.caller, &report.callee),
        (&report.callee, &report.caller),
    ] {
        let name = party.party;
        let sent: u64 = other.published.iter().map(|sent| sent.pictures).sum();
        let seen: u64 = party.played.iter().map(|seen| seen.pictures).sum();
        check(
            seen * 10 >= sent * 8,
            format!("the {name} saw {seen} of {sent} pictures"),
        );
        let bad: u64 = party.played.iter().map(|seen| seen.undecodable).sum();
        check(
            bad == 0,
            format!("{bad} pictures did not decode at the {name}"),
        );
        for seen in &party.played {
            let p50 = seen.frame_delay.map_or(f64::INFINITY, |delay| delay.p50);
            check(
                p50 < 500.0,
                format!("pictures reach the {name} {p50:.0} ms late"),
            );
        }
        check(
            party.texts_acknowledged == party.texts_sent,
            format!("a text of the {name} was not acknowledged"),
        );
        let heard = party.texts_heard.len() as u64;
        check(
            heard == other.texts_sent,
            format!("the {name} heard {heard} of {} texts", other.texts_sent),
        );
    }
    for judged in &report.files {
        let path = &judged.file.path;
        if let Some(complaint) = &judged.complaint {
            check(false, format!("{path}: {complaint}"));
        }
        check(
            judged.seconds >= talk.as_secs_f64() * 0.8,
            format!("{path} lasts {:.1} s", judged.seconds),
        );
    }
    check(
        report.files.len() == 6,
        format!("{} files instead of 6", report.files.len()),
    );
    faults
}
