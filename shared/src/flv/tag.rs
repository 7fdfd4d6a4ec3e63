//! The file format around the bodies: one header, then tags (annex E.2, E.3).

use super::FlvError;
use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Bytes of [`file_header`]: the header and the first PreviousTagSize.
pub const FILE_HEADER_LEN: usize = 13;
/// Longest body that a tag can say (24 bits).
pub const MAX_TAG_BODY: usize = 0xFF_FFFF;

const TAG_HEADER_LEN: usize = 11;
/// The shortest header; a longer one is skipped up to this bound, so that nobody makes us wait
/// for gigabytes of header.
const HEADER_MIN: u32 = 9;
const HEADER_MAX: u32 = 1024;

/// What a tag, or an RTMP message, carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TagKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
    /// Script data in AMF0.
    Script,
}

impl TagKind {
    /// The tag type, which is also RTMP's message type id.
    pub fn id(self) -> u8 {
        match self {
            Self::Audio => 8,
            Self::Video => 9,
            Self::Script => 18,
        }
    }

    /// The kind that a tag type or message type id names.
    pub fn from_id(id: u8) -> Option<Self> {
        match id {
            8 => Some(Self::Audio),
            9 => Some(Self::Video),
            18 => Some(Self::Script),
            _ => None,
        }
    }
}

/// One tag: a message with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What the body is.
    pub kind: TagKind,
    /// Milliseconds; wraps after 49 days.
    pub timestamp: u32,
    /// The body; see [`VideoBody`](super::VideoBody) and [`AudioBody`](super::AudioBody).
    pub body: Bytes,
}

impl Tag {
    /// Appends the whole tag with its trailing PreviousTagSize. To write a body without copying
    /// it, send [`tag_header`], the body and [`tag_trailer`] instead.
    pub fn encode(&self, out: &mut BytesMut) -> Result<(), FlvError> {
        let header = tag_header(self.kind, self.timestamp, self.body.len())?;
        out.reserve(header.len() + self.body.len() + 4);
        out.put_slice(&header);
        out.put_slice(&self.body);
        out.put_slice(&tag_trailer(self.body.len()));
        Ok(())
    }
}

/// What a file begins with, the first PreviousTagSize included.
pub fn file_header(audio: bool, video: bool) -> [u8; FILE_HEADER_LEN] {
    let flags = u8::from(audio) << 2 | u8::from(video);
    [b'F', b'L', b'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0]
}

/// What stands before a body of `len` bytes.
pub fn tag_header(
    kind: TagKind,
    timestamp: u32,
    len: usize,
) -> Result<[u8; TAG_HEADER_LEN], FlvError> {
    if len > MAX_TAG_BODY {
        return Err(FlvError::TooLarge {
            len,
            limit: MAX_TAG_BODY,
        });
    }
    let [_, l1, l2, l3] = (len as u32).to_be_bytes();
    let [t0, t1, t2, t3] = timestamp.to_be_bytes();
    Ok([kind.id(), l1, l2, l3, t1, t2, t3, t0, 0, 0, 0])
}

/// What stands behind a body of `len` bytes: PreviousTagSize.
pub fn tag_trailer(len: usize) -> [u8; 4] {
    ((len + TAG_HEADER_LEN) as u32).to_be_bytes()
}

/// Reads a file or an HTTP-FLV answer.
///
/// [`push`](Self::push) what arrives, in any split, then call [`next_tag`](Self::next_tag) until
/// it says `Ok(None)`, which means *more bytes*. An error is final: close the source.
#[derive(Debug)]
pub struct TagReader {
    buffer: BytesMut,
    limit: usize,
    header: Option<Flags>,
}

#[derive(Debug, Clone, Copy)]
struct Flags {
    audio: bool,
    video: bool,
}

impl Default for TagReader {
    fn default() -> Self {
        Self::with_limit(MAX_TAG_BODY)
    }
}

impl TagReader {
    /// A reader that refuses bodies over `limit` bytes, so that memory stays bounded.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            limit,
            header: None,
        }
    }

    /// Takes the next bytes of the source.
    pub fn push(&mut self, data: &[u8]) {
        self.buffer.extend_from_slice(data);
    }

    /// Whether the file header announces sound; `None` before it was read.
    pub fn announces_audio(&self) -> Option<bool> {
        self.header.map(|flags| flags.audio)
    }

    /// Whether the file header announces pictures; `None` before it was read.
    pub fn announces_video(&self) -> Option<bool> {
        self.header.map(|flags| flags.video)
    }

    /// The next whole tag, or `None` until more bytes come.
    pub fn next_tag(&mut self) -> Result<Option<Tag>, FlvError> {
        if self.header.is_none() && !self.read_header()? {
            return Ok(None);
        }
        let Some(head) = self.buffer.first_chunk::<TAG_HEADER_LEN>() else {
            return Ok(None);
        };
        let [id, l1, l2, l3, t1, t2, t3, t0, ..] = *head;
        let kind = TagKind::from_id(id).ok_or(FlvError::TagType(id))?;
        let len = u32::from_be_bytes([0, l1, l2, l3]) as usize;
        if len > self.limit {
            return Err(FlvError::TooLarge {
                len,
                limit: self.limit,
            });
        }
        if self.buffer.len() < TAG_HEADER_LEN + len + 4 {
            return Ok(None);
        }
        self.buffer.advance(TAG_HEADER_LEN);
        let body = self.buffer.split_to(len).freeze();
        // PreviousTagSize is not checked: writers disagree about it and nothing depends on it.
        self.buffer.advance(4);
        Ok(Some(Tag {
            kind,
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            body,
        }))
    }

    fn read_header(&mut self) -> Result<bool, FlvError> {
        if let Some(start) = self.buffer.first_chunk::<4>()
            && start != b"FLV\x01"
        {
            return Err(FlvError::NotFlv(*start));
        }
        let Some(&[_, _, _, _, flags, o0, o1, o2, o3]) = self.buffer.first_chunk::<9>() else {
            return Ok(false);
        };
        let length = u32::from_be_bytes([o0, o1, o2, o3]);
        if !(HEADER_MIN..=HEADER_MAX).contains(&length) {
            return Err(FlvError::HeaderLength(length));
        }
        let whole = length as usize + 4;
        if self.buffer.len() < whole {
            return Ok(false);
        }
        self.buffer.advance(whole);
        self.header = Some(Flags {
            audio: flags & 4 != 0,
            video: flags & 1 != 0,
        });
        Ok(true)
    }
}
