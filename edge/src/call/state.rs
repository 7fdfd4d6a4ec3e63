//! What a call keeps beside its log: one JSON row, and one for each picture and each recording.

use super::course::Course;
use super::input::{Input, Output};
use super::least::Least;
use super::limits::{AWAY_AFTER, CHECK_EVERY, CHECK_WAITING, LEASE, NEW_LEASE};
use super::review::Recorded;
use super::says::Spoken;
use super::turn::Turn;
use super::who::Who;
use crate::link::{CreatedBy, Needs, Terms, Visitor};
use crate::table::{Change, Row, RowError, Table, to_json};
use counterpart_shared::api::{
    ApiError, CallPhase, CallView, Entry, ErrorCode, Image, Quality, Rating,
};
use counterpart_shared::grant::{Role, Signer};
use counterpart_shared::id::{CallId, DeskId, ImageId, NodeId, Party, RoomId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The table of the one row, and its key.
const KIND: &str = "call";

/// The tables of pictures and of recordings.
const PICTURE: &str = "picture";
const RECORDED: &str = "recorded";

/// One call. See the module for how it is driven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its name.
    pub id: CallId,
    /// Where it stands.
    pub phase: CallPhase,
    /// Whom the caller wants.
    pub to: CreatedBy,
    /// Who asks.
    pub caller: UserId,
    /// Who answers, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee: Option<UserId>,
    /// His room, at a desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Whether what is published is recorded at present.
    pub record: bool,
    /// The newest entry of the log.
    pub seq: u64,
    /// The newest grant.
    pub serial: u64,
    /// The place in a desk's line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// How long that may take, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u64>,
    /// What holds for it until its end.
    #[serde(default)]
    pub terms: Terms,
    /// How it went.
    #[serde(default)]
    pub course: Course,
    /// For how long its recordings must be kept.
    #[serde(default, skip_serializing_if = "Least::is_none")]
    pub least: Least,
    /// How often it was handed on.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub handed_on: u32,
    /// The supervisors who ever watched it, and whether they do so now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub watchers: BTreeMap<UserId, bool>,
    /// What the caller said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// What the agent wrote about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What the caller said when he was asked whether he may be recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<bool>,
    /// The entry by which somebody asked last to delete what was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<u64>,
    /// Who wants all that is recorded deleted: what is finished later goes too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_by: Option<String>,
    /// The statement that the agent reads at present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<u32>,
    /// The caller's and the callee's half.
    pub parties: [PartyState; 2],
    /// The pictures that its parties uploaded.
    #[serde(skip, default = "pictures")]
    pub pictures: Table<ImageId, Image>,
    /// The files that nodes have finished, by the entry that says so.
    #[serde(skip, default = "recordings")]
    pub recordings: Table<u64, Recorded>,
}

fn pictures() -> Table<ImageId, Image> {
    Table::new(PICTURE)
}

fn recordings() -> Table<u64, Recorded> {
    Table::new(RECORDED)
}

/// One party's half of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyState {
    /// Since when he has no socket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_since: Option<u64>,
    /// Whether he ever was there.
    pub seen: bool,
    /// Whether the other one was told that he is away.
    pub away: bool,
    /// The node where his stream is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<NodeId>,
    /// How his network is, once he has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// How much he has said lately.
    #[serde(default, skip_serializing_if = "Spoken::is_none")]
    pub spoken: Spoken,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl PartyState {
    /// Of one who was never there.
    pub(super) fn absent(now: u64) -> Self {
        Self {
            gone_since: Some(now),
            ..Self::default()
        }
    }
}

impl Call {
    /// A call that nobody was asked to yet.
    pub fn create(
        id: CallId,
        caller: UserId,
        to: CreatedBy,
        record: bool,
        terms: Terms,
        now: u64,
    ) -> Self {
        let absent = PartyState::absent(now);
        Self {
            id,
            phase: CallPhase::New,
            callee: match &to {
                CreatedBy::Direct { callee } => Some(callee.clone()),
                CreatedBy::Desk { .. } => None,
            },
            to,
            caller,
            room: None,
            record,
            seq: 0,
            serial: 0,
            position: None,
            wait_s: None,
            least: Least::of(&terms),
            terms,
            course: Course::begin(now),
            handed_on: 0,
            watchers: BTreeMap::new(),
            rating: None,
            note: None,
            consent: None,
            deletion: None,
            delete_by: None,
            reading: None,
            parties: [absent.clone(), absent],
            pictures: pictures(),
            recordings: recordings(),
        }
    }

