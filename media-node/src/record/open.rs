//! `open.json`: what is known about a call until its recording is sealed.

use super::RecordError;
use super::file::FinishedFile;
use super::turn::turn;
use counterpart_shared::grant::Grant;
use counterpart_shared::id::CallId;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Name of the list within the folder of the call.
pub const FILE_NAME: &str = "open.json";
/// Where the first version kept its list; the sealed manifest has the name today.
const FIRST_VERSION: &str = "call.json";
const VERSION: u32 = 2;

/// Under which grant a party began to publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// When, in UNIX milliseconds.
    pub at: u64,
    /// What the grant said. The token that carried it is nowhere.
    pub grant: Grant,
}

/// A file that has been begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Name within the folder of the call.
    pub name: String,
    /// UNIX milliseconds at the beginning of the file.
    pub first_at: u64,
}

/// The content of `open.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCall {
    /// Version of this form: 2.
    pub version: u32,
    /// The call.
    pub call: CallId,
    /// Who published, in the order of time.
    #[serde(default)]
    pub published: Vec<Published>,
    /// Files that are not finished.
    #[serde(default)]
    pub begun: Vec<Begun>,
    /// Files that are finished, by name.
    pub files: Vec<FinishedFile>,
    /// Who has asked to delete all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete: Option<String>,
    /// How often something was to be made from the call's files and was not.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
}

impl OpenCall {
    /// With nothing in it.
    pub(crate) fn new(call: &CallId) -> Self {
        Self {
            version: VERSION,
            call: call.clone(),
            published: Vec::new(),
            begun: Vec::new(),
            files: Vec::new(),
            delete: None,
            tries: 0,
        }
    }

    /// Reads the list in `folder`, be it the first version's; an empty one if there is none.
    pub fn read(folder: &Path, call: &CallId) -> Result<Self, RecordError> {
        if let Some(open) = read(&folder.join(FILE_NAME))? {
            return Ok(open);
        }
        match read(&folder.join(FIRST_VERSION)) {
            Ok(Some(first)) if first.version == 1 => Ok(first),
            // Version 2 of that file is a sealed manifest and says nothing about what is open.
            Ok(_) => Ok(Self::new(call)),
            Err(error) => Err(error),
        }
    }

    /// Changes the list in `folder`; one that lists nothing is taken away. Both parties of a call may
    /// do so at once.
    pub fn update(
        folder: &Path,
        call: &CallId,
        change: impl FnOnce(&mut Self),
    ) -> Result<Self, RecordError> {
        let _turn = turn(folder);
        Self::update_in_turn(folder, call, change)
    }

    /// The same for who has the folder's turn.
    pub(super) fn update_in_turn(
        folder: &Path,
        call: &CallId,
        change: impl FnOnce(&mut Self),
    ) -> Result<Self, RecordError> {
        let mut open = Self::read(folder, call)?;
        change(&mut open);
        open.version = VERSION;
        let path = folder.join(FILE_NAME);
        let written = if open.is_empty() {
            remove(&path)
        } else {
            serde_json::to_vec_pretty(&open)
                .map_err(io::Error::from)
                .and_then(|json| replace(&path, &json))
        };
        written.map_err(RecordError::disk(&path.to_string_lossy()))?;
        Ok(open)
    }

