//! All that came, as an FLV file.

use super::PlayError;
use bytes::BytesMut;
use counterpart_shared::flv::{Tag, TagKind, file_header};
use counterpart_shared::rtmp::{Message, MessageKind};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes messages as tags.
pub(super) struct Dump {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Dump {
    pub(super) fn create(path: &Path) -> Result<Self, PlayError> {
        let open = || -> io::Result<BufWriter<File>> {
            let mut file = BufWriter::new(File::create(path)?);
            file.write_all(&file_header(true, true))?;
            Ok(file)
        };
        Ok(Self {
            file: open().map_err(|source| fault(path, source))?,
            path: path.to_owned(),
        })
    }

    pub(super) fn write(&mut self, message: &Message) -> Result<(), PlayError> {
        let kind = match message.kind {
            MessageKind::Audio => TagKind::Audio,
            MessageKind::Video => TagKind::Video,
            MessageKind::DataAmf0 => TagKind::Script,
            _ => return Ok(()),
        };
        let tag = Tag {
            kind,
            timestamp: message.timestamp,
            body: message.payload.clone(),
        };
        let mut out = BytesMut::new();
        if tag.encode(&mut out).is_err() {
            // Longer than a tag can say; no player would read it either.
            return Ok(());
        }
        self.file
            .write_all(&out)
            .map_err(|source| fault(&self.path, source))
    }

    pub(super) fn finish(mut self) -> Result<(), PlayError> {
        self.file
            .flush()
            .map_err(|source| fault(&self.path, source))
    }
}

fn fault(path: &Path, source: io::Error) -> PlayError {
    PlayError::Dump {
        path: path.to_owned(),
        source,
    }
}
