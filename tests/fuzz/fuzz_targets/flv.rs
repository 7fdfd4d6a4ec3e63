//! Any body: no panic; what is read is written so that it reads the same. Any file: the same tags in any split.
#![no_main]

use bytes::Bytes;
use counterpart_shared::flv::{
    AudioBody, FlvError, FrameKind, Tag, TagKind, TagReader, VideoBody, classify, file_header,
};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 1 << 16;

fn read(pieces: &[&[u8]]) -> (Vec<Tag>, Option<FlvError>) {
    let mut reader = TagReader::with_limit(LIMIT);
    let mut tags = Vec::new();
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next_tag() {
                Ok(Some(tag)) => tags.push(tag),
                Ok(None) => break,
                Err(error) => return (tags, Some(error)),
            }
        }
    }
    (tags, None)
}

fuzz_target!(|input: (u16, bool, &[u8])| {
    let (cut, header, data) = input;
    let body = Bytes::copy_from_slice(data);
    let kind = classify(TagKind::Video, &body);
    match VideoBody::parse(&body) {
        Ok(video) => {
            assert_eq!(VideoBody::parse(&video.encode()), Ok(video.clone()));
            assert_eq!(VideoBody::parse(&video.encode_enhanced()), Ok(video));
        }
        Err(_) => assert_eq!(kind, FrameKind::Other),
    }
    let kind = classify(TagKind::Audio, &body);
    match AudioBody::parse(&body) {
        Ok(audio) => assert_eq!(AudioBody::parse(&audio.encode()), Ok(audio)),
        Err(_) => assert_eq!(kind, FrameKind::Other),
    }
    let mut file = if header {
        file_header(true, true).to_vec()
    } else {
        Vec::new()
    };
    file.extend(data);
    let (first, rest) = file.split_at(usize::from(cut) % (file.len() + 1));
    let whole = read(&[&file]);
    assert_eq!(read(&[first, rest]), whole);
    let singles: Vec<&[u8]> = file.chunks(1).collect();
    assert_eq!(read(&singles), whole);
});
