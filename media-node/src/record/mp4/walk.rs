//! Going over the boxes of an MP4 file that may end anywhere.

use mp4_atom::{Decode, Moof, Moov};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Largest `moov` or `moof` that is read into memory.
const MAX_BOX: u64 = 16 << 20;

/// Goes over the boxes of a file, one by one.
pub(crate) struct Walk {
    /// Where the next box begins.
    pub(crate) at: u64,
    /// Where the file ends, or what of it may be read.
    pub(crate) len: u64,
}

struct Header {
    kind: [u8; 4],
    start: u64,
    end: u64,
}

impl Walk {
    pub(crate) fn new(file: &mut impl Seek) -> io::Result<Self> {
        let len = file.seek(SeekFrom::End(0))?;
        Ok(Self { at: 0, len })
    }

    /// The next box, if it is whole; steps over it.
    fn header(&mut self, file: &mut (impl Read + Seek)) -> io::Result<Option<Header>> {
        let start = self.at;
        if self.len.saturating_sub(start) < 8 {
            return Ok(None);
        }
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut head)?;
        let [s0, s1, s2, s3, kind @ ..] = head;
        let size = u64::from(u32::from_be_bytes([s0, s1, s2, s3]));
        if size < 8 || size > self.len - start {
            return Ok(None);
        }
        self.at = start + size;
        Ok(Some(Header {
            kind,
            start,
            end: self.at,
        }))
    }

    /// `moov` and where it may be written: up to the end of the `free` box behind it.
    pub(crate) fn moov(
        &mut self,
        file: &mut (impl Read + Seek),
    ) -> io::Result<Option<(Range<u64>, Moov)>> {
        while let Some(header) = self.header(file)? {
            if &header.kind != b"moov" {
                continue;
            }
            let Some(moov) = read::<Moov>(file, &header)? else {
                return Ok(None);
            };
            let behind = self.at;
            let end = match self.header(file)? {
                Some(free) if &free.kind == b"free" => free.end,
                _ => {
                    self.at = behind;
                    behind
                }
            };
            return Ok(Some((header.start..end, moov)));
        }
        Ok(None)
    }

    /// The next `moof` whose `mdat` is whole too, and where it begins.
    pub(crate) fn fragment(
        &mut self,
        file: &mut (impl Read + Seek),
    ) -> io::Result<Option<(u64, Moof)>> {
        let Some(header) = self.header(file)?.filter(|header| &header.kind == b"moof") else {
            return Ok(None);
        };
        let moof = read::<Moof>(file, &header)?;
        let mdat = self.header(file)?.filter(|header| &header.kind == b"mdat");
        Ok(moof
            .filter(|_| mdat.is_some())
            .map(|moof| (header.start, moof)))
    }
}

fn read<T: Decode>(file: &mut (impl Read + Seek), header: &Header) -> io::Result<Option<T>> {
    let size = header.end - header.start;
    if size > MAX_BOX {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(header.start))?;
    let mut bytes = vec![0; size as usize];
    file.read_exact(&mut bytes)?;
    Ok(T::decode(&mut bytes.as_slice()).ok())
}
