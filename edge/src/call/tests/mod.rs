//! The call as a story, its rules one by one, what leaves it, and what holds whatever happens.

mod at_desk;
mod consent;
mod keeps;
mod least;
mod outside;
mod random;
mod record;
mod rules;
mod story;

use super::*;
use crate::link::{
    CreatedBy, HandedOn, Lease, Letter, Needs, Terms, ToArchive, ToCall, ToDesk, ToFleet,
};
use crate::table::{Row, to_json};
use counterpart_shared::api::{
    ApiError, CallCommand, CallMessage, CallPhase, EndReason, Endpoints, EntryBody, ErrorCode,
    FinishedCall, MediaUrls, NodeEvent, OneTimeKey, StreamFormat,
};
use counterpart_shared::grant::{Act, Grant, KeySet, Signer};
use counterpart_shared::id::{ClientId, NodeId, Party};
use proptest::prelude::*;

fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn signer() -> Signer {
    Signer::from_seed(&[7; 32])
}

fn direct() -> CreatedBy {
    let callee = id("bob");
    CreatedBy::Direct { callee }
}

fn desk() -> CreatedBy {
    let desk = id("front");
    let needs = Needs::default();
    CreatedBy::Desk { desk, needs }
}

fn call(to: CreatedBy) -> Call {
    Call::create(id("c-1"), id("alice"), to, true, Terms::default(), 0)
}

fn lease(node: &str, keys: usize) -> Lease {
    let key = |at: usize| OneTimeKey {
        label: id(&format!("k{at}")),
        sha256: "ab".repeat(32),
        expires_at: 1_000_000_000,
    };
    Lease {
        node: id(node),
        endpoints: Endpoints {
            host: "node.example".into(),
            rtmp_port: 1935,
            http_port: 8080,
            udp_port: 4433,
            rtmps_port: None,
            https_port: None,
            one_time: true,
        },
        daily_sha256: "dd".repeat(32),
        keys: (0..keys).map(key).collect(),
    }
}

/// Says something and answers the fleet's questions; everything but the questions comes back.
fn say(call: &mut Call, input: Input, now: u64) -> Vec<Output> {
    let mut all = Vec::new();
    for output in call.handle(input, &signer(), now) {
        if let Output::Ask(ask) = output {
            let node = ask.node().map_or("n1", NodeId::as_str).to_owned();
            let lease = Ok(lease(&node, ask.keys() as usize));
            all.extend(call.handle(Input::Leased { ask, lease }, &signer(), now));
        } else {
            all.push(output);
        }
    }
    all
}

fn command(party: Party, command: CallCommand) -> Input {
    Input::Command {
        party,
        command,
        earlier: None,
    }
}

fn alarm(present: [bool; 2]) -> Input {
    let watching = Default::default();
    Input::Alarm { present, watching }
}

fn begin(party: Party, node: &str) -> Input {
    Input::Letter(ToCall::Stream {
        party,
        node: id(node),
        event: NodeEvent::StreamBegin(StreamFormat::default()),
    })
}

fn text(party: Party, body: &str) -> Input {
    let text = body.to_owned();
    command(party, CallCommand::Text { id: id("t"), text })
}

fn request() -> Input {
    command(Party::Caller, CallCommand::Request { id: id("r") })
}

fn accept() -> Input {
    command(Party::Callee, CallCommand::Accept { id: id("a") })
}

fn urls(party: Party) -> Input {
    command(party, CallCommand::Urls { id: id("u") })
}

fn hang_up(party: Party) -> Input {
    command(party, CallCommand::Hangup { id: id("h") })
}

fn kinds(outputs: &[Output]) -> Vec<EntryBody> {
    let body = |output: &Output| match output {
        Output::Append(entry) => Some(entry.body.clone()),
        _ => None,
    };
    outputs.iter().filter_map(body).collect()
}

fn plays(outputs: &[Output]) -> Vec<(Party, MediaUrls)> {
    let play = |output: &Output| match output {
        Output::Send(Who::Party(to), CallMessage::Play { urls, .. }) => Some((*to, urls.clone())),
        _ => None,
    };
    outputs.iter().filter_map(play).collect()
}

fn refused(outputs: &[Output]) -> Option<ErrorCode> {
    let code = |output: &Output| match output {
        Output::Reply(CallMessage::Error { error, .. }) => Some(error.code),
        _ => None,
    };
    outputs.iter().find_map(code)
}

fn own(outputs: &[Output]) -> counterpart_shared::api::PartyUrls {
    let urls = |output: &Output| match output {
        Output::Reply(CallMessage::Urls { urls, .. }) => Some(urls.clone()),
        _ => None,
    };
    outputs.iter().find_map(urls).unwrap()
}

fn grant(urls: &MediaUrls, now_s: u64) -> Grant {
    let token = urls.rtmp.split_once("?grant=").unwrap().1;
    let keys = KeySet::from_keys(&[signer().public_key()]).unwrap();
    keys.verify_grant(token, now_s).unwrap()
}

/// What the archive was told.
fn archived(outputs: &[Output]) -> Vec<FinishedCall> {
    let record = |output: &Output| match output {
        Output::Letter(Letter::Archive(ToArchive::Ended(record))) => Some(record.clone()),
        _ => None,
    };
    outputs.iter().filter_map(record).collect()
}
