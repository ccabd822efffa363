//! The half that commits. One transaction carries a whole batch; a change whose expectations don't
//! hold writes nothing and lets the others pass.

use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::backfill::Backfill;
use super::load::Tables;
use super::{save, tree};
use crate::domain::merkle::Frontier;
use crate::store::batch::{Batch, Head, one_by_one};
use crate::store::recent::Recent;
use crate::store::{Change, Hears, Outcome, StoreError, Write};

pub(super) struct Writer {
    connection: Connection,
    /// Ends when the connection is closed, which is why it comes after it.
    _backfill: Backfill,
    recent: Recent,
}

impl Writer {
    pub(super) fn new(connection: Connection, backfill: Backfill, recent: Recent) -> Self {
        Self {
            connection,
            _backfill: backfill,
            recent,
        }
    }

    fn commit_together(&mut self, batch: &[Change]) -> Result<Vec<Outcome>, StoreError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (before, mut tree) = read_head(&transaction)?;
        let mut together = Batch::new(
            Tables {
                from: &transaction,
                recent: &self.recent,
            },
            before,
        );
        let outcomes = batch
            .iter()
            .map(|change| together.carry_out(change))
            .collect::<Result<Vec<_>, _>>()?;
        let after = together.head;
        if after != before {
            together.grow(&mut tree);
            save::head(&transaction, after, &tree)?;
        }
        save::rows(&transaction, &together.rows)?;
        let rows = together.rows;
        self.recent.unsure(&rows);
        transaction.commit().map_err(commit_failed)?;
        self.recent.committed(batch, rows, after.position);
        Ok(outcomes)
    }
}

impl Write for Writer {
    /// There are no others to hear of.
    fn commit(&mut self, batch: &[Change], _: Hears<'_>) -> Vec<Result<Outcome, StoreError>> {
        match self.commit_together(batch) {
            Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
            Err(error) if error.is_fatal() || batch.len() == 1 => {
                batch.iter().map(|_| Err(error.clone())).collect()
            }
            Err(_) => one_by_one(batch, |change| {
                Ok(self
                    .commit_together(std::slice::from_ref(change))?
                    .remove(0))
            }),
        }
    }

    /// Nobody else writes to the file.
    fn catch_up(&mut self, _: Hears<'_>) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A full disk is found while writing the log: the commit is undone and may be tried again. After any
/// other failure nobody knows what is on the disk.
fn commit_failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Broken(Arc::new(error)),
    }
}

/// Where the log ends, and the tree over it.
fn read_head(transaction: &Transaction<'_>) -> Result<(Head, Frontier), StoreError> {
    let mut statement =
        transaction.prepare_cached("SELECT position, revision, size, frontier FROM head")?;
    let (head, tree) = statement.query_row([], |row| {
        let head = Head {
            position: row.get(0)?,
            revision: row.get(1)?,
        };
        Ok((head, tree::frontier(row, 2)))
    })?;
    Ok((head, tree?))
}
