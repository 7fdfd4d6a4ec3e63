//! The call looked at by those who are no party: its pictures and its recordings.

use super::command::forbidden;
use super::limits::{CLOCK_SKEW_S, REVIEW_LIFE};
use super::media::recording_url;
use super::state::Call;
use crate::link::Visitor;
use counterpart_shared::api::{
    ApiError, Deleted, Endpoints, RecordedFile, RecordingFile, Recordings,
};
use counterpart_shared::grant::{Act, Composite, Grant, Layout, Role, Signer};
use counterpart_shared::id::{NodeId, Party, StreamId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Files that a node has finished, by the entry of the log that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Whose; nothing for both parties'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// The node that has them.
    pub node: NodeId,
    /// The files.
    pub files: Vec<RecordedFile>,
    /// Those of them that are deleted, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub deleted: BTreeMap<String, Deleted>,
}

impl Recorded {
    /// Those that are not deleted.
    pub(super) fn there(&self) -> impl Iterator<Item = &RecordedFile> {
        let files = self.files.iter();
        files.filter(|file| !self.deleted.contains_key(&file.path))
    }
}

impl Call {
    /// Whether somebody, or without a name the business server, may see its pictures: the parties and the desk's
    /// supervisors at any time, others when it is over.
    ///
    /// # Errors
    /// [`ErrorCode::Forbidden`](counterpart_shared::api::ErrorCode::Forbidden) or
    /// [`ErrorCode::Conflict`](counterpart_shared::api::ErrorCode::Conflict).
    pub fn may_see(&self, visitor: Option<&Visitor>) -> Result<(), ApiError> {
        let Some(visitor) = visitor else {
            return self.may_review(None);
        };
        let party = self.party_of(&visitor.user);
        let sees = party.is_some_and(|party| self.sees_log(&party.into()));
        match sees || self.may_watch(visitor) {
            true => Ok(()),
            false => Err(no_party(&visitor.user)),
        }
    }

    /// Whether somebody, or without a name the business server, may read its recordings: the desk's supervisors and the
    /// agent who answered.
    ///
    /// # Errors
    /// [`ErrorCode::Forbidden`](counterpart_shared::api::ErrorCode::Forbidden) for everyone else.
    pub fn may_hear(&self, visitor: Option<&Visitor>) -> Result<(), ApiError> {
        let Some(visitor) = visitor else {
            return Ok(());
        };
        let answered = visitor.role == Role::Agent && self.agent() == Some(&visitor.user);
        match answered || self.may_watch(visitor) {
            true => Ok(()),
            false => Err(forbidden(
                "recordings are for the agent who answered and for supervisors of the desk",
            )),
        }
    }

    /// Its files, with URLs for `user` where the node is one of those that can be reached.
    pub fn files(
        &self,
        user: &UserId,
        nodes: &BTreeMap<NodeId, Endpoints>,
        signer: &Signer,
        now: u64,
    ) -> Recordings {
        let files = self.recordings.iter().flat_map(|(_, recorded)| {
            let grant = self.review(recorded, user, now);
            let reached = nodes.get(&recorded.node);
            let reached = reached.map(|ends| (ends, signer.sign_grant(&grant)));
            recorded.files.iter().map(move |file| {
                let deleted = recorded.deleted.get(&file.path).cloned();
                let reached = reached.as_ref().filter(|_| deleted.is_none());
                RecordingFile {
                    party: recorded.party,
                    file: file.clone(),
                    node: recorded.node.clone(),
                    url: reached.map(|(ends, token)| recording_url(ends, &file.path, token)),
                    expires_at: reached.is_some().then_some(grant.exp * 1000),
                    deleted,
                }
            })
        });
        Recordings {
            files: files.collect(),
        }
    }

    /// It opens no stream, so it needs no serial of its own.
    fn review(&self, recorded: &Recorded, user: &UserId, now: u64) -> Grant {
        let iat = now / 1000;
        let party = recorded.party.unwrap_or(Party::Caller);
        Grant {
            act: Act::Review,
            stream: StreamId::of(&self.id, party),
            call: self.id.clone(),
            party,
            node: recorded.node.clone(),
            sub: user.clone(),
            serial: self.serial,
            record: false,
            watch: true,
            layout: Layout::default(),
            least_days: 0,
            composite: Composite::default(),
            desk: None,
            iat,
            nbf: iat.saturating_sub(CLOCK_SKEW_S),
            exp: iat + REVIEW_LIFE / 1000,
        }
    }
}

/// He has nothing to do with this call.
pub fn no_party(user: &UserId) -> ApiError {
    forbidden(&format!("'{user}' is no party of this call"))
}
