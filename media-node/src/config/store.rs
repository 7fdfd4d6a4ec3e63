//! Settings of the copies, of encryption, of the space that stays free, and of how long recordings are kept.

use super::{ConfigError, Secret, wrong};
use crate::archive::{Retention, S3, Settings, Target, Watermark, free_bytes};
use crate::vault::Vault;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// The most days that recordings can be kept: a century.
const MOST_DAYS: u64 = 36_500;

/// Their flags.
#[derive(Debug, Clone, clap::Args)]
pub struct StoreArgs {
    /// Where sealed recordings are copied to: a folder that exists, or s3://BUCKET/PREFIX. Unless given:
    /// nowhere.
    #[arg(long, env = "COUNTERPART_STORE")]
    pub store: Option<String>,
    /// Where an S3-compatible store answers: http(s)://HOST:PORT. Unless given: Amazon's own.
    #[arg(long, env = "COUNTERPART_STORE_ENDPOINT")]
    pub store_endpoint: Option<String>,
    /// Region of the bucket.
    #[arg(long, env = "COUNTERPART_STORE_REGION", default_value = "us-east-1")]
    pub store_region: String,
    /// Id of the access key. Unless given: the role that Amazon gives this machine.
    #[arg(long, env = "COUNTERPART_STORE_KEY_ID")]
    pub store_key_id: Option<String>,
    /// The secret access key. Better given in the variable than as a flag, which every process can read.
    #[arg(long, env = "COUNTERPART_STORE_SECRET", hide_env_values = true)]
    pub store_secret: Option<Secret>,
    /// A request to the store that takes longer is tried again.
    #[arg(long, env = "COUNTERPART_STORE_MS", default_value_t = 60_000)]
    pub store_ms: u64,
    /// Megabytes of the recordings' disk that stay free: below that, files with a confirmed copy go, the
    /// oldest first; where that is not enough, recording stops.
    #[arg(long, env = "COUNTERPART_MIN_FREE_MB", default_value_t = 512)]
    pub min_free_mb: u64,
    /// Days after which recordings are deleted, here and in the store. Unless given: never.
    #[arg(long, env = "COUNTERPART_RECORD_DAYS")]
    pub record_days: Option<u64>,
    /// File of the keys under which sealed recordings are encrypted, here and in the store: one a line, base64 of 32
    /// bytes; the first encrypts, all decrypt. Only the owner may read it. Unless given: nothing is encrypted.
    #[arg(long, env = "COUNTERPART_ENCRYPT_KEYS")]
    pub encrypt_keys: Option<PathBuf>,
}

impl StoreArgs {
    /// Where copies go.
    pub(super) fn archive(&self) -> Result<Option<Settings>, ConfigError> {
        let Some(store) = &self.store else {
            return Ok(None);
        };
        if self.store_ms == 0 {
            return Err(wrong("store-ms", 0, "must be at least 1"));
        }
        let target = match store.strip_prefix("s3://") {
            Some(rest) => Target::S3(self.bucket(rest)?),
            None if store.contains("://") || store.is_empty() => {
                let reason = "is neither a folder nor s3://BUCKET/PREFIX";
                return Err(wrong("store", store, reason));
            }
            None => Target::Folder(PathBuf::from(store)),
        };
        Ok(Some(Settings {
            target,
            timeout: Duration::from_millis(self.store_ms),
        }))
    }

