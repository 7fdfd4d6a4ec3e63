//! `call.json`: what the recording of a call consists of.

use super::RecordError;
use super::store::Store;
use counterpart_shared::api::RecordedFile;
use counterpart_shared::id::CallId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Name of the list within the folder of the call.
pub const FILE_NAME: &str = "call.json";
const VERSION: u32 = 1;

/// One file of a recording, closed and hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedFile {
    /// Name within the folder of the call.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    /// What is inside, pictures first, as RFC 6381 names it; `pcm` in a WAV file.
    pub codecs: Vec<String>,
    /// Play time.
    pub duration_ms: u64,
    /// UNIX milliseconds at the beginning of the file.
    pub first_at: u64,
    /// UNIX milliseconds at which the last frame arrived.
    pub last_at: u64,
}

impl FinishedFile {
    /// The file as a node reports it, with its path below the recording folder.
    pub fn report(&self, call: &CallId) -> RecordedFile {
        RecordedFile {
            path: format!("{call}/{}", self.name),
            bytes: self.bytes,
            duration_ms: self.duration_ms,
            sha256: self.sha256.clone(),
        }
    }
}

/// The content of `call.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallManifest {
    /// Version of this form: 1.
    pub version: u32,
    /// The call.
    pub call: CallId,
    /// Its files, by name.
    pub files: Vec<FinishedFile>,
}

impl CallManifest {
    /// Reads the list in `folder`; an empty one if there is none yet.
    pub fn read(folder: &Path, call: &CallId) -> Result<Self, RecordError> {
        let path = folder.join(FILE_NAME);
        let disk = RecordError::disk(&path.to_string_lossy());
        match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| disk(error.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self {
                version: VERSION,
                call: call.clone(),
                files: Vec::new(),
            }),
            Err(error) => Err(disk(error)),
        }
    }

    /// Adds files to the list in `folder`. Both parties of a call may do so at once.
    pub fn update(
        folder: &Path,
        call: &CallId,
        files: impl IntoIterator<Item = FinishedFile>,
    ) -> Result<(), RecordError> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut manifest = Self::read(folder, call)?;
        manifest.add(files);
        manifest.write(folder)
    }

    /// Adds files; one that is listed already is replaced.
    pub fn add(&mut self, files: impl IntoIterator<Item = FinishedFile>) {
        for file in files {
            self.files.retain(|known| known.name != file.name);
            self.files.push(file);
        }
        self.files.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Writes the list: whole under another name first, so that a crash leaves the old or the new.
    pub fn write(&self, folder: &Path) -> Result<(), RecordError> {
        let path = folder.join(FILE_NAME);
        self.replace(folder, &path)
            .map_err(RecordError::disk(&path.to_string_lossy()))
    }

    fn replace(&self, folder: &Path, path: &Path) -> io::Result<()> {
        let draft = folder.join(format!(".{FILE_NAME}"));
        let mut file = File::create(&draft)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        File::open(folder)?.sync_all()
    }
}

/// Size and SHA-256 of a file as it is on the disk.
pub(crate) fn digest(store: &dyn Store, name: &str) -> Result<(u64, String), RecordError> {
    let hashed = store.open(name).and_then(hash);
    hashed.map_err(RecordError::disk(name))
}

fn hash(mut file: Box<dyn Read>) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match file.read(&mut block)? {
            0 => break,
            count => {
                hash.update(&block[..count]);
                bytes += count as u64;
            }
        }
    }
    let hex = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok((bytes, hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: u64) -> FinishedFile {
        FinishedFile {
            name: name.to_owned(),
            bytes,
            sha256: "00".repeat(32),
            codecs: vec!["avc1.42c01e".to_owned()],
            duration_ms: 1_500,
            first_at: 1_700_000_000_000,
            last_at: 1_700_000_001_500,
        }
    }

    #[test]
    fn the_list_grows_and_survives() {
        let folder = tempfile::tempdir().unwrap();
        let call: CallId = "c1".parse().unwrap();
        let mut manifest = CallManifest::read(folder.path(), &call).unwrap();
        manifest.add([file("caller.wav", 1), file("caller.mp4", 2)]);
        manifest.write(folder.path()).unwrap();
        let mut manifest = CallManifest::read(folder.path(), &call).unwrap();
        manifest.add([file("caller.wav", 3)]);
        manifest.write(folder.path()).unwrap();
        let names: Vec<_> = manifest
            .files
            .iter()
            .map(|file| (&*file.name, file.bytes))
            .collect();
        assert_eq!(names, [("caller.mp4", 2), ("caller.wav", 3)]);
        assert_eq!(CallManifest::read(folder.path(), &call).unwrap(), manifest);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_stored_form_is_pinned() {
        let mut manifest = CallManifest {
            version: 1,
            call: "c1".parse().unwrap(),
            files: Vec::new(),
        };
        manifest.add([file("caller.mp4", 2)]);
        let pinned = format!(
            concat!(
                r#"{{"version":1,"call":"c1","files":[{{"name":"caller.mp4","bytes":2,"#,
                r#""sha256":"{}","codecs":["avc1.42c01e"],"duration_ms":1500,"#,
                r#""first_at":1700000000000,"last_at":1700000001500}}]}}"#
            ),
            "00".repeat(32)
        );
        assert_eq!(serde_json::to_string(&manifest).unwrap(), pinned);
    }

    #[test]
    fn files_are_reported_with_their_path() {
        let report = file("caller.mp4", 2).report(&"c1".parse().unwrap());
        assert_eq!((&*report.path, report.bytes), ("c1/caller.mp4", 2));
    }
}
