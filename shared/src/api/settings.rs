//! `GET` and `PUT /v1/desks/{desk}`: how a desk works; a setting that is not given has its default. And `GET
//! /v1/desks`: which desks there are.

use crate::grant::{Composite, Layout};
use crate::id::DeskId;
use serde::{Deserialize, Serialize};

/// How a desk works. A change counts at once; what has begun (an offer that rings, a wrap-up) ends when it
/// was going to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeskSettings {
    /// How long an offer rings, in seconds: 5 to 300.
    pub offer_s: u32,
    /// How long an agent or a waiting caller may be without a socket, in seconds: 5 to 300.
    pub presence_s: u32,
    /// How long an agent finishes his notes after a call, in seconds: 0 to 3,600.
    pub wrap_up_s: u32,
    /// How many may wait: 0 to 10,000.
    pub max_line: u32,
    /// How many texts and pictures a party may send in 10 s: 1 to 10,000.
    pub messages_per_10s: u32,
    /// When customers are taken into the line; absent: always. Empty: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Vec<OpenHours>>,
    /// The desk's clock, for its hours and its day, in minutes east of UTC: -720 to 840.
    pub utc_offset_min: i32,
    /// Which calls are recorded.
    pub record: RecordPolicy,
    /// Who may begin and pause the recording of a call that goes on.
    #[serde(skip_serializing_if = "RecordControl::is_nobody")]
    pub record_control: RecordControl,
    /// How the composite of a recorded call shows both parties.
    #[serde(skip_serializing_if = "Layout::is_side_by_side")]
    pub layout: Layout,
    /// Whether that composite is made, and when.
    #[serde(skip_serializing_if = "Composite::is_after")]
    pub composite: Composite,
    /// What agents read out and customers answer, each marked in the log and in the recording: at most
    /// [`super::MAX_PROMPTS`], each of 1 to [`super::MAX_PROMPT`] characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<String>,
    /// For how many days finished calls are kept: up to [`super::MAX_RETENTION_DAYS`]; 0: for ever, absent:
    /// as the deployment does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// For how many days what is recorded must be kept, from the end of the call: up to
    /// [`super::MAX_RETENTION_DAYS`], and no more than `retention_days`; 0: it may go at any time.
    #[serde(skip_serializing_if = "is_zero")]
    pub record_least_days: u32,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// What its agents often say, for their consoles: at most [`super::MAX_QUICK_REPLIES`], each of 1 to
    /// [`super::MAX_QUICK_REPLY`] characters.
    pub quick_replies: Vec<String>,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self {
            offer_s: 20,
            presence_s: 15,
            wrap_up_s: 0,
            max_line: 1000,
            messages_per_10s: 50,
            hours: None,
            utc_offset_min: 0,
            record: RecordPolicy::Off,
            record_control: RecordControl::Nobody,
            layout: Layout::SideBySide,
            composite: Composite::After,
            prompts: Vec::new(),
            retention_days: None,
            record_least_days: 0,
            title: None,
            quick_replies: Vec::new(),
        }
    }
}

fn is_zero(days: &u32) -> bool {
    *days == 0
}

/// A name in both languages, each of 1 to [`super::MAX_TITLE`] characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// `GET /v1/desks`, by any user or by API key: the desks that were ever set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desks {
    /// By id.
    pub desks: Vec<ListedDesk>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedDesk {
    /// The desk.
    pub desk: DeskId,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// Whether customers are taken into its line now, by its hours.
    pub open: bool,
}

/// One stretch of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenHours {
    /// 1 is Monday, 7 is Sunday (ISO 8601).
    pub day: u8,
    /// The first minute of that day: 0 to 1,439.
    pub from_min: u16,
    /// The minute at which it closes: 1 to 1,440; not after `from_min` means on the next day.
    pub to_min: u16,
}

/// Which calls are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordPolicy {
    /// Those that ask for it.
    Off,
    /// All.
    On,
    /// Those whose caller agrees: he is asked, and the answer is in the log.
    Consent,
}

/// Who has a say in the recording of a call that goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordControl {
    /// Nobody: it is as the policy says.
    #[default]
    Nobody,
    /// The agent who talks to the caller.
    Agent,
    /// The desk's supervisors, while they watch the call.
    Supervisor,
}

impl RecordControl {
    /// Whether there is nothing to say.
    pub fn is_nobody(&self) -> bool {
        *self == RecordControl::Nobody
    }
}
