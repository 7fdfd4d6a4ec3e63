//! What is done to a call by HTTP, beside asking for URLs.

use super::super::ask::ask;
use super::super::{internal, reply};
use super::pictures;
use super::shell::Shell;
use crate::call::{Call, Deed, Input};
use crate::link::{Address, DeskRequest, FleetRequest, Visitor};
use crate::picture::id_of;
use counterpart_shared::api::{ApiError, DeskSettings, Endpoints, ErrorCode, Image, Recordings};
use counterpart_shared::id::{ImageId, NodeId, UserId};
use std::collections::BTreeMap;
use worker::Response;

type Outcome<T> = Result<T, ApiError>;

/// Who holds a grant that the business server asked for.
const BUSINESS: &str = "business";

impl Shell {
    pub(super) fn deed(&self, user: UserId, deed: Deed) -> Outcome<()> {
        self.settle(Input::Deed { user, deed })
    }

    pub(super) fn settle(&self, input: Input) -> Outcome<()> {
        let rest = self.turn(input, None).map_err(internal)?;
        let unsettled = || Err(internal("what was done had no answer"));
        rest.settled.unwrap_or_else(unsettled)
    }

    /// The bytes go into the same commit as what the machine keeps of them.
    pub(super) fn upload(&self, user: UserId, image: Image, bytes: Vec<u8>) -> Outcome<()> {
        let id = id_of(&image).ok_or_else(|| internal("a picture without a name"))?;
        self.deed(user, Deed::Keep(image))?;
        pictures::write(&self.core, &id, bytes).map_err(internal)
    }

    pub(super) fn picture(
        &self,
        visitor: Option<&Visitor>,
        id: &ImageId,
    ) -> worker::Result<Response> {
        match self.known_picture(visitor, id) {
            Ok(media_type) => reply::picture(&media_type, pictures::read(&self.core, id)?),
            Err(error) => reply::error(&error),
        }
    }

    fn known_picture(&self, visitor: Option<&Visitor>, id: &ImageId) -> Outcome<String> {
        self.look(|call| {
            call.may_see(visitor)?;
            let kept = call.pictures.get(id).ok_or_else(|| {
                let detail = format!("the call keeps no picture '{id}'");
                ApiError::new(ErrorCode::NotFound, detail)
            })?;
            Ok(kept.media_type.clone())
        })
    }

    /// The fleet is asked where the nodes are; what else happens meanwhile changes no file.
    pub(super) async fn recordings(&self, visitor: Option<&Visitor>) -> Outcome<Recordings> {
        let nodes = self.look(|call| {
            call.may_hear(visitor)?;
            Ok(call.recorded_at())
        })?;
        let reached: BTreeMap<NodeId, Endpoints> = match nodes.is_empty() {
            true => BTreeMap::new(),
            false => {
                let request = FleetRequest::Reach { nodes };
                ask(&self.core.env, &Address::Fleet, &request).await?
            }
        };
        let signer = &self.core.config().map_err(internal)?.signer;
        let business = || BUSINESS.parse().map_err(internal);
        let user = visitor.map_or_else(business, |visitor| Ok(visitor.user.clone()))?;
        self.look(|call| Ok(call.files(&user, &reached, signer, super::now())))
    }

    /// What its desks want is asked first: where one cannot say, nothing is deleted.
    pub(super) async fn delete_recordings(&self, by: String) -> Outcome<()> {
        let desks = self.look(|call| Ok(call.desks()))?;
        let mut least_days = 0;
        for desk in desks {
            let at = Address::Desk(desk);
            let settings: DeskSettings = ask(&self.core.env, &at, &DeskRequest::Settings).await?;
            least_days = least_days.max(settings.record_least_days);
        }
        self.settle(Input::DeleteRecordings { least_days, by })
    }

    fn look<T>(&self, look: impl FnOnce(&Call) -> Outcome<T>) -> Outcome<T> {
        let machine = self.machine.borrow();
        look(machine.as_ref().ok_or_else(super::unknown)?)
    }
}
