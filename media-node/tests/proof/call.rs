//! A call that is recorded without waiting: its frames say themselves when they arrive.

use crate::record_support::publish_grant;
use counterpart_node::derive::{Heard, Settings, Source, composite, sounds};
use counterpart_node::evidence::{Manifest, NodeKey, Sealer};
use counterpart_node::record::open::{OpenCall, Published};
use counterpart_node::record::{CallFolder, FinishedFile, PartyRecorder};
use counterpart_node::vault::Vault;
use counterpart_shared::flv::{Tag, TagKind, TagReader, classify};
use counterpart_shared::grant::{Grant, Layout};
use counterpart_shared::id::CallId;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use time::UtcOffset;

/// UNIX milliseconds at which all these calls begin.
pub(crate) const T0: u64 = 1_700_000_000_000;
/// White for a picture and a click of 10 ms, once a second.
const FLASH: &str = "color=black:s=320x240:r=25,\
    drawbox=c=white:t=fill:enable='lt(mod(t,1),0.039)'";
const CLICK: &str = "aevalsrc='if(lt(mod(t,1),0.01),0.8*sin(2*PI*1000*t),0)':s=48000";
const SETTINGS: Settings = Settings {
    composite: true,
    zone: UtcOffset::UTC,
    live: 0,
};

/// A message, and when it arrives after the beginning.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) at: u64,
    pub(crate) tag: Tag,
}

pub(crate) struct Call {
    folder: tempfile::TempDir,
    sealer: Sealer,
    vault: Vault,
}

impl Call {
    pub(crate) fn new() -> Self {
        Self::with(Vault::default())
    }

    /// Encrypted, if the vault has a key.
    pub(crate) fn with(vault: Vault) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = NodeKey::load_or_make(&folder.path().join("node.key")).unwrap();
        let root = folder.path().join("recordings");
        Self {
            sealer: Sealer::open(&root, "n1".parse().unwrap(), key)
                .unwrap()
                .with_vault(vault.clone()),
            folder,
            vault,
        }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    /// Where what is made of it lies.
    pub(crate) fn work(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join("c1").join(name)
    }

    /// Records a party whose first message comes `late` ms after the beginning.
    pub(crate) fn party(&mut self, party: &str, late: u64, life: &[Sent]) {
        let folder = CallFolder::create(&self.root(), &id()).unwrap();
        let path = folder.path().to_owned();
        let mut recorder = PartyRecorder::new(folder, party);
        for Sent { at, tag } in life {
            let at = T0 + late + at;
            recorder.tick(at).unwrap();
            recorder
                .push(tag.kind, tag.timestamp, &tag.body, at)
                .unwrap();
        }
        let (files, done) = recorder.finish();
        done.unwrap();
        OpenCall::update(&path, &id(), |open| open.add(files)).unwrap();
    }

    /// Somebody publishes, told of this layout.
    pub(crate) fn published(&self, layout: Layout) {
        let grant = Grant {
            layout,
            ..publish_grant()
        };
        let published = Published { at: T0, grant };
        let add = |open: &mut OpenCall| open.published.push(published);
        OpenCall::update(&self.root().join("c1"), &id(), add).unwrap();
    }

    pub(crate) fn seal(&self) -> Source {
        self.sealer.seal(&id()).unwrap().unwrap();
        Source::read(&self.root().join("c1"), &self.vault)
            .unwrap()
            .unwrap()
    }

    pub(crate) fn files(&self) -> Vec<FinishedFile> {
        let manifests = Manifest::read_all(&self.root().join("c1")).unwrap();
        manifests.into_iter().flat_map(|one| one.files).collect()
    }

    pub(crate) fn composite(&self, source: &Source) -> PathBuf {
        let path = self.folder.path().join("call.mp4");
        let out = Box::new(File::create_new(&path).unwrap());
        composite(source, SETTINGS, ("call.mp4".to_owned(), out)).unwrap();
        path
    }

    /// The sound of the caller, of the callee, and of both.
    pub(crate) fn sounds(&self, source: &Source) -> Vec<Heard> {
        sounds(source, self.folder.path()).unwrap()
    }

    /// A flash and a click every second; each message is some milliseconds on the way, pictures for longer than sound.
    pub(crate) fn clicking(&self, seconds: f64) -> Vec<Sent> {
        let tags = self.made([FLASH, CLICK], seconds, &["-bf", "0", "-g", "50"]);
        let way = |tag: &Tag| match tag.kind {
            TagKind::Video => 90 + tag.timestamp % 7,
            _ => 20 + tag.timestamp % 5,
        };
        let sent = tags.into_iter().map(|tag| Sent {
            at: (tag.timestamp + way(&tag)).into(),
            tag,
        });
        let mut sent: Vec<Sent> = sent.collect();
        sent.sort_by_key(|sent| sent.at);
        sent
    }

