//! The pages as the edge serves them: each under its path, with types, policy and caching; and a page that says so
//! where they are not built.

use anyhow::{Context, Result};
use counterpart_tests::raw::{self, Answer};
use counterpart_tests::system::{Options, System};
use std::fs;

async fn get(system: &System, path: &str) -> Result<Answer> {
    raw::request(system.edge_port(), "GET", path, &[], b"").await
}

async fn serving(files: &[(&str, &str)]) -> Result<(tempfile::TempDir, System)> {
    let folder = tempfile::tempdir()?;
    let mut options = Options::new(folder.path());
    options.pages = folder.path().join("pages");
    if !files.is_empty() {
        fs::create_dir_all(options.pages.join("assets"))?;
    }
    for (name, text) in files {
        fs::write(options.pages.join(name), text)?;
    }
    let system = System::start(options).await?;
    Ok((folder, system))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_file_has_its_type_its_policy_and_its_time() -> Result<()> {
    let (_folder, system) = serving(&[
        ("index.html", "<!doctype html>customer"),
        ("console.html", "<!doctype html>console"),
        ("board.html", "<!doctype html>board"),
        ("assets/console-1f.js", "export {};"),
        ("assets/wire-2e.wasm", "\0asm"),
        ("assets/.hidden.js", "no"),
        ("secret.txt", "no"),
    ])
    .await?;
    for (path, text) in [
        ("/", "customer"),
        ("/console", "console"),
        ("/board", "board"),
    ] {
        let page = get(&system, path).await?;
        assert_eq!(page.status, 200, "{path}: {}", page.head);
        assert!(page.body.ends_with(text), "{path}: {}", page.body);
        let header = |name: &str| page.header(name).unwrap_or_default();
        assert_eq!(header("Content-Type"), "text/html; charset=utf-8");
        assert_eq!(header("Cache-Control"), "no-cache");
        assert_eq!(header("X-Content-Type-Options"), "nosniff");
        let policy = header("Content-Security-Policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
    for (name, kind, text) in [
        (
            "console-1f.js",
            "text/javascript; charset=utf-8",
            "export {};",
        ),
        ("wire-2e.wasm", "application/wasm", "\0asm"),
    ] {
        let file = get(&system, &format!("/assets/{name}")).await?;
        assert_eq!((file.status, file.body.as_str()), (200, text));
        assert_eq!(file.header("Content-Type"), Some(kind));
        let cache = file.header("Cache-Control").context("a time")?;
        assert!(cache.contains("immutable"), "{cache}");
    }
    for path in [
        "/assets/none-00.js",
        "/assets/.hidden.js",
        "/assets/../secret.txt",
        "/assets/..%2fsecret.txt",
        "/assets/",
        "/assets",
        "/secret.txt",
        "/index.html",
    ] {
        let answer = get(&system, path).await?;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert_eq!(answer.json()?["code"], "not_found", "{path}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_built_the_pages_say_so() -> Result<()> {
    let (_folder, system) = serving(&[]).await?;
    for path in ["/", "/console", "/board"] {
        let page = get(&system, path).await?;
        assert_eq!(page.status, 200, "{path}: {}", page.head);
        for part in ["make web", "网页尚未构建", "not built"] {
            assert!(page.body.contains(part), "{path}: {}", page.body);
        }
    }
    let file = get(&system, "/assets/console-1f.js").await?;
    assert_eq!(file.status, 404, "{}", file.body);
    Ok(())
}
