//! The place of the copies. Objects are named `PREFIX/NODE/CALL/FILE`.

use super::ArchiveError;
use super::settings::{S3, Settings, Target};
use crate::record::file::hex;
use bytes::Bytes;
use counterpart_shared::id::NodeId;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Object;
use object_store::{ClientOptions, MultipartUpload, ObjectStore, ObjectStoreExt, RetryConfig};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What is sent and read back at once. S3 takes no smaller parts but the last (5 MiB), and at most 10,000
/// of them: 80 GB.
const PART: u64 = 8 << 20;
/// A connection that takes longer to be made has failed.
const CONNECT: Duration = Duration::from_secs(5);

/// A place that copies can be put in and read from.
#[derive(Debug, Clone)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    target: Target,
    node: NodeId,
}

/// Size and SHA-256 (lower-case hex) of a content.
pub(super) type Content = (u64, String);

impl Place {
    /// The node's part of a place. Nothing is asked of a bucket yet; a folder must be there.
    ///
    /// # Errors
    /// When the folder is not there, or the settings make no client.
    pub fn open(settings: &Settings, node: &NodeId) -> Result<Self, ArchiveError> {
        // TLS takes the process's provider. The node has set the same one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store: Arc<dyn ObjectStore> = match &settings.target {
            Target::Folder(path) => {
                if !path.is_dir() {
                    return Err(ArchiveError::NoFolder(path.clone()));
                }
                let folder = LocalFileSystem::new_with_prefix(path);
                let failed = ArchiveError::store(&settings.target.to_string());
                Arc::new(folder.map_err(failed)?.with_fsync(true))
            }
            Target::S3(s3) => Arc::new(bucket(s3, settings.timeout)?),
        };
        Ok(Self {
            store,
            target: settings.target.clone(),
            node: node.clone(),
        })
    }

    /// Whether a folder is there still; a bucket says so itself.
    ///
    /// # Errors
    /// When it is not, perhaps because its disk is not mounted.
    pub(super) fn is_there(&self) -> Result<(), ArchiveError> {
        match &self.target {
            Target::Folder(path) if !path.is_dir() => Err(ArchiveError::NoFolder(path.clone())),
            _ => Ok(()),
        }
    }

    /// What `copies.json` calls it: with the same name it is the same place.
    pub fn name(&self) -> String {
        format!("{}/{}", self.target, self.node)
    }

    /// Copies a file, unless it is there already, and reads the copy back.
    ///
    /// # Errors
    /// When the store refuses, gives something else back, or the file is not what it is said to be.
    pub(super) async fn put_file(
        &self,
        name: &str,
        path: &Path,
        content: &Content,
    ) -> Result<(), ArchiveError> {
        // A process that was killed between copying and noting has left the copy.
        if self.content(name).await?.as_ref() == Some(content) {
            return Ok(());
        }
        let mut file = File::open(path).map_err(ArchiveError::disk(path))?;
        if content.0 <= PART {
            let bytes = read_part(&mut file).map_err(ArchiveError::disk(path))?;
            if content_of(&bytes) != *content {
                return Err(ArchiveError::Damaged(path.to_owned()));
            }
            return self.put(name, bytes).await;
        }
        let object = self.object(name);
        let upload = self.store.put_multipart(&object).await;
        let mut upload = upload.map_err(ArchiveError::store(name))?;
        let sent = send(upload.as_mut(), (name, path), &mut file, content).await;
        if let Err(error) = sent {
            // What the store keeps of it is not lost money if this fails too: a rule of the bucket
            // ends uploads that were begun and not completed.
            let _ = upload.abort().await;
            return Err(error);
        }
        self.check(name, content).await
    }

    /// Writes an object whole and reads it back.
    ///
    /// # Errors
    /// When the store refuses or gives something else back.
    pub(super) async fn put(&self, name: &str, bytes: Bytes) -> Result<(), ArchiveError> {
        let content = content_of(&bytes);
        let put = self.store.put(&self.object(name), bytes.into()).await;
        put.map_err(ArchiveError::store(name))?;
        self.check(name, &content).await
    }

    async fn check(&self, name: &str, content: &Content) -> Result<(), ArchiveError> {
        let found = self.content(name).await?;
        if found.as_ref() == Some(content) {
            return Ok(());
        }
        let (bytes, sha256) = found.unwrap_or_default();
        Err(ArchiveError::Differs {
            object: name.to_owned(),
            found: format!("{bytes} bytes, sha256 {sha256}"),
            expected: format!("{} bytes, sha256 {}", content.0, content.1),
        })
    }

    /// Size and hash of an object as it comes back; nothing if it is not there.
    ///
    /// # Errors
    /// When the store does not answer as one.
    pub async fn content(&self, name: &str) -> Result<Option<(u64, String)>, ArchiveError> {
        let size = match self.store.head(&self.object(name)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            other => other.map_err(ArchiveError::store(name))?.size,
        };
        let mut hash = Sha256::new();
        let mut at = 0;
        while at < size {
            let part = self.read(name, at..size.min(at + PART)).await?;
            if part.is_empty() {
                break;
            }
            hash.update(&part);
            at += part.len() as u64;
        }
        Ok(Some((at, hex(&hash.finalize()))))
    }

    /// Some bytes of an object.
    ///
    /// # Errors
    /// When the store does not give them.
    pub async fn read(&self, name: &str, range: Range<u64>) -> Result<Bytes, ArchiveError> {
        let read = self.store.get_range(&self.object(name), range).await;
        read.map_err(ArchiveError::store(name))
    }

    /// Takes an object away; one that is not there is no error.
    ///
    /// # Errors
    /// When the store refuses.
    pub(super) async fn delete(&self, name: &str) -> Result<(), ArchiveError> {
        match self.store.delete(&self.object(name)).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            other => other.map_err(ArchiveError::store(name)),
        }
    }

    fn object(&self, name: &str) -> Object {
        let prefix = match &self.target {
            Target::Folder(_) => "",
            Target::S3(s3) => &s3.prefix,
        };
        let parts = prefix.split('/').chain([self.node.as_str()]);
        Object::from_iter(parts.chain(name.split('/')).filter(|part| !part.is_empty()))
    }
}

