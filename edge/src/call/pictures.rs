//! Pictures that parties upload: the machine keeps what they are, their bytes lie outside.

use super::command::{Outcome, conflict, over};
use super::turn::Turn;
use crate::picture::{id_at, id_of};
use counterpart_shared::api::{
    ApiError, CallPhase, ErrorCode, Image, MAX_IMAGES, MAX_IMAGES_BYTES,
};
use counterpart_shared::id::UserId;

impl Turn<'_> {
    /// One that is there already takes no more room: its sender has not heard the answer.
    pub(super) fn keep(&mut self, user: &UserId, image: Image) -> Outcome {
        self.party_of(user)?;
        if self.call.phase == CallPhase::Ended {
            return Err(over());
        }
        let Some(id) = id_of(&image) else {
            return Err(conflict("the picture has no name"));
        };
        if self.call.pictures.get(&id).is_some() {
            return Ok(());
        }
        let size = |image: &Image| image.bytes.unwrap_or_default();
        let kept = self.call.pictures.iter();
        let together = kept.map(|(_, image)| size(image)).sum::<u64>() + size(&image);
        if self.call.pictures.len() >= MAX_IMAGES {
            return Err(conflict(&format!(
                "the call keeps {MAX_IMAGES} pictures already"
            )));
        }
        if together > MAX_IMAGES_BYTES {
            let most = format!("at most {MAX_IMAGES_BYTES}");
            return Err(conflict(&format!(
                "the call's pictures would have {together} bytes, {most}"
            )));
        }
        self.call.pictures.insert(id, image);
        Ok(())
    }

    /// The picture as the log shows it: one of the call's own with all that is known of it.
    pub(super) fn shown(&self, image: Image) -> Result<Image, ApiError> {
        let own = image.url.starts_with('/');
        if !own {
            return image.check().map(|()| image);
        }
        let kept = id_at(&self.call.id, &image.url).and_then(|id| self.call.pictures.get(&id));
        let kept = kept.ok_or_else(|| {
            let url: String = image.url.chars().take(80).collect();
            let detail = format!("this call keeps no picture '{url}'");
            ApiError::new(ErrorCode::NotFound, detail)
        })?;
        agree("type", Some(&image.media_type), Some(&kept.media_type))?;
        agree("bytes", image.bytes, kept.bytes)?;
        agree("width", image.width, kept.width)?;
        agree("height", image.height, kept.height)?;
        agree("sha256", image.sha256.as_ref(), kept.sha256.as_ref())?;
        Ok(kept.clone())
    }
}

fn agree<T: PartialEq + std::fmt::Display>(
    name: &str,
    said: Option<T>,
    is: Option<T>,
) -> Result<(), ApiError> {
    match (said, is) {
        (Some(said), is) if is.as_ref() != Some(&said) => {
            let said: String = said.to_string().chars().take(80).collect();
            let is = is.map_or("unknown".to_owned(), |is| is.to_string());
            let detail = format!("{name} is '{said}', the picture's is '{is}'");
            Err(ApiError::new(ErrorCode::BadRequest, detail))
        }
        _ => Ok(()),
    }
}
