//! Where a picture of a call is found.

use counterpart_shared::api::Image;
use counterpart_shared::id::{CallId, ImageId};

/// The path of the picture with this SHA-256.
pub fn address_of(call: &CallId, sha256: &str) -> String {
    format!("/v1/calls/{call}/images/{sha256}")
}

/// The picture that an address names, if it is one of this call.
pub fn id_at(call: &CallId, address: &str) -> Option<ImageId> {
    let name = address.strip_prefix(&address_of(call, ""))?;
    name.parse().ok()
}

/// Under which name an uploaded picture is kept: that of its content, so that one sent again is the same one.
pub fn id_of(image: &Image) -> Option<ImageId> {
    image.sha256.as_deref()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_picture_of_one_call() {
        let call: CallId = "c-1".parse().unwrap();
        let address = address_of(&call, "ab");
        assert_eq!(id_at(&call, &address).unwrap().as_str(), "ab");
        for other in [
            "/v1/calls/c-2/images/ab",
            "/v1/calls/c-1/images/",
            "/v1/calls/c-1/images/a/b",
            "https://h/v1/calls/c-1/images/ab",
        ] {
            assert_eq!(id_at(&call, other), None, "{other}");
        }
    }
}
