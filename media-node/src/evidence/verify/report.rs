//! All findings about a folder, as they are printed.

use super::finding::Finding;
use std::fmt;

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// Faults and notes.
    pub findings: Vec<Finding>,
    /// Calls that were looked at.
    pub calls: usize,
    /// Links of the chain.
    pub links: usize,
    /// Files that were hashed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The newest manifest's hash: note it elsewhere, and give it with `--head` next time.
    pub head: Option<String>,
}

impl Report {
    /// 0 if nothing is wrong, else the code of the gravest fault.
    pub fn code(&self) -> u8 {
        self.faults().min().unwrap_or(0)
    }

    fn faults(&self) -> impl Iterator<Item = u8> {
        let codes = self.findings.iter().map(|finding| finding.kind.code());
        codes.filter(|code| *code > 0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        let (calls, links) = (self.calls, self.links);
        let (files, bytes) = (self.files, self.bytes);
        writeln!(
            f,
            "通话 calls {calls}, 链 links {links}, 文件 files {files}, 字节 bytes {bytes}"
        )?;
        if let Some(head) = &self.head {
            writeln!(f, "链末 head {head}")?;
        }
        match self.faults().count() {
            0 => write!(f, "完整，未被改动  complete and untouched"),
            faults => write!(f, "发现 {faults} 处异常  {faults} faults found"),
        }
    }
}