fn bucket(s3: &S3, timeout: Duration) -> Result<impl ObjectStore, ArchiveError> {
    let plain = s3
        .endpoint
        .as_ref()
        .is_some_and(|url| url.scheme() == "http");
    let options = ClientOptions::new()
        .with_timeout(timeout)
        .with_connect_timeout(CONNECT.min(timeout))
        .with_allow_http(plain);
    // The worker tries again by itself, and for as long as it takes.
    let retry = RetryConfig {
        max_retries: 1,
        retry_timeout: timeout,
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        .with_client_options(options)
        .with_retry(retry);
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
    }
    if let Some((id, secret)) = &s3.key {
        builder = builder
            .with_access_key_id(id)
            .with_secret_access_key(secret.reveal());
    }
    let built = builder.build();
    built.map_err(ArchiveError::store(&format!("s3://{}", s3.bucket)))
}

/// Sends a file in parts. One that is not what was sealed is never completed.
async fn send(
    upload: &mut dyn MultipartUpload,
    (name, path): (&str, &Path),
    file: &mut File,
    content: &Content,
) -> Result<(), ArchiveError> {
    let mut hash = Sha256::new();
    let mut sent = 0;
    loop {
        let part = read_part(file).map_err(ArchiveError::disk(path))?;
        if part.is_empty() {
            break;
        }
        hash.update(&part);
        sent += part.len() as u64;
        let put = upload.put_part(part.into()).await;
        put.map_err(ArchiveError::store(name))?;
    }
    if (sent, hex(&hash.finalize())) != *content {
        return Err(ArchiveError::Damaged(path.to_owned()));
    }
    let completed = upload.complete().await;
    completed.map(|_| ()).map_err(ArchiveError::store(name))
}

/// The next part of a file, which is as large as it can be; empty at the end.
fn read_part(file: &mut File) -> std::io::Result<Bytes> {
    let mut part = Vec::new();
    file.take(PART).read_to_end(&mut part)?;
    Ok(part.into())
}

pub(super) fn content_of(bytes: &[u8]) -> Content {
    (bytes.len() as u64, hex(&Sha256::digest(bytes)))
}