    /// The same for an hour, from a device whose sound runs ahead of its timestamps by so many millionths.
    pub(crate) fn hour(&self, per_million: f64) -> Vec<Sent> {
        // 3,000 packets of sound and 1,600 pictures, so that one follows the other without a seam.
        const LOOP_MS: u32 = 64_000;
        let media = [FLASH, CLICK];
        let tags = self.made(
            media,
            f64::from(LOOP_MS) / 1000.0,
            &["-bf", "0", "-g", "250"],
        );
        let of_loop = |tag: &Tag| tag.kind != TagKind::Audio || tag.timestamp < LOOP_MS;
        let tags = tags.into_iter().filter(of_loop);
        let is_config = |tag: &Tag| classify(tag.kind, &tag.body).is_config();
        let (announced, tags): (Vec<Tag>, Vec<Tag>) = tags.partition(is_config);
        let loops = (0..3_600_000 / LOOP_MS).flat_map(|round| {
            let later = move |tag: &Tag| Tag {
                timestamp: tag.timestamp + round * LOOP_MS,
                ..tag.clone()
            };
            tags.iter().map(later).collect::<Vec<_>>()
        });
        let real = |timestamp: u32| (f64::from(timestamp) * (1.0 - per_million / 1e6)) as u32;
        let sent = announced.into_iter().chain(loops).map(|tag| {
            let timestamp = real(tag.timestamp);
            Sent {
                at: timestamp.into(),
                tag: Tag { timestamp, ..tag },
            }
        });
        sent.collect()
    }

    /// Everything that a party can do to its recorder, one after the other.
    pub(crate) fn life(&self, seconds: f64) -> Vec<Sent> {
        let part = seconds / 8.0;
        let part_ms = (part * 1000.0) as u64;
        let sine = "sine=440:r=48000";
        let film = |size: &str, rate: u32, more: &[&str]| {
            let picture = format!("testsrc2=s={size}:r={rate}");
            self.made([&picture, sine], part, more)
        };
        let plain = ["-bf", "0", "-g", "30"];
        let usual = || film("320x240", 15, &plain);
        let without = |kind: TagKind| {
            let mut tags = usual();
            tags.retain(|tag| tag.kind != kind);
            tags
        };
        let parts: [(Vec<Tag>, u32); 8] = [
            // Its sound is announced late.
            (late(usual(), 2_000), 0),
            // Muted.
            (without(TagKind::Audio), 0),
            // The camera off.
            (without(TagKind::Video), 0),
            // Another resolution.
            (film("640x480", 15, &plain), 0),
            (film("640x480", 15, &["-bf", "2", "-g", "30"]), 0),
            // A jump of the timestamps.
            (film("640x480", 15, &plain), 5_000_000),
            // Another publisher, whose time begins anew, after a second and a half.
            (film("640x480", 15, &plain), 0),
            (film("640x480", 30, &plain), 0),
        ];
        let mut life = Vec::new();
        for (number, (tags, jump)) in (0u64..).zip(parts) {
            let away = if number >= 6 { 1_500 } else { 0 };
            let begin = number * part_ms + away;
            let base = if number >= 6 {
                (number - 6) * part_ms
            } else {
                number * part_ms
            };
            for mut tag in tags {
                let at = begin + u64::from(tag.timestamp);
                tag.timestamp += base as u32 + jump;
                life.push(Sent { at, tag });
            }
        }
        life
    }

    /// What ffmpeg makes of a picture and a sound, as a client would send it.
    fn made(&self, [picture, sound]: [&str; 2], seconds: f64, video: &[&str]) -> Vec<Tag> {
        let path = self.folder.path().join("made.flv");
        let status = Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "lavfi", "-i", picture])
            .args(["-f", "lavfi", "-i", sound, "-t", &seconds.to_string()])
            .args([
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-pix_fmt",
                "yuv420p",
            ])
            .args(video)
            .args(["-c:a", "aac", "-b:a", "64k", "-f", "flv"])
            .arg(&path)
            .status();
        assert!(status.unwrap().success());
        tags(&path)
    }
}

/// The same with its sound, and what announces it, from a time on only.
fn late(mut tags: Vec<Tag>, from: u32) -> Vec<Tag> {
    let mut announced = false;
    tags.retain_mut(|tag| {
        if tag.kind == TagKind::Audio && !announced {
            announced = true;
            tag.timestamp = from;
            return true;
        }
        tag.kind != TagKind::Audio || tag.timestamp >= from
    });
    tags.sort_by_key(|tag| tag.timestamp);
    tags
}

fn tags(path: &Path) -> Vec<Tag> {
    let mut reader = TagReader::default();
    reader.push(&std::fs::read(path).unwrap());
    let mut tags = Vec::new();
    while let Some(tag) = reader.next_tag().unwrap() {
        tags.push(tag);
    }
    tags
}

fn id() -> CallId {
    "c1".parse().unwrap()
}
