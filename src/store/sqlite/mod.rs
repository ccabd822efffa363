//! The store on one SQLite file: one connection writes, a few read beside it (WAL), and nothing else
//! opens the file. SQLite is built in, so its version is ours. Invariant: the file is in WAL mode and
//! every commit is synced, or it isn't used at all.

mod aside;
mod audit;
mod backfill;
mod bell;
mod compare;
mod copy;
mod glance;
mod load;
mod read;
mod rows;
mod save;
mod stats;
mod tree;
mod write;

use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::batch::{Batch, Head};
use super::recent::Recent;
use super::{Store, StoreError};
use crate::domain::event::Event;
use backfill::Backfill;
use load::Tables;

/// Numbered, never edited once released.
const MIGRATIONS: [&str; 7] = [
    include_str!("../../../assets/migrations/sqlite/0001_first.sql"),
    include_str!("../../../assets/migrations/sqlite/0002_standing.sql"),
    include_str!("../../../assets/migrations/sqlite/0003_tree.sql"),
    include_str!("../../../assets/migrations/sqlite/0004_notifications.sql"),
    include_str!("../../../assets/migrations/sqlite/0005_queues.sql"),
    include_str!("../../../assets/migrations/sqlite/0006_requests.sql"),
    include_str!("../../../assets/migrations/sqlite/0007_fewer_trees.sql"),
];

/// The newest of them that leaves the projections empty.
const FOLDS_ANEW: u32 = 2;

/// Readers that may be busy at once; a read is short, so a few keep a few cores busy.
const READERS: usize = 3;

pub(super) use audit::examine;
pub(super) use copy::{Aside, copy, finish, make};
pub(super) use glance::glance;

pub(super) fn open(path: &Path) -> Result<Store, StoreError> {
    let mut writer = connect(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    )?;
    make_safe(&writer, path)?;
    migrate(&mut writer, path)?;
    let backfill = Backfill::beside(&mut writer, path)?;
    let readers = (0..READERS)
        .map(|_| reader(path))
        .collect::<Result<Vec<_>, _>>()?;
    let recent = Recent::default();
    Ok(Store {
        write: Box::new(write::Writer::new(writer, backfill, recent.clone())),
        read: Arc::new(read::Reader::new(readers, recent)),
        others: None,
    })
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, &error))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection
        .execute_batch(
            "PRAGMA busy_timeout = 5000; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY;",
        )
        .map_err(|error| cannot_open(path, &error))?;
    // Else a statement is prepared anew whenever a value is bound that a plan might depend on.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| cannot_open(path, &error))?;
    Ok(connection)
}

/// A connection that only reads. What it keeps of the file is worth nothing after the next commit, so it
/// keeps less than others.
fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection
        .execute_batch("PRAGMA cache_size = -512;")
        .map_err(|error| cannot_open(path, &error))?;
    Ok(connection)
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> StoreError {
    StoreError::Open {
        place: path.display().to_string(),
        why: error.to_string(),
    }
}

/// Sets what durability rests on and reads it back: an answer other than asked for means that a
/// commit could be lost.
fn make_safe(writer: &Connection, path: &Path) -> Result<(), StoreError> {
    let unsafe_because = |why: String| StoreError::Unsafe {
        place: path.display().to_string(),
        why,
    };
    let ask = |pragma: &str| -> Result<String, StoreError> {
        writer
            .query_row(pragma, [], |row| row.get::<_, rusqlite::types::Value>(0))
            .map(|value| match value {
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Integer(number) => number.to_string(),
                other => format!("{other:?}"),
            })
            .map_err(|error| cannot_open(path, &error))
    };
    let mode = ask("PRAGMA journal_mode = WAL")?;
    if mode != "wal" {
        return Err(unsafe_because(format!(
            "its journal mode is {mode}, not wal"
        )));
    }
    writer
        .execute_batch("PRAGMA synchronous = FULL")
        .map_err(|error| cannot_open(path, &error))?;
    let synchronous = ask("PRAGMA synchronous")?;
    if synchronous != "2" {
        return Err(unsafe_because(format!(
            "synchronous is {synchronous}, not 2 (full)"
        )));
    }
    Ok(())
}

fn migrate(writer: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| cannot_open(path, &error);
    let transaction = writer
        .transaction_with_behavior(TransactionBehavior::Exclusive)
        .map_err(failed)?;
    let found: u32 = transaction
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(failed)?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        return Err(StoreError::Newer {
            place: path.display().to_string(),
            found,
            known,
        });
    }
    for migration in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    if (1..FOLDS_ANEW).contains(&found) {
        fold_again(&transaction)?;
    }
    transaction
        .pragma_update(None, "user_version", known)
        .map_err(failed)?;
    tree::catch_up(&transaction)?;
    transaction.commit().map_err(failed)
}

/// Builds the projections anew: a migration leaves them empty where their form has changed.
fn fold_again(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let mut statement = transaction.prepare("SELECT position, body FROM log ORDER BY position")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(1)?;
        follow(transaction, row.get(0)?, &Event::from_body(&body)?)?;
    }
    Ok(())
}

/// Does to the tables what an event of the log did.
fn follow(to: &Transaction<'_>, position: u64, event: &Event) -> Result<(), StoreError> {
    let head = Head {
        position,
        revision: 0,
    };
    let recent = Recent::default();
    let source = Tables {
        from: to,
        recent: &recent,
    };
    let mut batch = Batch::new(source, head);
    batch.follow(position, event)?;
    save::rows(to, &batch.rows)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full,
            _ => StoreError::Failed(Arc::new(error)),
        }
    }
}
