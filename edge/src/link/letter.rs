//! Letters: stored with the decision that caused them, delivered until answered, acted upon once.

use super::address::Address;
use crate::table::to_json;
use counterpart_shared::api::{
    DeskSettings, EndReason, Entry, FinishedCall, NodeEvent, OpenHours, Rating, Title,
};
use counterpart_shared::id::{CallId, ClientId, DeskId, NodeId, Party, RoomId, Skill, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a call is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToCall {
    /// The desk: a room was offered the call.
    Offered {
        /// The room.
        room: RoomId,
        /// Its agent.
        agent: UserId,
    },
    /// The desk: that room did not take it.
    Declined {
        /// The room.
        room: RoomId,
    },
    /// The desk: an agent took it.
    Accepted {
        /// His room.
        room: RoomId,
        /// The agent.
        agent: UserId,
    },
    /// The desk: not taken into the line.
    Refused {
        /// Why.
        reason: EndReason,
    },
    /// The desk: the place in line.
    Position {
        /// 1 is next.
        position: u32,
        /// How long that may take, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait_s: Option<u64>,
    },
    /// The fleet: something happened to a stream of the call.
    Stream {
        /// Whose stream.
        party: Party,
        /// At which node.
        node: NodeId,
        /// What.
        event: NodeEvent,
    },
    /// The archive: nobody is to know of you any more.
    Forget,
}

/// What a desk is told, by calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToDesk {
    /// The caller asks: into the line.
    Enter {
        /// The call.
        call: CallId,
        /// Who asks.
        customer: UserId,
        /// What he needs.
        #[serde(default, skip_serializing_if = "Needs::is_none")]
        needs: Needs,
        /// An agent handed him on; nothing when he comes by himself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handed_on: Option<HandedOn>,
    },
    /// The call is over or goes on elsewhere: out of the line, or out of the room.
    Leave {
        /// The call.
        call: CallId,
    },
}

/// How a caller who was talking already comes into a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOn {
    /// When he first asked at any desk: his place is before all who came later.
    pub arrived: u64,
    /// The room that shall be asked first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<RoomId>,
    /// The room that he comes from, if it is of this desk: it is asked last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<RoomId>,
}

/// What decides who serves a caller, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Needs {
    /// What his agent must be able to do.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub skills: BTreeSet<Skill>,
    /// Higher is served first.
    pub priority: u8,
}

impl Needs {
    /// Whether anyone will do, in the order of arrival.
    pub fn is_none(&self) -> bool {
        self.skills.is_empty() && self.priority == 0
    }
}

/// What the fleet is told, by calls and desks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToFleet {
    /// The call is over: its node may end what is left of it.
    End {
        /// The call.
        call: CallId,
    },
    /// Somebody is no party of the call any more: what he was given opens nothing from now on.
    GrantsEnd {
        /// The call.
        call: CallId,
        /// Who.
        user: UserId,
        /// The newest grant that he was given.
        serial: u64,
    },
    /// The call is recorded from now on, whatever its earlier grants say.
    Record {
        /// The call.
        call: CallId,
    },
    /// Nothing of the call is recorded from now on, whatever its earlier grants say.
    RecordEnd {
        /// The call.
        call: CallId,
    },
    /// What was said and what happened, for whoever has recorded it: the next entries of the log.
    Log {
        /// The call.
        call: CallId,
        /// In order.
        entries: Vec<Entry>,
    },
    /// All that was recorded of the call is to be deleted at these nodes.
    RecordDelete {
        /// The call.
        call: CallId,
        /// Where.
        nodes: BTreeSet<NodeId>,
        /// Who asks for it.
        by: String,
    },
    /// A desk: what is recorded of its calls is to be kept for so long at least.
    Least {
        /// The desk.
        desk: DeskId,
        /// In days; 0: it may go at any time.
        days: u32,
    },
    /// Keep what a party shows now.
    Still {
        /// The call.
        call: CallId,
        /// Who is seen.
        party: Party,
        /// Under which id somebody asked for it.
        id: ClientId,
    },
}

/// What the archive is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToArchive {
    /// A call: it is over, and this is what to keep of it.
    Ended(FinishedCall),
    /// A call that is over: this is said of it now.
    Remarks {
        /// The call.
        call: CallId,
        /// The caller's rating.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rating: Option<Rating>,
        /// The agent's note.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A desk: its calls are kept for so long.
    Retention {
        /// The desk.
        desk: DeskId,
        /// In days; 0: for ever, nothing: as the deployment does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days: Option<u32>,
    },
}

/// What the account is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToAccount {
    /// A desk: list me so.
    Desk {
        /// Its name.
        desk: DeskId,
        /// What the list shows of it.
        listing: Listing,
    },
}

/// What a list shows of a desk, or reckons from. In this form it is also stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listing {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// When it is open; absent: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Vec<OpenHours>>,
    /// Its clock, in minutes east of UTC.
    pub utc_offset_min: i32,
}

