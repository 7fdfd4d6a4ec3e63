//! From a picture to a file in the folder of its call.

use super::StillError;
use super::decode::Picture;
use crate::record::file::digest;
use crate::record::open::OpenCall;
use crate::record::store::{Store, create_next};
use crate::record::{CallFolder, FinishedFile, Origin, RecordError};
use counterpart_shared::id::{CallId, Party};
use std::io::{self, Write};
use std::path::Path;

/// Keeps a picture as PNG and lists it in the call's `open.json`.
pub(super) fn keep(
    root: &Path,
    call: &CallId,
    party: Party,
    picture: &Picture,
    taken_at: u64,
) -> Result<FinishedFile, StillError> {
    let png = png(picture).map_err(RecordError::disk("PNG"))?;
    let folder = CallFolder::create(root, call)?;
    let (name, mut file) = create_next(&folder, &party.to_string(), "png")?;
    folder.began(&name, taken_at)?;
    let written = file.write_all(&png).and_then(|()| file.sync());
    written.map_err(RecordError::disk(&name))?;
    let (bytes, sha256) = digest(&folder, &name)?;
    let finished = FinishedFile {
        name,
        bytes,
        sha256,
        codecs: vec!["png".to_owned()],
        duration_ms: 0,
        first_at: taken_at,
        last_at: taken_at,
        gaps: Vec::new(),
        cut: false,
        origin: Origin::Received,
        encrypted: None,
    };
    OpenCall::update(folder.path(), call, |open| open.add([finished.clone()]))?;
    Ok(finished)
}

fn png(picture: &Picture) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.rgb)?;
    writer.finish()?;
    Ok(bytes)
}
