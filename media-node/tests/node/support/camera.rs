//! Real pictures, coded by ffmpeg.

use counterpart_shared::flv::{Tag, TagReader};
use counterpart_shared::rtmp::{Message, MessageKind};
use std::process::Command;

/// What ffmpeg makes of these inputs and options, as messages of a stream.
pub(crate) fn film(arguments: &[&str]) -> Vec<Message> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.flv");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(arguments)
        .args(["-pix_fmt", "yuv420p", "-f", "flv"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let mut reader = TagReader::default();
    reader.push(&std::fs::read(path).unwrap());
    let tags = std::iter::from_fn(|| reader.next_tag().unwrap());
    tags.map(message).collect()
}

fn message(tag: Tag) -> Message {
    Message {
        kind: MessageKind::from(tag.kind.id()),
        stream_id: 1,
        timestamp: tag.timestamp,
        payload: tag.body,
    }
}

/// A film that begins red and ends blue, with one keyframe in the beginning.
pub(crate) fn red_then_blue(size: &str, options: &[&str]) -> Vec<Message> {
    let source = format!("color=red:s={size}:r=25:d=1[a];color=blue:s={size}:r=25:d=1[b]");
    let graph = format!("{source};[a][b]concat=n=2:v=1");
    let mut arguments = vec!["-filter_complex", &graph];
    arguments.extend(["-c:v", "libx264", "-g", "1000", "-sc_threshold", "0"]);
    arguments.extend(options);
    film(&arguments)
}
