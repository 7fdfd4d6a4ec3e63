//! Where copies go.

use crate::config::Secret;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Where copies go, and how long an answer may take.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The place.
    pub target: Target,
    /// A request that takes longer has failed, and is tried again.
    pub timeout: Duration,
}

/// A place for copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A folder that exists, on another disk.
    Folder(PathBuf),
    /// A bucket.
    S3(S3),
}

/// A bucket of an S3-compatible store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3 {
    /// Its name.
    pub bucket: String,
    /// What all names begin with, without slashes at its ends; may be empty.
    pub prefix: String,
    /// Where the store answers; nothing for Amazon's own.
    pub endpoint: Option<Url>,
    /// Its region.
    pub region: String,
    /// Key id and secret key; nothing for the role of this machine, as Amazon gives it.
    pub key: Option<(String, Secret)>,
}

impl fmt::Display for Target {
    /// As it is configured, without keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::S3(s3) if s3.prefix.is_empty() => write!(f, "s3://{}", s3.bucket),
            Self::S3(s3) => write!(f, "s3://{}/{}", s3.bucket, s3.prefix),
        }
    }
}
