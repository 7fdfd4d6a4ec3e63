//! Finished files, to be read again.

use super::store::call_folder;
use super::{FinishedFile, RecordError, open};
use counterpart_shared::id::CallId;
use std::fs::File;
use std::io;
use std::path::Path;

/// A finished file.
#[derive(Debug)]
pub struct Finished {
    /// To read it; nothing if it is not on this disk any more.
    pub file: Option<File>,
    /// The size of its content in bytes.
    pub bytes: u64,
    /// How it is listed; nothing for a list of the others.
    pub listed: Option<FinishedFile>,
    /// Its media type.
    pub media_type: &'static str,
}

impl Finished {
    /// Opens the file of this name, if one of the call's lists names it; the lists may be read too. Whatever else is in
    /// the folder is not there. What a list names may be elsewhere only.
    pub fn open(root: &Path, call: &CallId, name: &str) -> Result<Option<Self>, RecordError> {
        let folder = call_folder(root, call)?;
        let listed = open::listed(&folder, call)?;
        let listed = listed.into_iter().find(|file| file.name == name);
        if listed.is_none() && !open::is_list(name) {
            return Ok(None);
        }
        let stored = listed.as_ref().map(FinishedFile::stored_name);
        let encrypted = listed.as_ref().filter(|file| file.encrypted.is_some());
        let path = folder.join(stored.as_deref().unwrap_or(name));
        let opened = File::open(path).and_then(|file| {
            let stored = file.metadata()?.len();
            Ok((file, encrypted.map_or(stored, |file| file.bytes)))
        });
        let (file, bytes) = match (opened, &listed) {
            (Ok((file, bytes)), _) => (Some(file), bytes),
            (Err(error), Some(listed)) if error.kind() == io::ErrorKind::NotFound => {
                (None, listed.bytes)
            }
            (Err(error), None) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            (Err(error), _) => return Err(RecordError::disk(name)(error)),
        };
        Ok(Some(Self {
            file,
            bytes,
            listed,
            media_type: media_type(name),
        }))
    }
}

fn media_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|kind| kind.to_str()) {
        Some("mp4") => "video/mp4",
        Some("wav") => "audio/wav",
        Some("png") => "image/png",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::file::sample;
    use crate::record::open::OpenCall;
    use std::fs;

    #[test]
    fn a_name_says_what_is_inside() {
        assert_eq!(media_type("caller.2.mp4"), "video/mp4");
        assert_eq!(media_type("caller.wav"), "audio/wav");
        assert_eq!(media_type("caller.png"), "image/png");
        assert_eq!(media_type("call.json"), "application/json");
        assert_eq!(media_type("caller"), "application/octet-stream");
    }

    #[test]
    fn only_what_is_listed_can_be_read() {
        let root = tempfile::tempdir().unwrap();
        let call: CallId = "c1".parse().unwrap();
        let folder = root.path().join("c1");
        let found = |name: &str| Finished::open(root.path(), &call, name).unwrap();
        assert!(found("open.json").is_none());
        fs::create_dir(&folder).unwrap();
        for name in ["caller.mp4", "callee.mp4", ".call.json"] {
            fs::write(folder.join(name), "12345").unwrap();
        }
        fs::write(root.path().join("secret"), "x").unwrap();
        let listed = ["caller.mp4", "caller.wav"].map(|name| sample(name, 5));
        OpenCall::update(&folder, &call, |open| open.add(listed)).unwrap();
        let file = found("caller.mp4").unwrap();
        assert_eq!((file.bytes, file.media_type), (5, "video/mp4"));
        assert_eq!(file.listed, Some(sample("caller.mp4", 5)));
        assert!(file.file.is_some());
        let elsewhere = found("caller.wav").unwrap();
        assert!(elsewhere.file.is_none() && elsewhere.bytes == 5);
        assert_eq!(found("open.json").unwrap().media_type, "application/json");
        for name in ["callee.mp4", ".call.json", "../secret", "", "."] {
            assert!(found(name).is_none(), "{name}");
        }
        let outside = Finished::open(root.path(), &"..".parse().unwrap(), "secret");
        assert!(outside.is_err());
    }
}
