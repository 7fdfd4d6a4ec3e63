//! Settings of the recordings.

use super::{ConfigError, wrong};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use time::UtcOffset;

/// The key's file: as given, else beside the folder of the recordings.
pub(crate) fn key_file(record_dir: &Path, given: Option<PathBuf>) -> Result<PathBuf, ConfigError> {
    let beside = || {
        let mut name = record_dir.as_os_str().to_owned();
        name.push(".key");
        PathBuf::from(name)
    };
    let path = given.unwrap_or_else(beside);
    if path.starts_with(record_dir) {
        let reason = format!("must not be inside {}", record_dir.display());
        return Err(wrong("key-file", path.display(), reason));
    }
    Ok(path)
}

/// A time zone like `+08:00`.
pub(super) fn zone(text: &str) -> Result<UtcOffset, ConfigError> {
    let parse = || {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+')?),
        };
        let (hours, minutes) = digits.split_once(':')?;
        let number = |text: &str| text.parse::<i8>().ok().filter(|number| *number >= 0);
        UtcOffset::from_hms(sign * number(hours)?, sign * number(minutes)?, 0).ok()
    };
    parse().ok_or_else(|| wrong("utc-offset", text, "must be like +08:00"))
}

/// The processors of this machine, as far as it says.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_beside_the_recordings_and_never_inside() {
        let root = Path::new("/r/calls");
        assert_eq!(key_file(root, None).unwrap(), Path::new("/r/calls.key"));
        let inside = key_file(root, Some("/r/calls/node.key".into()));
        assert_eq!(inside.unwrap_err().flag, "key-file");
    }
}
