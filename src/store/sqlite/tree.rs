//! The tree over the log as the database keeps it: beside the head its frontier, moved on by whoever adds to
//! the log in the same commit, and in the log the root that it had after each.

use rusqlite::{Connection, Row, Transaction, params};

use crate::domain::merkle::{Frontier, Hash};
use crate::store::StoreError;

/// The tree as it is.
pub(super) fn read(from: &Connection) -> Result<Frontier, StoreError> {
    read_from(from, "main")
}

/// The tree of one of the databases that are open together.
pub(super) fn read_from(from: &Connection, database: &str) -> Result<Frontier, StoreError> {
    from.prepare_cached(&format!("SELECT size, frontier FROM {database}.head"))?
        .query_row([], |row| Ok(frontier(row, 0)))?
}

/// The tree in a row, whose size is in this column and whose roots are in the next one.
pub(super) fn frontier(row: &Row<'_>, first: usize) -> Result<Frontier, StoreError> {
    let bytes = row.get_ref(first + 1)?;
    let bytes = bytes.as_blob().map_err(rusqlite::Error::from)?;
    Frontier::from_bytes(row.get(first)?, bytes)
        .map_err(|error| StoreError::Damaged(error.to_string()))
}

/// Adds what the log has from a time when no tree was kept.
pub(super) fn catch_up(to: &Transaction<'_>) -> Result<(), StoreError> {
    let mut tree = read(to)?;
    let size = tree.size();
    let position: u64 = to.query_row("SELECT position FROM head", [], |row| row.get(0))?;
    if size > position {
        tracing::error!(
            "the log has {position} entries and its tree {size}; `signoff audit verify` says what is wrong"
        );
    }
    if size >= position {
        return Ok(());
    }
    let mut statement = to.prepare("SELECT leaf FROM log WHERE position > ? ORDER BY position")?;
    let leaves = statement.query_map([size], |row| row.get::<_, Hash>(0))?;
    for leaf in leaves {
        tree.push(leaf?);
    }
    to.execute(
        "UPDATE head SET size = ?, frontier = ?",
        params![tree.size(), tree.to_bytes()],
    )?;
    to.execute(
        "UPDATE log SET root = ? WHERE position = ?",
        params![tree.root(), tree.size()],
    )?;
    Ok(())
}