    /// From the rows of [`changes`](Self::changes); `None` when it was never created.
    ///
    /// # Errors
    /// [`RowError`] for the first row that cannot be read.
    pub fn load(rows: &[Row]) -> Result<Option<Self>, RowError> {
        let Some(row) = rows.iter().find(|row| row.kind == KIND) else {
            return Ok(None);
        };
        let error = |error: serde_json::Error| RowError {
            kind: row.kind.clone(),
            key: row.key.clone(),
            reason: error.to_string(),
        };
        let mut call: Self = serde_json::from_str(&row.json).map_err(error)?;
        call.pictures = Table::load(PICTURE, rows)?;
        call.recordings = Table::load(RECORDED, rows)?;
        Ok(Some(call))
    }

    /// The rows that stand for it, those that may have changed.
    pub fn changes(&mut self) -> Vec<Change> {
        let mut changes = vec![Change {
            kind: KIND,
            key: KIND.to_owned(),
            json: Some(to_json(self)),
        }];
        changes.extend(self.pictures.changes());
        changes.extend(self.recordings.changes());
        changes
    }

    /// Takes one input and decides.
    pub fn handle(&mut self, input: Input, signer: &Signer, now: u64) -> Vec<Output> {
        let mut turn = Turn::new(self, now);
        turn.take(input, signer);
        turn.out
    }

    /// When it wants [`Input::Alarm`]; never, once it is over.
    pub fn due(&self, now: u64) -> Option<u64> {
        if self.phase == CallPhase::Ended {
            return None;
        }
        let away = Party::BOTH.map(|party| self.away_at(party));
        let check = match self.phase {
            CallPhase::Requested => CHECK_WAITING,
            _ => CHECK_EVERY,
        };
        let ends = [self.lease_ends(), away[0], away[1], Some(now + check)];
        ends.into_iter().flatten().min()
    }

    /// Under which name a party's commands are remembered: the agents of a call share a seat, but not their ids.
    pub fn owner(&self, party: Party) -> String {
        match (party, self.handed_on) {
            (Party::Caller, _) => "caller".to_owned(),
            (Party::Callee, 0) => "callee".to_owned(),
            (Party::Callee, agents) => format!("callee.{agents}"),
        }
    }

    /// The desk where it is.
    pub fn desk(&self) -> Option<&DeskId> {
        match &self.to {
            CreatedBy::Direct { .. } => None,
            CreatedBy::Desk { desk, .. } => Some(desk),
        }
    }

    /// Which party a user is.
    pub fn party_of(&self, user: &UserId) -> Option<Party> {
        Party::BOTH
            .into_iter()
            .find(|&party| self.user(party) == Some(user))
    }

    /// Whether an agent who is no party may be one in a moment: he dials when his desk has acknowledged that he takes
    /// the call, and the desk's letter that says so may still be on its way.
    pub fn awaits(&self, visitor: &Visitor) -> bool {
        let in_line = self.phase == CallPhase::Requested && !self.is_direct();
        in_line && visitor.role == Role::Agent && visitor.desk.as_ref() == self.desk()
    }

    /// Whether he may watch: a supervisor of the desk where the call is.
    pub fn may_watch(&self, visitor: &Visitor) -> bool {
        let desk = self.desk();
        visitor.role == Role::Supervisor && desk.is_some() && visitor.desk.as_ref() == desk
    }

    /// The supervisors who watch now.
    pub(super) fn present_watchers(&self) -> Vec<UserId> {
        let watchers = self.watchers.iter();
        let there = watchers.filter(|(_, watches)| **watches);
        there.map(|(user, _)| user.clone()).collect()
    }

    /// Whether somebody sees the log: the callee of a direct call does not, before he is asked.
    pub fn sees_log(&self, who: &Who) -> bool {
        *who != Who::Party(Party::Callee) || self.phase != CallPhase::New
    }

