//! Which kind of picture some bytes are, by how they begin.

/// A kind that every client shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ISO/IEC 10918-1.
    Jpeg,
    /// RFC 2083.
    Png,
    /// GIF 87a or 89a.
    Gif,
    /// RFC 9649.
    WebP,
}

impl Kind {
    /// What these bytes are, if they are any of them.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let begins = |with: &[u8]| bytes.starts_with(with);
        if begins(b"\xff\xd8\xff") {
            return Some(Self::Jpeg);
        }
        if begins(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if begins(b"GIF87a") || begins(b"GIF89a") {
            return Some(Self::Gif);
        }
        let web_p = begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
        web_p.then_some(Self::WebP)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::Gif => "image/gif",
            Kind::WebP => "image/webp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        for (bytes, wanted) in [
            (&b"\xff\xd8\xff\xe0"[..], Some(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n....", Some(Kind::Png)),
            (b"GIF87a", Some(Kind::Gif)),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Some(Kind::WebP)),
            (b"RIFF\x00\x00\x00\x00WAVE", None),
            (b"RIFF", None),
            (b"\xff\xd8", None),
            (b"<svg xmlns", None),
            (b"", None),
        ] {
            assert_eq!(Kind::of(bytes), wanted, "{bytes:?}");
        }
    }
}