impl From<&DeskSettings> for Listing {
    fn from(settings: &DeskSettings) -> Self {
        Self {
            title: settings.title.clone(),
            hours: settings.hours.clone(),
            utc_offset_min: settings.utc_offset_min,
        }
    }
}

/// A letter with its receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// To a call.
    Call(CallId, ToCall),
    /// To a desk.
    Desk(DeskId, ToDesk),
    /// To the fleet.
    Fleet(ToFleet),
    /// To the archive.
    Archive(ToArchive),
    /// To the account.
    Account(ToAccount),
}

impl Letter {
    /// Who gets it.
    pub fn address(&self) -> Address {
        match self {
            Letter::Call(call, _) => Address::Call(call.clone()),
            Letter::Desk(desk, _) => Address::Desk(desk.clone()),
            Letter::Fleet(_) => Address::Fleet,
            Letter::Archive(_) => Address::Archive,
            Letter::Account(_) => Address::Account,
        }
    }

    /// Its content, as it lies in the outbox.
    pub fn json(&self) -> String {
        match self {
            Letter::Call(_, body) => to_json(body),
            Letter::Desk(_, body) => to_json(body),
            Letter::Fleet(body) => to_json(body),
            Letter::Archive(body) => to_json(body),
            Letter::Account(body) => to_json(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::DeserializeOwned;

    fn pinned<T: Serialize + DeserializeOwned>(json: &str) {
        let value: T = serde_json::from_str(json).unwrap();
        assert_eq!(to_json(&value), json);
    }

    #[test]
    fn letters_on_disk_are_pinned() {
        pinned::<ToCall>(r#"{"type":"offered","room":"r1","agent":"bob"}"#);
        pinned::<ToCall>(r#"{"type":"declined","room":"r1"}"#);
        pinned::<ToCall>(r#"{"type":"accepted","room":"r1","agent":"bob"}"#);
        pinned::<ToCall>(r#"{"type":"refused","reason":"line_full"}"#);
        pinned::<ToCall>(r#"{"type":"position","position":3}"#);
        pinned::<ToCall>(
            r#"{"type":"stream","party":"caller","node":"n1","event":{"kind":"stream.begin","video":{"codec":"h264","width":640,"height":360}}}"#,
        );
        pinned::<ToCall>(
            r#"{"type":"stream","party":"callee","node":"n1","event":{"kind":"stream.end","reason":"gone"}}"#,
        );
        pinned::<ToDesk>(r#"{"type":"enter","call":"c1","customer":"alice"}"#);
        pinned::<ToDesk>(
            r#"{"type":"enter","call":"c1","customer":"alice","needs":{"skills":["loans"],"priority":2}}"#,
        );
        pinned::<ToCall>(r#"{"type":"position","position":3,"wait_s":60}"#);
        pinned::<ToDesk>(r#"{"type":"leave","call":"c1"}"#);
        pinned::<ToDesk>(
            r#"{"type":"enter","call":"c1","customer":"alice","handed_on":{"arrived":5}}"#,
        );
        pinned::<ToDesk>(
            r#"{"type":"enter","call":"c1","customer":"alice","handed_on":{"arrived":5,"to":"r1","from":"r2"}}"#,
        );
        pinned::<ToFleet>(r#"{"type":"end","call":"c1"}"#);
        pinned::<ToFleet>(r#"{"type":"grants_end","call":"c1","user":"bob","serial":7}"#);
        pinned::<ToFleet>(r#"{"type":"record","call":"c1"}"#);
        pinned::<ToFleet>(r#"{"type":"record_end","call":"c1"}"#);
        pinned::<ToFleet>(
            r#"{"type":"log","call":"c1","entries":[{"seq":1,"at":5,"kind":"recording.ask"}]}"#,
        );
        pinned::<ToFleet>(r#"{"type":"still","call":"c1","party":"caller","id":"7"}"#);
        pinned::<ToFleet>(r#"{"type":"least","desk":"front","days":90}"#);
        pinned::<ToArchive>(
            r#"{"remarks":{"call":"c1","rating":{"stars":5,"comment":"好"},"note":"n"}}"#,
        );
        pinned::<ToArchive>(r#"{"remarks":{"call":"c1"}}"#);
        pinned::<ToCall>(r#"{"type":"forget"}"#);
        pinned::<ToAccount>(r#"{"desk":{"desk":"front","listing":{"utc_offset_min":0}}}"#);
        pinned::<ToAccount>(
            r#"{"desk":{"desk":"front","listing":{"title":{"zh":"贷款","en":"Loans"},"hours":[{"day":1,"from_min":0,"to_min":60}],"utc_offset_min":480}}}"#,
        );
        pinned::<ToArchive>(r#"{"retention":{"desk":"front","days":30}}"#);
        pinned::<ToArchive>(r#"{"retention":{"desk":"front"}}"#);
        pinned::<ToArchive>(
            r#"{"ended":{"call":"c1","customer":"alice","agent":"bob","created_at":1,"requested_at":2,"ended_at":3,"reason":"lease","recorded":false}}"#,
        );
    }
}
