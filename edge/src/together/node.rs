//! One object: a machine and what it stored.

use super::post::Office;
use crate::call::{self, Call, HandOver, Who};
use crate::desk::{self, Desk};
use crate::link::{Address, Letter};
use crate::table::{Change, Row};
use counterpart_shared::api::{CallCommand, CallMessage, DeskCommand, Entry};
use counterpart_shared::grant::Signer;
use counterpart_shared::id::{ClientId, Party, RoomId};
use std::collections::{BTreeMap, BTreeSet};

type Rows = BTreeMap<(String, String), String>;

fn keep(rows: &mut Rows, changes: Vec<Change>) {
    for Change { kind, key, json } in changes {
        let at = (kind.to_owned(), key);
        match json {
            Some(json) => rows.insert(at, json),
            None => rows.remove(&at),
        };
    }
}

fn stored(rows: &Rows) -> Vec<Row> {
    let row = |((kind, key), json): (&(String, String), &String)| Row {
        kind: kind.clone(),
        key: key.clone(),
        json: json.clone(),
    };
    rows.iter().map(row).collect()
}

fn earlier(armed: Option<u64>, due: Option<u64>) -> Option<u64> {
    armed.into_iter().chain(due).min()
}

/// The object of a desk.
#[derive(Debug)]
pub(super) struct DeskNode {
    pub(super) address: Address,
    pub(super) machine: Desk,
    pub(super) office: Office,
    /// The rooms with a socket.
    pub(super) present: BTreeSet<RoomId>,
    pub(super) armed: Option<u64>,
    rows: Rows,
    done: BTreeSet<(RoomId, ClientId)>,
}

impl DeskNode {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            machine: Desk::default(),
            office: Office::default(),
            present: BTreeSet::new(),
            armed: None,
            rows: Rows::new(),
            done: BTreeSet::new(),
        }
    }

    pub(super) fn turn(&mut self, input: desk::Input, now: u64) -> Vec<desk::Output> {
        let outputs = self.machine.handle(input, now);
        keep(&mut self.rows, self.machine.changes());
        for output in &outputs {
            match output {
                desk::Output::Remember(room, id) => {
                    self.done.insert((room.clone(), id.clone()));
                }
                desk::Output::Letter(letter @ Letter::Call(..)) => {
                    self.office.post(&self.address, letter);
                }
                // Neither archive nor account answers here.
                desk::Output::Letter(_) | desk::Output::Reply(_) | desk::Output::Send(..) => {}
            }
        }
        self.armed = earlier(self.armed, self.machine.due());
        outputs
    }

    pub(super) fn command(
        &mut self,
        room: RoomId,
        command: DeskCommand,
        now: u64,
    ) -> Vec<desk::Output> {
        let key = (room.clone(), desk::id_of(&command).clone());
        let earlier = self.done.contains(&key);
        let input = desk::Input::Command {
            room,
            command,
            earlier,
        };
        self.turn(input, now)
    }

    pub(super) fn alarm(&mut self, now: u64) -> Vec<desk::Output> {
        self.armed = self.armed.filter(|&at| at > now);
        let present = self.present.clone();
        self.turn(desk::Input::Alarm { present }, now)
    }

    /// Its process dies: what it stored is all that is left, and its sockets are gone.
    pub(super) fn restart(&mut self, sockets_too: bool, now: u64) -> Vec<desk::Output> {
        let before = self.machine.board(now);
        self.machine = Desk::load(&stored(&self.rows)).expect("it wrote this itself");
        assert_eq!(self.machine.board(now), before, "what was shown was stored");
        if sockets_too {
            self.present.clear();
        }
        self.alarm(now)
    }
}

