//! What belongs to a call beside its log: pictures, rating, note, recordings.

use super::entry::{Answer, Reception, answer, visitor};
use super::{ask, body, internal, reply};
use crate::http::parse_given;
use crate::link::{Address, CallRequest};
use crate::picture;
use crate::table::to_json;
use crate::token::may_note;
use counterpart_shared::api::{MAX_IMAGE, Note, Rating};
use counterpart_shared::id::{CallId, ImageId};

impl Reception {
    pub(super) async fn upload_image(&mut self, call: CallId) -> Answer {
        let user = self.user()?.sub;
        let bytes = body::read_up_to(MAX_IMAGE, &mut self.request).await?;
        let content_type = self.header("Content-Type")?;
        let image = picture::read(&call, content_type.as_deref(), &bytes)?;
        let answered = image.clone();
        let request = CallRequest::Upload { user, image };
        ask::ask_with(&self.env, &Address::Call(call), &request, &bytes).await?;
        answer(201, &answered)
    }

    pub(super) async fn image(&self, call: CallId, id: ImageId) -> Answer {
        let visitor = self.user_or_business().await?.map(visitor);
        let request = to_json(&CallRequest::Picture { visitor, id });
        self.pass_on(&Address::Call(call), request).await
    }

    pub(super) async fn rate(&mut self, call: CallId) -> Answer {
        let user = self.user()?.sub;
        let rating: Rating = parse_given(&body::read(&mut self.request).await?)?;
        rating.check()?;
        self.tell(call, CallRequest::Rate { user, rating }).await
    }

    pub(super) async fn note(&mut self, call: CallId) -> Answer {
        let user = self.user()?;
        may_note(&user)?;
        let note: Note = parse_given(&body::read(&mut self.request).await?)?;
        note.check()?;
        let (user, text) = (user.sub, note.text);
        self.tell(call, CallRequest::Note { user, text }).await
    }

    async fn tell(&self, call: CallId, request: CallRequest) -> Answer {
        ask::ask::<()>(&self.env, &Address::Call(call), &request).await?;
        reply::empty().map_err(internal)
    }

    pub(super) async fn recordings(&self, call: CallId) -> Answer {
        let visitor = self.user_or_business().await?.map(visitor);
        let request = to_json(&CallRequest::Recordings { visitor });
        self.pass_on(&Address::Call(call), request).await
    }

    pub(super) async fn delete_recordings(&self, call: CallId) -> Answer {
        let by = self.business().await?;
        self.tell(call, CallRequest::DeleteRecordings { by }).await
    }
}
