//! The bytes of a call's pictures: a table of its own beside the machine's rows.

use super::super::core::Core;
use counterpart_shared::id::ImageId;
use worker::{Result, SqlStorageValue};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS pictures (id TEXT PRIMARY KEY, bytes BLOB)";

pub(super) fn write(core: &Core, id: &ImageId, bytes: Vec<u8>) -> Result<()> {
    core.store.sql.exec(TABLE, None)?;
    let sql = "INSERT OR REPLACE INTO pictures VALUES (?, ?)";
    core.store.exec(sql, vec![id.as_str().into(), bytes.into()])
}

/// Of a picture that the machine knows.
pub(super) fn read(core: &Core, id: &ImageId) -> Result<Vec<u8>> {
    let sql = "SELECT bytes FROM pictures WHERE id = ?";
    let found = core.store.sql.exec(sql, vec![id.as_str().into()])?;
    match found
        .raw()
        .next()
        .transpose()?
        .and_then(|mut row| row.pop())
    {
        Some(SqlStorageValue::Blob(bytes)) => Ok(bytes),
        _ => Err(format!("picture '{id}' has no bytes").into()),
    }
}
