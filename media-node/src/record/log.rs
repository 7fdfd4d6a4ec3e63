//! `log.jsonl`: what was said and what happened in a call, an entry of its log on each line, as the edge hands it in at
//! the end (`docs/signals.md`).

use super::RecordError;
use super::file::{FinishedFile, Origin, hash};
use super::open::{OpenCall, listed, replace, sealed};
use super::store::call_folder;
use crate::vault::{PlainFile, Vault};
use counterpart_shared::api::{Entry, EntryBody};
use counterpart_shared::id::{CallId, DeskId};
use std::fs;
use std::io;
use std::path::Path;

/// Name within the folder of the call; a log that goes on after it was sealed goes on in `log.2.jsonl`.
fn name(number: usize) -> String {
    match number {
        1 => "log.jsonl".to_owned(),
        _ => format!("log.{number}.jsonl"),
    }
}

/// Keeps the next entries of a call's log and lists the file; those that are there already are passed over. False where
/// nothing was recorded of the call.
///
/// # Errors
/// When the disk refuses.
pub fn keep(
    root: &Path,
    call: &CallId,
    entries: Vec<Entry>,
    vault: &Vault,
) -> Result<bool, RecordError> {
    let folder = call_folder(root, call)?;
    if !folder.is_dir() {
        return Ok(false);
    }
    let known = read(&folder, call, vault)?;
    let newest = known.last().map_or(0, |entry| entry.seq);
    let news: Vec<Entry> = entries
        .into_iter()
        .filter(|entry| entry.seq > newest)
        .collect();
    if news.is_empty() {
        return Ok(true);
    }
    let sealed = sealed(&folder)?;
    let listed = listed(&folder, call)?;
    let closed = listed.iter().filter(|file| file.encrypted.is_some());
    let closed: Vec<_> = closed.chain(&sealed).map(|file| &file.name).collect();
    let open = (1..).map(name).find(|name| !closed.contains(&name));
    let name = open.unwrap_or_default();
    let path = folder.join(&name);
    let mut all = read_file(&path)?;
    all.extend(news);
    let finished = write(&path, name, &all)?;
    OpenCall::update(&folder, call, |open| open.add([finished]))?;
    Ok(true)
}

/// All entries that are kept in the folder of a call, in order.
///
/// # Errors
/// When a file cannot be read.
pub fn read(folder: &Path, call: &CallId, vault: &Vault) -> Result<Vec<Entry>, RecordError> {
    let listed = listed(folder, call)?;
    let mut entries = Vec::new();
    for name in (1..).map(name) {
        let mut encrypted = listed.iter().filter(|file| file.encrypted.is_some());
        let encrypted = encrypted.find(|file| file.name == name);
        match encrypted.filter(|file| folder.join(file.stored_name()).is_file()) {
            Some(file) => {
                let file = PlainFile::open(folder, call, file, vault)?;
                entries.extend(parse(&name, io::read_to_string(file))?);
            }
            None if folder.join(&name).is_file() => entries.extend(read_file(&folder.join(name))?),
            None => break,
        }
    }
    Ok(entries)
}

/// The desks where a call was, in order.
pub fn desks(entries: &[Entry]) -> impl DoubleEndedIterator<Item = &DeskId> {
    entries.iter().filter_map(|entry| match &entry.body {
        EntryBody::Request { desk } => desk.as_ref(),
        EntryBody::Transfer { desk, .. } => Some(desk),
        _ => None,
    })
}

fn read_file(path: &Path) -> Result<Vec<Entry>, RecordError> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        text => parse(&path.to_string_lossy(), text),
    }
}

fn parse(file: &str, text: io::Result<String>) -> Result<Vec<Entry>, RecordError> {
    let disk = RecordError::disk(file);
    let entries = text.and_then(|text| {
        let entries: Result<_, _> = text.lines().map(serde_json::from_str).collect();
        Ok(entries?)
    });
    entries.map_err(disk)
}

fn write(path: &Path, name: String, entries: &[Entry]) -> Result<FinishedFile, RecordError> {
    let disk = RecordError::disk(&path.to_string_lossy());
    let mut text = String::new();
    for entry in entries {
        match serde_json::to_string(entry) {
            Ok(line) => text.extend([&*line, "\n"]),
            Err(error) => return Err(disk(error.into())),
        }
    }
    let written = replace(path, text.as_bytes()).and_then(|()| hash(text.as_bytes()));
    let (bytes, sha256) = written.map_err(disk)?;
    let at = |entry: Option<&Entry>| entry.map_or(0, |entry| entry.at);
    let (first_at, last_at) = (at(entries.first()), at(entries.last()));
    Ok(FinishedFile {
        name,
        bytes,
        sha256,
        codecs: vec!["json".to_owned()],
        duration_ms: last_at.saturating_sub(first_at),
        first_at,
        last_at,
        gaps: Vec::new(),
        cut: false,
        origin: Origin::Received,
        encrypted: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::id::Party;

    fn entry(seq: u64) -> Entry {
        let party = Party::Caller;
        Entry {
            seq,
            at: 1_000 + seq,
            body: EntryBody::PeerAway { party },
        }
    }

    #[test]
    fn a_log_comes_in_parts_each_once() {
        let root = tempfile::tempdir().unwrap();
        let call = "c1".parse().unwrap();
        let keep = |entries| keep(root.path(), &call, entries, &Vault::default()).unwrap();
        assert!(!keep(vec![entry(1)]));
        let folder = root.path().join("c1");
        assert!(!folder.exists(), "nothing was recorded");
        fs::create_dir(&folder).unwrap();
        assert!(keep(vec![entry(1), entry(2)]));
        assert!(keep(vec![entry(1), entry(2), entry(4)]));
        let entries = read(&folder, &call, &Vault::default()).unwrap();
        assert_eq!(entries, [entry(1), entry(2), entry(4)]);
        let text = fs::read_to_string(folder.join("log.jsonl")).unwrap();
        let first = r#"{"seq":1,"at":1001,"kind":"peer.away","party":"caller"}"#;
        assert_eq!(text.lines().next(), Some(first));
        let listed = OpenCall::read(&folder, &call).unwrap().files;
        let [file] = &listed[..] else {
            panic!("{listed:?}")
        };
        assert_eq!(
            (&*file.name, file.first_at, file.last_at),
            ("log.jsonl", 1_001, 1_004)
        );
        assert_eq!(file.bytes, text.len() as u64);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("c1");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("log.jsonl"), "{}\n").unwrap();
        let call = "c1".parse().unwrap();
        let error = keep(root.path(), &call, vec![entry(1)], &Vault::default());
        assert!(error.unwrap_err().to_string().contains("log.jsonl"));
    }
}