    /// Whether its log may be shown to one who is no party: a supervisor of `desk`, or, without one, the
    /// business server.
    ///
    /// # Errors
    /// [`ErrorCode::Forbidden`] for another desk's supervisor, [`ErrorCode::Conflict`] before it is over.
    pub fn may_review(&self, desk: Option<&DeskId>) -> Result<(), ApiError> {
        if desk.is_some() && desk != self.desk() {
            let detail = "the call is not one of this desk";
            return Err(ApiError::new(ErrorCode::Forbidden, detail));
        }
        if self.phase != CallPhase::Ended {
            let detail = "the call is not over, only its parties see it";
            return Err(ApiError::new(ErrorCode::Conflict, detail));
        }
        Ok(())
    }

    /// The call as HTTP shows it; `entries` are the log's after the wanted one.
    pub fn view(&self, who: &Who, entries: Vec<Entry>) -> CallView {
        CallView {
            call: self.id.clone(),
            phase: self.phase,
            caller: self.caller.clone(),
            callee: self.callee.clone(),
            entries: if self.sees_log(who) {
                entries
            } else {
                Vec::new()
            },
        }
    }

    /// Whose streams are live, caller first.
    pub fn live(&self) -> Vec<Party> {
        let is_live = |party: &Party| self.party(*party).live.is_some();
        Party::BOTH.into_iter().filter(is_live).collect()
    }

    /// How long a line keeps the place of a caller without a socket, in milliseconds.
    fn patience(&self) -> u64 {
        u64::from(self.terms.presence_s) * 1000
    }

    pub(super) fn is_direct(&self) -> bool {
        matches!(self.to, CreatedBy::Direct { .. })
    }

    pub(super) fn needs(&self) -> Needs {
        match &self.to {
            CreatedBy::Direct { .. } => Needs::default(),
            CreatedBy::Desk { needs, .. } => needs.clone(),
        }
    }

    pub(super) fn user(&self, party: Party) -> Option<&UserId> {
        match party {
            Party::Caller => Some(&self.caller),
            Party::Callee => self.callee.as_ref(),
        }
    }

    pub(super) fn party(&self, party: Party) -> &PartyState {
        &self.parties[party as usize]
    }

    pub(super) fn party_mut(&mut self, party: Party) -> &mut PartyState {
        &mut self.parties[party as usize]
    }

    /// The node of a stream that `holder` may play now: the other party's, once they talk, and the
    /// caller's already while it rings at the callee of a direct call.
    pub(super) fn playable(&self, holder: Party) -> Option<&NodeId> {
        let ringing = self.phase == CallPhase::Requested && self.is_direct();
        let may_see = self.phase == CallPhase::Talking || ringing && holder == Party::Callee;
        self.party(holder.other()).live.as_ref().filter(|_| may_see)
    }

    /// The node of a stream that a supervisor may play now.
    pub(super) fn watchable(&self, of: Party) -> Option<&NodeId> {
        let over = self.phase == CallPhase::Ended;
        self.party(of).live.as_ref().filter(|_| !over)
    }

    /// When `party` is to be called away, if he is gone and was not yet.
    pub(super) fn away_at(&self, party: Party) -> Option<u64> {
        let state = self.party(party);
        let counts = state.seen && !state.away && self.phase != CallPhase::New;
        state
            .gone_since
            .filter(|_| counts)
            .map(|at| at + AWAY_AFTER)
    }

    /// When the lease ends: never once the call is over, or while those are there who keep it. Before
    /// both agreed only the caller keeps it, for there is nobody else to wait for.
    pub(super) fn lease_ends(&self) -> Option<u64> {
        let [caller, callee] = self.parties.each_ref().map(|party| party.gone_since);
        match self.phase {
            CallPhase::New => caller.map(|at| at + NEW_LEASE),
            CallPhase::Requested if self.is_direct() => caller.map(|at| at + LEASE),
            CallPhase::Requested => caller.map(|at| at + self.patience()),
            CallPhase::Talking => caller.zip(callee).map(|(a, b)| a.max(b) + LEASE),
            CallPhase::Ended => None,
        }
    }
}