    /// Adds finished files; one that is listed already is replaced.
    pub fn add(&mut self, files: impl IntoIterator<Item = FinishedFile>) {
        for file in files {
            self.begun.retain(|begun| begun.name != file.name);
            self.files.retain(|known| known.name != file.name);
            self.files.push(file);
        }
        self.files.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// When a file began, if that was noted.
    pub fn began(&self, name: &str) -> Option<u64> {
        let begun = self.begun.iter().find(|begun| begun.name == name);
        begun.map(|begun| begun.first_at)
    }

    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        let nothing_open = self.begun.is_empty() && self.files.is_empty();
        nothing_open && self.published.is_empty() && self.delete.is_none() && self.tries == 0
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn read(path: &Path) -> Result<Option<OpenCall>, RecordError> {
    let disk = RecordError::disk(&path.to_string_lossy());
    match fs::read(path) {
        Ok(json) => serde_json::from_slice(&json).map_err(|error| disk(error.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(disk(error)),
    }
}

/// All finished files of a call, sealed or not.
pub(crate) fn listed(folder: &Path, call: &CallId) -> Result<Vec<FinishedFile>, RecordError> {
    let mut files = OpenCall::read(folder, call)?.files;
    files.extend(sealed(folder)?);
    Ok(files)
}

/// The files that the sealed manifests in `folder` list.
pub(super) fn sealed(folder: &Path) -> Result<Vec<FinishedFile>, RecordError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(RecordError::disk(&folder.to_string_lossy()))?,
    };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let is_manifest = entry.file_name().to_str().and_then(part_of).is_some();
        // Their form has all fields of this one.
        if is_manifest
            && let Some(manifest) = read(&entry.path())?
            && manifest.version >= VERSION
        {
            files.extend(manifest.files);
        }
    }
    Ok(files)
}

/// Whether a name is that of a call's list, open or sealed.
pub(crate) fn is_list(name: &str) -> bool {
    name == FILE_NAME || part_of(name).is_some()
}

/// Which part of a call's manifest a file's name stands for: `call.json`, `call.2.json` and so on.
pub(crate) fn part_of(name: &str) -> Option<u32> {
    let middle = name.strip_prefix("call.")?.strip_suffix("json")?;
    match middle.strip_suffix('.') {
        None => middle.is_empty().then_some(1),
        Some(number) => number.parse().ok().filter(|number| *number > 1),
    }
}

/// Writes a file whole under another name first, so that a crash leaves the old one or the new one.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = draft_of(path);
    write_synced(&draft, content)?;
    fs::rename(&draft, path)?;
    sync_folder(path)
}

/// Where a file is written before it gets its name.
pub(crate) fn draft_of(path: &Path) -> std::path::PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}"))
}

/// Writes a file and brings it to the disk itself.
pub(crate) fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Brings the names in a file's folder to the disk.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::sample;
    use super::*;

    fn call() -> CallId {
        "c1".parse().unwrap()
    }

    #[test]
    fn the_list_grows_survives_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        OpenCall::update(folder.path(), &call(), |open| {
            open.begun.push(Begun {
                name: "caller.wav".to_owned(),
                first_at: 7,
            });
            open.add([sample("caller.mp4", 2)]);
        })
        .unwrap();
        let read = OpenCall::read(folder.path(), &call()).unwrap();
        assert_eq!(read.began("caller.wav"), Some(7));
        let add =
            |open: &mut OpenCall| open.add([sample("caller.wav", 3), sample("caller.mp4", 5)]);
        let open = OpenCall::update(folder.path(), &call(), add).unwrap();
        let names = open.files.iter().map(|file| (&*file.name, file.bytes));
        let names: Vec<_> = names.collect();
        assert_eq!(names, [("caller.mp4", 5), ("caller.wav", 3)]);
        assert_eq!(open.began("caller.wav"), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        OpenCall::update(folder.path(), &call(), |open| open.files.clear()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_name_alone_lies_in_the_current_folder() {
        sync_folder(Path::new("Cargo.toml")).unwrap();
    }

    #[test]
    fn the_first_versions_list_is_an_open_one() {
        let folder = tempfile::tempdir().unwrap();
        let first = format!(
            concat!(
                r#"{{"version":1,"call":"c1","files":[{{"name":"caller.mp4","bytes":2,"#,
                r#""sha256":"{}","codecs":["avc1.42c01e"],"duration_ms":1500,"#,
                r#""first_at":1700000000000,"last_at":1700000001500}}]}}"#
            ),
            "00".repeat(32)
        );
        fs::write(folder.path().join("call.json"), first).unwrap();
        let open = OpenCall::read(folder.path(), &call()).unwrap();
        assert_eq!(open.files, [sample("caller.mp4", 2)]);
    }

    #[test]
    fn the_stored_form_is_pinned() {
        let mut open = OpenCall::new(&call());
        open.add([sample("caller.mp4", 2)]);
        open.begun.push(Begun {
            name: "caller.wav".to_owned(),
            first_at: 7,
        });
        let pinned = format!(
            concat!(
                r#"{{"version":2,"call":"c1","published":[],"#,
                r#""begun":[{{"name":"caller.wav","first_at":7}}],"#,
                r#""files":[{{"name":"caller.mp4","bytes":2,"sha256":"{}","#,
                r#""codecs":["avc1.42c01e"],"duration_ms":1500,"first_at":1700000000000,"#,
                r#""last_at":1700000001500,"gaps":[],"cut":false,"origin":"received"}}]}}"#
            ),
            "00".repeat(32)
        );
        assert_eq!(serde_json::to_string(&open).unwrap(), pinned);
    }
}
