//! The tree over the log as the database keeps it: its frontier, moved on by whoever adds to the log in
//! the same commit, and the root that it had after each.

use rusqlite::{Connection, Transaction, params};

use crate::domain::merkle::{Frontier, Hash};
use crate::store::StoreError;

/// The tree as it is.
pub(super) fn read(from: &Connection) -> Result<Frontier, StoreError> {
    read_from(from, "main")
}

/// The tree of one of the databases that are open together.
pub(super) fn read_from(from: &Connection, database: &str) -> Result<Frontier, StoreError> {
    let (size, bytes): (u64, Vec<u8>) = from
        .prepare_cached(&format!("SELECT size, frontier FROM {database}.tree"))?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Frontier::from_bytes(size, &bytes).map_err(|error| StoreError::Damaged(error.to_string()))
}

/// Adds entries to it.
pub(super) fn extend(
    to: &Transaction<'_>,
    leaves: impl IntoIterator<Item = Hash>,
) -> Result<(), StoreError> {
    let mut tree = read(to)?;
    for leaf in leaves {
        tree.push(leaf);
    }
    to.prepare_cached("UPDATE tree SET size = ?, frontier = ?")?
        .execute(params![tree.size(), tree.to_bytes()])?;
    to.prepare_cached("INSERT INTO tree_heads (size, root) VALUES (?, ?)")?
        .execute(params![tree.size(), tree.root()])?;
    Ok(())
}

/// Adds what the log has from a time when no tree was kept.
pub(super) fn catch_up(to: &Transaction<'_>) -> Result<(), StoreError> {
    let size = read(to)?.size();
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
    let leaves = statement.query_map([size], |row| row.get(0))?;
    extend(to, leaves.collect::<Result<Vec<Hash>, _>>()?)
}