/// The object of a call.
#[derive(Debug)]
pub(super) struct CallNode {
    pub(super) address: Address,
    pub(super) machine: Call,
    pub(super) office: Office,
    pub(super) sockets: [bool; 2],
    pub(super) armed: Option<u64>,
    pub(super) log: Vec<Entry>,
    /// What its clients were told to be stored.
    pub(super) acknowledged: BTreeMap<(Party, ClientId), u64>,
    rows: Rows,
    done: BTreeMap<(String, ClientId), call::Done>,
}

impl CallNode {
    pub(super) fn new(machine: Call, now: u64) -> Self {
        let mut node = Self {
            address: Address::Call(machine.id.clone()),
            office: Office::default(),
            sockets: [false; 2],
            armed: machine.due(now),
            log: Vec::new(),
            acknowledged: BTreeMap::new(),
            rows: Rows::new(),
            done: BTreeMap::new(),
            machine,
        };
        keep(&mut node.rows, node.machine.changes());
        node
    }

    /// Questions to the fleet are never answered here; those to a desk come back.
    pub(super) fn turn(&mut self, input: call::Input, now: u64) -> Vec<HandOver> {
        let mut wishes = Vec::new();
        let signer = Signer::from_seed(&[7; 32]);
        let from = match &input {
            call::Input::Command { party, .. } => Some(*party),
            _ => None,
        };
        let outputs = self.machine.handle(input, &signer, now);
        keep(&mut self.rows, self.machine.changes());
        for output in outputs {
            match output {
                call::Output::Append(entry) => {
                    assert_eq!(entry.seq, self.log.len() as u64 + 1, "the log has no gaps");
                    self.log.push(entry);
                }
                call::Output::Remember { party, id, seq } => {
                    let owner = self.machine.owner(party);
                    self.done.insert((owner, id), call::Done { seq });
                }
                call::Output::Reply(CallMessage::Ack { id, seq: Some(seq) }) => {
                    self.acknowledge((from.expect("a command"), id), seq);
                }
                call::Output::Dismiss(Who::Party(party), _) => {
                    self.sockets[party as usize] = false;
                }
                call::Output::AskDesk(wish) => wishes.push(wish),
                call::Output::Letter(letter @ (Letter::Desk(..) | Letter::Call(..))) => {
                    self.office.post(&self.address, &letter);
                }
                _ => {}
            }
        }
        self.armed = earlier(self.armed, self.machine.due(now));
        wishes
    }

    fn acknowledge(&mut self, key: (Party, ClientId), seq: u64) {
        let before = self.acknowledged.insert(key, seq);
        assert!(before.is_none_or(|before| before == seq), "stored twice");
    }

    pub(super) fn command(
        &mut self,
        party: Party,
        command: CallCommand,
        now: u64,
    ) -> Vec<HandOver> {
        let owner = self.machine.owner(party);
        let known = |id: &ClientId| self.done.get(&(owner, id.clone()));
        let earlier = command.id().and_then(known);
        let input = call::Input::Command {
            party,
            command,
            earlier: earlier.copied(),
        };
        self.turn(input, now)
    }

    pub(super) fn connect(&mut self, party: Party, now: u64) {
        self.sockets[party as usize] = true;
        self.turn(call::Input::Connected(party), now);
    }

    pub(super) fn disconnect(&mut self, party: Party, now: u64) {
        if std::mem::take(&mut self.sockets[party as usize]) {
            let others = false;
            self.turn(call::Input::Closed { party, others }, now);
        }
    }

    pub(super) fn alarm(&mut self, now: u64) {
        self.armed = self.armed.filter(|&at| at > now);
        let present = self.sockets;
        let watching = BTreeSet::new();
        self.turn(call::Input::Alarm { present, watching }, now);
    }

    pub(super) fn restart(&mut self, sockets_too: bool, now: u64) {
        let loaded = Call::load(&stored(&self.rows)).expect("it wrote this itself");
        assert_eq!(loaded.as_ref(), Some(&self.machine), "all of it was stored");
        self.machine = loaded.expect("it was created");
        if sockets_too {
            self.sockets = [false; 2];
        }
        self.alarm(now);
    }
}