    fn bucket(&self, rest: &str) -> Result<S3, ConfigError> {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong("store", format!("s3://{rest}"), "names no bucket"));
        }
        let endpoint = self.store_endpoint.as_deref().map(endpoint).transpose()?;
        let key = match (&self.store_key_id, &self.store_secret) {
            (Some(id), Some(secret)) => Some((id.clone(), secret.clone())),
            (None, None) => None,
            (Some(id), None) => return Err(wrong("store-key-id", id, "needs --store-secret")),
            (None, Some(_)) => return Err(wrong("store-secret", "…", "needs --store-key-id")),
        };
        Ok(S3 {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            endpoint,
            region: self.store_region.clone(),
            key,
        })
    }

    /// What stays free.
    pub(super) fn watermark(&self) -> Watermark {
        Watermark {
            min_free: self.min_free_mb.saturating_mul(1 << 20),
            free: free_bytes,
        }
    }

    /// The keys that encrypt; never inside the folder that they protect.
    pub(super) fn vault(&self, record_dir: &Path) -> Result<Vault, ConfigError> {
        let Some(path) = &self.encrypt_keys else {
            return Ok(Vault::default());
        };
        let wrong = |reason: String| wrong("encrypt-keys", path.display(), reason);
        if path.starts_with(record_dir) {
            return Err(wrong(format!(
                "must not be inside {}",
                record_dir.display()
            )));
        }
        Vault::load(path).map_err(|error| wrong(error.to_string()))
    }

    /// How long recordings are kept.
    pub(super) fn retention(&self) -> Result<Option<Retention>, ConfigError> {
        match self.record_days {
            None => Ok(None),
            Some(days @ 1..=MOST_DAYS) => Ok(Some(Retention(Duration::from_secs(days * 86_400)))),
            Some(days) => {
                let reason = format!("must be from 1 to {MOST_DAYS}");
                Err(wrong("record-days", days, reason))
            }
        }
    }
}

fn endpoint(text: &str) -> Result<Url, ConfigError> {
    let wrong = |reason: String| wrong("store-endpoint", text, reason);
    let url = Url::parse(text).map_err(|error| wrong(error.to_string()))?;
    match matches!(url.scheme(), "http" | "https") && url.username().is_empty() {
        true => Ok(url),
        false => Err(wrong("must be http(s)://HOST:PORT".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        args: StoreArgs,
    }

    fn args(given: &[&str]) -> StoreArgs {
        Only::parse_from(["x"].iter().chain(given)).args
    }

    #[test]
    fn a_store_is_a_folder_or_a_bucket() {
        assert!(args(&[]).archive().unwrap().is_none());
        let folder = args(&["--store=/mnt/calls"]).archive().unwrap().unwrap();
        assert_eq!(folder.target, Target::Folder("/mnt/calls".into()));
        let bucket = [
            "--store=s3://calls/a/b/",
            "--store-endpoint=http://[::1]:9000",
            "--store-key-id=id",
            "--store-secret=s3cret",
        ];
        let bucket = args(&bucket).archive().unwrap().unwrap();
        assert_eq!(bucket.target.to_string(), "s3://calls/a/b");
        assert!(!format!("{bucket:?}").contains("s3cret"));
    }

    #[test]
    fn the_keys_that_encrypt_are_read_and_never_inside_the_recordings() {
        let root = Path::new("/r/calls");
        assert!(args(&[]).vault(root).is_ok());
        for path in ["/r/calls/keys", "/nowhere/keys"] {
            let given = format!("--encrypt-keys={path}");
            let error = args(&[&given]).vault(root).unwrap_err();
            assert_eq!((error.flag, &*error.value), ("encrypt-keys", path));
        }
    }

    #[test]
    fn what_cannot_work_is_named_with_its_flag() {
        for (given, flag) in [
            (&["--store=ftp://x"][..], "store"),
            (&["--store=s3:///x"], "store"),
            (&["--store=/x", "--store-ms=0"], "store-ms"),
            (
                &["--store=s3://x", "--store-endpoint=x:9"],
                "store-endpoint",
            ),
            (&["--store=s3://x", "--store-key-id=a"], "store-key-id"),
            (&["--store=s3://x", "--store-secret=a"], "store-secret"),
        ] {
            assert_eq!(args(given).archive().unwrap_err().flag, flag, "{given:?}");
        }
        for days in ["--record-days=0", "--record-days=36501"] {
            let error = args(&[days]).retention().unwrap_err();
            assert_eq!(error.flag, "record-days");
        }
    }
}
