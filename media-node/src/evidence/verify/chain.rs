//! The chain of a folder: are all links there, in their order, up to the head?

use super::finding::{Finding, Kind};
use super::{Given, is_torn};
use crate::evidence::EvidenceError;
use crate::evidence::chain::{CHAIN, HEAD, Head, Link, ZERO};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// The links as they stand in the file, each once.
pub(super) fn read(root: &Path, found: &mut Vec<Finding>) -> Result<Vec<Link>, EvidenceError> {
    let path = root.join(CHAIN);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            found.push(Finding::new(Kind::ChainCut, CHAIN, "chain.jsonl: 0"));
            return Ok(Vec::new());
        }
        other => other.map_err(EvidenceError::disk(&path))?,
    };
    let mut links: Vec<Link> = Vec::new();
    for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let place = format!("{CHAIN}:{}", number + 1);
        if is_torn(line) {
            let detail = format!(
                "{} bytes without an end; the next start of the node cuts them off",
                line.len()
            );
            found.push(Finding::new(Kind::NotSealed, place, detail));
            continue;
        }
        match serde_json::from_slice::<Link>(line) {
            Ok(link) if links.iter().any(|known| known.seq == link.seq) => {
                let detail = format!("seq {} twice", link.seq);
                found.push(Finding::new(Kind::LinkChanged, place, detail));
            }
            Ok(link) => links.push(link),
            Err(error) => found.push(Finding::new(Kind::LinkChanged, place, error.to_string())),
        }
    }
    Ok(links)
}

/// Are they in their order, none missing, each behind the one that it names?
pub(super) fn check(links: &[Link], found: &mut Vec<Finding>) {
    for (line, pair) in links.windows(2).enumerate() {
        if let [before, link] = pair
            && link.seq < before.seq
        {
            let place = format!("{CHAIN}:{}", line + 2);
            let detail = format!(
                "seq {} ({}) behind {} ({})",
                link.seq, link.call, before.seq, before.call
            );
            found.push(Finding::new(Kind::ChainReordered, place, detail));
        }
    }
    let by_seq: BTreeMap<u64, &Link> = links.iter().map(|link| (link.seq, link)).collect();
    let last = by_seq.keys().next_back().copied().unwrap_or(0);
    let mut previous = Some(ZERO);
    for seq in 1..=last {
        let Some(link) = by_seq.get(&seq) else {
            let next = by_seq.get(&(seq + 1)).map_or("?", |link| &link.previous);
            let detail = format!("seq {seq}, sha256 {next}");
            found.push(Finding::new(Kind::CallRemoved, CHAIN, detail));
            previous = None;
            continue;
        };
        if previous.is_some_and(|sha256| sha256 != link.previous) {
            let expected = previous.unwrap_or_default();
            let detail = format!("seq {seq}: previous {}, {expected}", link.previous);
            found.push(Finding::new(
                Kind::LinkChanged,
                format!("{CHAIN} seq {seq}"),
                detail,
            ));
        }
        previous = Some(&link.sha256);
    }
}

/// Does the chain reach what the head says, and what was noted elsewhere?
pub(super) fn check_head(
    root: &Path,
    links: &[Link],
    given: &Given,
    found: &mut Vec<Finding>,
) -> Result<(), EvidenceError> {
    for noted in &given.heads {
        if !links.iter().any(|link| link.sha256 == *noted) {
            let detail = format!("--head {noted}");
            found.push(Finding::new(Kind::ChainCut, CHAIN, detail));
        }
    }
    let path = root.join(HEAD);
    let json = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            found.push(Finding::new(Kind::ChainCut, HEAD, "chain.head: 0"));
            return Ok(());
        }
        other => other.map_err(EvidenceError::disk(&path))?,
    };
    let head: Head = match serde_json::from_slice(&json) {
        Ok(head) => head,
        Err(error) => {
            found.push(Finding::new(Kind::SignatureWrong, HEAD, error.to_string()));
            return Ok(());
        }
    };
    if !given.keys.iter().any(|key| head.verifies(key)) {
        let detail = format!("seq {}, sha256 {}", head.seq, head.sha256);
        found.push(Finding::new(Kind::SignatureWrong, HEAD, detail));
        return Ok(());
    }
    found.extend(against(&head, links));
    Ok(())
}

fn against(head: &Head, links: &[Link]) -> Option<Finding> {
    let last = links.iter().map(|link| link.seq).max().unwrap_or(0);
    if head.seq > last {
        let detail = format!(
            "{HEAD}: seq {}, sha256 {}; {CHAIN}: seq {last}",
            head.seq, head.sha256
        );
        return Some(Finding::new(Kind::ChainCut, HEAD, detail));
    }
    let link = links.iter().find(|link| link.seq == head.seq)?;
    if link.sha256 != head.sha256 {
        let detail = format!("seq {}: {}, {HEAD}: {}", head.seq, link.sha256, head.sha256);
        return Some(Finding::new(
            Kind::LinkChanged,
            format!("{CHAIN} seq {}", link.seq),
            detail,
        ));
    }
    None
}
