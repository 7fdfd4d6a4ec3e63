//! An edge whose clock is ahead: the same build, with a `Date` around it that says so. What waits for days can be
//! seen in seconds; alarms still go by the machine's clock, so what they would do must be due at a start.

use crate::system::top;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

const MAIN: &str = r#"(name = "index.js", esModule"#;

/// Writes the configuration of such an edge into `folder`.
///
/// # Errors
/// When the edge is not built, or its configuration has another form.
pub fn config(folder: &Path, by: Duration) -> Result<PathBuf> {
    let (edge, build) = (top()?.join("edge"), folder.join("build"));
    std::fs::create_dir_all(&build)?;
    for name in ["index.js", "index_bg.wasm"] {
        let from = edge.join("build").join(name);
        std::fs::copy(&from, build.join(name))
            .with_context(|| format!("is the edge built (make edge)? {}", from.display()))?;
    }
    std::fs::write(build.join("ahead.js"), script(by))?;
    let config = std::fs::read_to_string(edge.join("workerd.capnp"))?;
    anyhow::ensure!(config.contains(MAIN), "workerd.capnp has another form");
    let ahead = format!(r#"(name = "ahead.js", esModule = embed "build/ahead.js"), {MAIN}"#);
    let path = folder.join("workerd.capnp");
    std::fs::write(&path, config.replacen(MAIN, &ahead, 1))?;
    Ok(path)
}

fn script(by: Duration) -> String {
    format!(
        r#"const Real = Date;
globalThis.Date = class extends Real {{
  constructor(...given) {{
    if (given.length === 0) super(Real.now() + {by});
    else super(...given);
  }}
  static now() {{ return Real.now() + {by}; }}
}};
export * from "index.js";
export {{ default }} from "index.js";
"#,
        by = by.as_millis()
    )
}
