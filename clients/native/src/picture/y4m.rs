//! Pictures of a YUV4MPEG2 file, over and over.

use super::size::{Size, SizeError};
use super::source::{PictureError, Source};
use super::yuv::Picture;
use crate::walltime::WallTime;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The longest header line that is read, so that a file of another kind is not taken into memory.
const MAX_LINE: u64 = 256;

/// A reader that starts again at the end.
#[derive(Debug)]
pub struct Y4m {
    path: PathBuf,
    file: BufReader<File>,
    size: Size,
    /// Where the first picture begins.
    first: u64,
}

impl Y4m {
    /// Opens a file and reads its header.
    pub fn open(path: &Path) -> Result<Self, PictureError> {
        let io = |source| io_error(path, source);
        let mut file = BufReader::new(File::open(path).map_err(io)?);
        let header = read_line(&mut file).map_err(io)?;
        let size = parse_header(&header).map_err(|fault| fault.at(path))?;
        let first = file.stream_position().map_err(io)?;
        let path = path.to_owned();
        Ok(Self {
            path,
            file,
            size,
            first,
        })
    }

    /// Reads the line before a picture; false at the end of the file.
    fn next_header(&mut self) -> Result<bool, PictureError> {
        let line = read_line(&mut self.file).map_err(|e| io_error(&self.path, e))?;
        if line.is_empty() {
            return Ok(false);
        }
        if line.split(' ').next() == Some("FRAME") {
            return Ok(true);
        }
        Err(Fault::Other(format!("'{line}' stands where FRAME should")).at(&self.path))
    }

    fn rewind(&mut self) -> Result<(), PictureError> {
        self.file
            .seek(SeekFrom::Start(self.first))
            .map_err(|e| io_error(&self.path, e))?;
        if self.next_header()? {
            return Ok(());
        }
        Err(Fault::Other("it holds no picture".into()).at(&self.path))
    }
}

impl Source for Y4m {
    fn size(&self) -> Size {
        self.size
    }

    fn fill(&mut self, picture: &mut Picture, _: u64, _: WallTime) -> Result<(), PictureError> {
        if !self.next_header()? {
            self.rewind()?;
        }
        self.file
            .read_exact(picture.data_mut())
            .map_err(|e| io_error(&self.path, e))
    }
}

enum Fault {
    Size(SizeError),
    Other(String),
}

impl Fault {
    fn at(self, path: &Path) -> PictureError {
        match self {
            Fault::Size(error) => error.into(),
            Fault::Other(reason) => PictureError::NotY4m {
                path: path.to_owned(),
                reason,
            },
        }
    }
}

fn io_error(path: &Path, source: io::Error) -> PictureError {
    PictureError::Io {
        path: path.to_owned(),
        source,
    }
}

fn read_line(file: &mut BufReader<File>) -> io::Result<String> {
    let mut line = Vec::new();
    file.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// `YUV4MPEG2 W640 H360 F30:1 Ip A1:1 C420jpeg`; 4:2:0 is the default (mjpegtools' yuv4mpeg(5)).
fn parse_header(line: &str) -> Result<Size, Fault> {
    let mut words = line.split(' ');
    if words.next() != Some("YUV4MPEG2") {
        return Err(Fault::Other("it does not begin with YUV4MPEG2".into()));
    }
    let (mut width, mut height) = (None, None);
    for word in words.filter(|word| word.is_ascii()) {
        let (tag, value) = word.split_at(word.len().min(1));
        match tag {
            "W" => width = value.parse().ok(),
            "H" => height = value.parse().ok(),
            "C" if !value.starts_with("420") || value.starts_with("420p1") => {
                return Err(Fault::Other(format!("its colour space is {value}")));
            }
            _ => {}
        }
    }
    match (width, height) {
        (Some(width), Some(height)) => Size::new(width, height).map_err(Fault::Size),
        _ => Err(Fault::Other(format!("no width and height in '{line}'"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file
    }

    fn two_pictures() -> Vec<u8> {
        let mut content = b"YUV4MPEG2 W128 H192 F25:1 Ip C420jpeg\n".to_vec();
        for grey in [50, 90] {
            content.extend_from_slice(b"FRAME Ip\n");
            content.extend(std::iter::repeat_n(grey, 128 * 192 * 3 / 2));
        }
        content
    }

    #[test]
    fn a_file_begins_again_at_its_end() {
        let file = file(&two_pictures());
        let mut source = Y4m::open(file.path()).unwrap();
        let mut picture = Picture::black(source.size());
        for grey in [50, 90, 50, 90, 50] {
            source
                .fill(&mut picture, 0, WallTime::from_micros(0))
                .unwrap();
            assert!(picture.data_mut().iter().all(|&sample| sample == grey));
        }
    }

    #[test]
    fn a_cut_file_is_an_error() {
        let content = two_pictures();
        let file = file(&content[..content.len() - 1]);
        let mut source = Y4m::open(file.path()).unwrap();
        let mut picture = Picture::black(source.size());
        let mut fill = || source.fill(&mut picture, 0, WallTime::from_micros(0));
        assert!(fill().is_ok());
        assert!(matches!(fill(), Err(PictureError::Io { .. })));
    }

    #[test]
    fn other_files_are_refused_with_the_reason() {
        let long = [b'x'; 1000];
        for (content, reason) in [
            (&b"RIFF"[..], "begin with YUV4MPEG2"),
            (b"", "begin with YUV4MPEG2"),
            (&long, "begin with YUV4MPEG2"),
            (b"YUV4MPEG2 W128\n", "no width and height"),
            (b"YUV4MPEG2 W128 H192 C444\n", "colour space is 444"),
            (b"YUV4MPEG2 W128 H192 C420p10\n", "colour space is 420p10"),
        ] {
            let error = Y4m::open(file(content).path()).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let empty = file(b"YUV4MPEG2 W128 H192\n");
        let mut source = Y4m::open(empty.path()).unwrap();
        let mut picture = Picture::black(source.size());
        let error = source.fill(&mut picture, 0, WallTime::from_micros(0));
        assert!(error.unwrap_err().to_string().contains("no picture"));
    }
}
