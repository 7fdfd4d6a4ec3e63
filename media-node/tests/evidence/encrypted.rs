//! Calls that are sealed encrypted.

use crate::support::*;
use base64::Engine;
use counterpart_node::evidence::verify::Kind;
use counterpart_node::evidence::{Manifest, Sealer};
use counterpart_node::record::recover::recover;
use counterpart_node::record::{CallFolder, FinishedFile, open::OpenCall};
use counterpart_node::vault::{PlainFile, Vault, VaultError, decrypt, lock};
use counterpart_shared::id::CallId;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

fn c4() -> CallId {
    "c4".parse().unwrap()
}

/// Keys that are each one byte repeated.
fn vault(world: &World, keys: &[u8]) -> Vault {
    let path = world.folder.path().join("keys");
    let line = |key: &u8| base64::engine::general_purpose::STANDARD.encode([*key; 32]) + "\n";
    fs::write(&path, keys.iter().map(line).collect::<String>()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    Vault::load(&path).unwrap()
}

fn sealer(world: &World, keys: &[u8]) -> Sealer {
    world.sealer().with_vault(vault(world, keys))
}

/// Three open calls, and a fourth that is encrypted.
fn world() -> World {
    let world = World::new();
    world.record("c4", &["caller.mp4", "callee.wav"]);
    sealer(&world, &[1]).seal(&c4()).unwrap().unwrap();
    world
}

fn listed(world: &World) -> Vec<FinishedFile> {
    let manifests = Manifest::read_all(&world.path("c4")).unwrap();
    manifests.into_iter().flat_map(|one| one.files).collect()
}

fn names(world: &World, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(world.path(folder)).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn content(world: &World, file: &FinishedFile, vault: &Vault) -> Result<String, String> {
    let opened = PlainFile::open(&world.path("c4"), &c4(), file, vault);
    let mut opened = opened.map_err(|error| error.to_string())?;
    let mut text = String::new();
    let read = opened.read_to_string(&mut text);
    read.map_err(|error| error.to_string())?;
    Ok(text)
}

#[test]
fn a_sealed_call_is_encrypted_and_still_verified_by_the_public_key_alone() {
    let world = world();
    let there = ["call.json", "call.sig", "callee.wav.enc", "caller.mp4.enc"];
    assert_eq!(names(&world, "c4"), there);
    for name in there {
        let bytes = fs::read(world.path("c4").join(name)).unwrap();
        let words = b"c4 caller.mp4";
        assert!(!bytes.windows(words.len()).any(|at| at == words), "{name}");
    }
    assert_eq!(world.found(), []);
    let vault = vault(&world, &[1]);
    for file in listed(&world) {
        assert_eq!(sha256(format!("c4 {}", file.name).as_bytes()), file.sha256);
        let text = content(&world, &file, &vault).unwrap();
        assert_eq!(text, format!("c4 {}", file.name));
    }
}

#[test]
fn all_files_of_a_call_have_its_key_and_each_call_its_own() {
    let world = world();
    let key = |call: &str| {
        let manifests = Manifest::read_all(&world.path(call)).unwrap();
        let files = manifests.into_iter().flat_map(|one| one.files);
        let keys = files.map(|file| file.encrypted.unwrap().key);
        keys.collect::<std::collections::BTreeSet<_>>()
    };
    // What comes later, even under a newer key of the operator's.
    world.record("c4", &["log.jsonl"]);
    world.record("c5", &["caller.mp4"]);
    let sealer = sealer(&world, &[2, 1]);
    for call in ["c4", "c5"] {
        sealer.seal(&call.parse().unwrap()).unwrap().unwrap();
    }
    assert_eq!(names(&world, "c4").len(), 7);
    assert_eq!((key("c4").len(), key("c5").len()), (1, 1));
    assert_ne!(key("c4"), key("c5"));
    assert_eq!(world.found(), []);
}

#[test]
fn a_wrong_or_missing_key_is_said_to_be_so() {
    let world = world();
    let mut file = listed(&world).remove(0);
    let open = |file: &FinishedFile, vault: &Vault| {
        PlainFile::open(&world.path("c4"), &c4(), file, vault).unwrap_err()
    };
    for vault in [Vault::default(), vault(&world, &[2])] {
        let error = open(&file, &vault);
        assert!(matches!(error, VaultError::NoKey { .. }), "{error}");
        assert!(error.to_string().contains("needs the key 72cd6e8422c407fb"));
    }
    let vault = vault(&world, &[1]);
    let key = &mut file.encrypted.as_mut().unwrap().key;
    let other = if key.starts_with('A') { "B" } else { "A" };
    key.replace_range(..1, other);
    let error = open(&file, &vault);
    assert!(matches!(error, VaultError::Wrapping { .. }), "{error}");
}

#[test]
fn a_byte_in_any_place_of_an_encrypted_file_is_found_twice() {
    let world = world();
    let vault = vault(&world, &[1]);
    let file = listed(&world).remove(0);
    let path = world.path("c4").join(file.stored_name());
    for byte in 0..fs::metadata(&path).unwrap().len() as usize {
        flip(&path, byte);
        let place = format!("c4/{}", file.stored_name());
        assert_eq!(world.found(), [at(Kind::FileChanged, &place)], "{byte}");
        assert!(content(&world, &file, &vault).is_err(), "{byte}");
        flip(&path, byte);
    }
    assert_eq!(world.found(), []);
    // One file in the place of another of the same call.
    fs::copy(world.path("c4/caller.mp4.enc"), &path).unwrap();
    let error = content(&world, &file, &vault).unwrap_err();
    assert!(
        error.contains("c4/callee.wav: piece 0 was changed"),
        "{error}"
    );
    fs::remove_file(&path).unwrap();
    let missing = [at(Kind::FileMissing, "c4/callee.wav.enc")];
    assert_eq!(world.found(), missing);
}

#[test]
fn a_process_that_died_while_it_encrypted_leaves_all_of_it() {
    for died in ["drafting", "before listing", "before taking away"] {
        let world = World::new();
        world.record("c4", &["caller.mp4", "callee.wav"]);
        let folder = world.path("c4");
        let vault = vault(&world, &[1]);
        let open = OpenCall::read(&folder, &c4()).unwrap();
        let file = open.files.iter().find(|file| file.name == "caller.mp4");
        match died {
            "drafting" => fs::write(folder.join(".caller.mp4.enc"), "counterp").unwrap(),
            _ => {
                let key = vault.make(&c4()).unwrap();
                let locked = lock(&folder, file.unwrap(), &key).unwrap().unwrap();
                if died == "before taking away" {
                    OpenCall::update(&folder, &c4(), |open| open.add([locked])).unwrap();
                }
            }
        }
        recover(&world.root()).unwrap();
        sealer(&world, &[1]).seal(&c4()).unwrap().unwrap();
        let there = ["call.json", "call.sig", "callee.wav.enc", "caller.mp4.enc"];
        assert_eq!(names(&world, "c4"), there, "{died}");
        assert_eq!(world.found(), [], "{died}");
        for file in listed(&world) {
            let text = content(&world, &file, &vault).unwrap();
            assert_eq!(text, format!("c4 {}", file.name), "{died}");
        }
    }
}

#[test]
fn the_program_decrypts_for_who_has_the_key() {
    let world = world();
    let run = |keys: &[u8]| {
        vault(&world, keys);
        let output = Command::new(env!("CARGO_BIN_EXE_counterpart-node"))
            .arg("decrypt")
            .arg(world.path("c4"))
            .arg("--encrypt-keys")
            .arg(world.folder.path().join("keys"))
            .arg("--out")
            .arg(world.folder.path().join("out"))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text)
    };
    let (code, text) = run(&[1]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("caller.mp4  与清单一致  as listed"), "{text}");
    let content = fs::read_to_string(world.folder.path().join("out/callee.wav"));
    assert_eq!(content.unwrap(), "c4 callee.wav");
    let (code, text) = run(&[2]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("needs the key"), "{text}");
}

#[test]
fn a_list_that_leads_out_of_its_folder_is_refused() {
    let world = world();
    let vault = vault(&world, &[1]);
    world.edit("c4/call.json", |json| {
        json.replace("\"callee.wav\"", "\"../c4/callee.wav\"")
    });
    let out = world.folder.path().join("out");
    let error = decrypt(&world.path("c4"), &vault, &out).unwrap_err();
    assert!(error.to_string().contains("../c4/callee.wav"), "{error}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
}

#[test]
fn what_the_documentation_says_decrypts_without_the_program() {
    let world = World::new();
    // An empty one, and one of several pieces that is as long as they are.
    for (name, content) in [("caller.wav", vec![]), ("callee.wav", vec![7; 131_072])] {
        let folder = CallFolder::create(&world.root(), &c4()).unwrap();
        fs::write(folder.path().join(name), &content).unwrap();
        let add = |open: &mut OpenCall| open.add([finished(name, &content)]);
        OpenCall::update(folder.path(), &c4(), add).unwrap();
    }
    sealer(&world, &[1]).seal(&c4()).unwrap().unwrap();
    let doc = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/evidence.md");
    let doc = fs::read_to_string(doc).unwrap();
    let script = doc.split("```js\n").nth(1).unwrap().split("```").next();
    let folder = world.path("c4");
    fs::copy(world.folder.path().join("keys"), folder.join("keys")).unwrap();
    fs::write(folder.join("decrypt.mjs"), script.unwrap()).unwrap();
    let mut command = Command::new("node");
    let output = command.arg("decrypt.mjs").current_dir(&folder).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(fs::read(folder.join("callee.wav")).unwrap() == vec![7; 131_072]);
    assert!(fs::read(folder.join("caller.wav")).unwrap().is_empty());
}
