//! A copy of a database as it is at one moment, taken while it may be in use.

use std::fs::File;
use std::path::Path;

use rusqlite::OpenFlags;

use super::{cannot_open, connect};
use crate::store::StoreError;

/// Copies the database at `from` into the empty file at `to`, and sees to it that it stays there. One
/// snapshot is read, so writers go on meanwhile.
pub(in crate::store) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let place = to.to_str().ok_or_else(|| StoreError::Open {
        path: to.to_owned(),
        why: "its name is not UTF-8 text".to_owned(),
    })?;
    source.execute("VACUUM INTO ?", [place])?;
    source
        .close()
        .map_err(|(_, error)| cannot_open(from, &error))?;
    let synced = File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|error| StoreError::Open {
        path: to.to_owned(),
        why: error.to_string(),
    })
}
