//! Chapters, as most players and ffmpeg read them: `chpl` in `udta` (Nero's form; ffmpeg's `mov_read_chpl`).

/// The longest title, in bytes: its length is one byte.
const LONGEST: usize = u8::MAX as usize;
/// The most chapters: their number is one byte.
const MOST: usize = u8::MAX as usize;
/// A millisecond in the unit of `chpl`, which is 100 ns.
const MILLISECOND: u64 = 10_000;

/// What the most and longest chapters take, and the header of the `free` box behind fewer.
pub(crate) const CHAPTER_ROOM: usize = 8 + 8 + 9 + MOST * (8 + 1 + LONGEST) + 8;

/// Where something begins that one may want to jump to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chapter {
    /// From the beginning of the file, in milliseconds.
    pub(crate) at_ms: u64,
    /// What it is; cut to 255 bytes.
    pub(crate) title: String,
}

/// The `udta` box with these chapters; nothing without any.
pub(super) fn udta(chapters: &[Chapter]) -> Vec<u8> {
    let chapters = &chapters[..chapters.len().min(MOST)];
    if chapters.is_empty() {
        return Vec::new();
    }
    // Version 1 without flags, four reserved bytes, how many.
    let mut content = vec![1, 0, 0, 0, 0, 0, 0, 0];
    content.push(chapters.len() as u8);
    for Chapter { at_ms, title } in chapters {
        let end = (0..=LONGEST.min(title.len())).rev();
        let end = end.into_iter().find(|&end| title.is_char_boundary(end));
        let title = &title[..end.unwrap_or(0)];
        content.extend(at_ms.saturating_mul(MILLISECOND).to_be_bytes());
        content.push(title.len() as u8);
        content.extend(title.as_bytes());
    }
    boxed(b"udta", &boxed(b"chpl", &content))
}

/// Puts `last` behind everything else in a box.
pub(super) fn with_last(mut parent: Vec<u8>, last: &[u8]) -> Vec<u8> {
    parent.extend(last);
    let len = (parent.len() as u32).to_be_bytes();
    parent[..4].copy_from_slice(&len);
    parent
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let len = 8 + content.len() as u32;
    [&len.to_be_bytes()[..], kind, content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_pinned() {
        let chapters = [Chapter {
            at_ms: 1_500,
            title: "1. 好".to_owned(),
        }];
        let wanted = b"\0\0\0\x28udta\0\0\0\x20chpl\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\xe4\xe1\xc0\x061. \xe5\xa5\xbd";
        assert_eq!(udta(&chapters), wanted);
        assert!(udta(&[]).is_empty());
    }

    #[test]
    fn a_long_title_is_cut_between_characters() {
        let title = "好".repeat(100);
        let made = udta(&[Chapter { at_ms: 0, title }]);
        assert!(made.ends_with("好".as_bytes()));
        assert_eq!(made.len(), 8 + 8 + 9 + 9 + 255);
    }

    #[test]
    fn many_chapters_are_as_many_as_can_be_counted() {
        let chapter = |at_ms| Chapter {
            at_ms,
            title: String::new(),
        };
        let many: Vec<_> = (0..300).map(chapter).collect();
        assert_eq!(udta(&many)[24], 255);
        let longest = vec![
            Chapter {
                title: "x".repeat(300),
                ..chapter(0)
            };
            300
        ];
        assert_eq!(udta(&longest).len() + 8, CHAPTER_ROOM);
    }
}
