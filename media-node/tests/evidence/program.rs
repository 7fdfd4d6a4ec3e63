//! The program, and a foreign one.

use crate::support::{World, flip};
use counterpart_node::evidence::verify::Kind;
use std::fs;
use std::process::Command;

#[test]
fn the_program_says_it_in_two_languages_and_in_its_exit_code() {
    let world = World::new();
    let program = env!("CARGO_BIN_EXE_counterpart-node");
    let key = world.folder.path().join("node.key");
    let run = |args: &[&str]| {
        let output = Command::new(program).args(args).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, pem) = run(&["public-key", "--key-file", key.to_str().unwrap()]);
    assert_eq!((code, pem), (0, world.key.to_pem()));
    let public = world.folder.path().join("node.pem");
    fs::write(&public, world.key.to_pem()).unwrap();
    let root = world.root();
    let args = [
        "verify",
        root.to_str().unwrap(),
        "--key",
        public.to_str().unwrap(),
    ];
    assert_eq!(run(&args).0, 0);
    flip(&world.path("c2/caller.mp4"), 0);
    let (code, text) = run(&args);
    assert_eq!(code, i32::from(Kind::FileChanged.code()));
    assert!(
        text.contains("c2/caller.mp4") && text.contains("文件内容被改动"),
        "{text}"
    );
    assert_eq!(run(&["verify", "/nowhere"]).0, 3);
}

#[test]
fn openssl_agrees() {
    let world = World::new();
    let public = world.folder.path().join("node.pem");
    fs::write(&public, world.key.to_pem()).unwrap();
    let output = Command::new("openssl")
        .args(["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey"])
        .arg(&public)
        .arg("-in")
        .arg(world.path("c1/call.json"))
        .arg("-sigfile")
        .arg(world.path("c1/call.sig"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let private = world.folder.path().join("node.key");
    let output = Command::new("openssl")
        .args(["pkey", "-pubout", "-in"])
        .arg(&private)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), world.key.to_pem());
}
