//! A copy of a database as it is at one moment, taken while it may be in use.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::{cannot_open, connect, migrate};
use crate::store::StoreError;

/// Copies the database at `from` into the empty file at `to`, and sees to it that it stays there. One
/// snapshot is read, so writers go on meanwhile.
pub(in crate::store) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let place = to.to_str().ok_or_else(|| StoreError::Open {
        place: to.display().to_string(),
        why: "its name is not UTF-8 text".to_owned(),
    })?;
    source.execute("VACUUM INTO ?", [place])?;
    source
        .close()
        .map_err(|(_, error)| cannot_open(from, &error))?;
    sync(to)
}

fn sync(file: &Path) -> Result<(), StoreError> {
    let synced = File::open(file).and_then(|file| file.sync_all());
    synced.map_err(|error| StoreError::Open {
        place: file.display().to_string(),
        why: error.to_string(),
    })
}

/// Makes the tables in the empty file at `path`, to be filled by somebody else.
pub(in crate::store) fn make(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// Closes a file that was filled, and sees to it that it stays there.
pub(in crate::store) fn finish(filled: Connection, path: &Path) -> Result<(), StoreError> {
    filled
        .close()
        .map_err(|(_, error)| cannot_open(path, &error))?;
    sync(path)
}

/// An empty file that nobody else can read, gone when it is dropped.
pub(in crate::store) struct Aside(PathBuf);

impl Aside {
    pub(in crate::store) fn new() -> Result<Self, StoreError> {
        let name = format!("signoff-{}.db", uuid::Uuid::now_v7());
        let path = std::env::temp_dir().join(name);
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        match made {
            Ok(_) => Ok(Self(path)),
            Err(error) => Err(StoreError::Open {
                place: path.display().to_string(),
                why: error.to_string(),
            }),
        }
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, "could not remove {}", self.0.display());
        }
    }
}
