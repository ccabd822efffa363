//! The half that commits. One transaction carries a whole batch; a change whose expectations don't
//! hold writes nothing and lets the others pass.

use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, params};

use super::{project, rows, tree};
use crate::domain::id::RequestId;
use crate::domain::merkle::Hash;
use crate::store::{Change, Checkpoint, Claim, Expect, Outcome, Payload, StoreError, Write};

pub(super) struct Writer {
    connection: Connection,
}

/// Where the log and the workspace are, as a transaction moves them on.
struct Head {
    position: u64,
    revision: u64,
    /// The entries that the transaction has added to the log.
    leaves: Vec<Hash>,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    fn commit_together(&mut self, batch: &[Change]) -> Result<Vec<Outcome>, StoreError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut head = read_head(&transaction)?;
        let before = head.position;
        let outcomes = batch
            .iter()
            .map(|change| carry_out(&transaction, change, &mut head))
            .collect::<Result<Vec<_>, _>>()?;
        if head.position != before {
            transaction
                .prepare_cached("UPDATE head SET position = ?, revision = ?")?
                .execute(params![head.position, head.revision])?;
            tree::extend(&transaction, head.leaves)?;
        }
        transaction.commit().map_err(commit_failed)?;
        Ok(outcomes)
    }
}

impl Write for Writer {
    fn commit(&mut self, batch: &[Change]) -> Vec<Result<Outcome, StoreError>> {
        match self.commit_together(batch) {
            Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
            Err(error) if error.is_fatal() || batch.len() == 1 => {
                batch.iter().map(|_| Err(error.clone())).collect()
            }
            // Nothing of the batch was changed. One at a time, only what can't be done fails.
            Err(_) => batch
                .iter()
                .flat_map(|change| self.commit(std::slice::from_ref(change)))
                .collect(),
        }
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

fn read_head(transaction: &Transaction<'_>) -> Result<Head, StoreError> {
    Ok(transaction
        .prepare_cached("SELECT position, revision FROM head")?
        .query_row([], |row| {
            Ok(Head {
                position: row.get(0)?,
                revision: row.get(1)?,
                leaves: Vec::new(),
            })
        })?)
}

fn carry_out(
    transaction: &Transaction<'_>,
    change: &Change,
    head: &mut Head,
) -> Result<Outcome, StoreError> {
    if let Some(claim) = &change.claim
        && let Some(earlier) = rows::find_claim(transaction, &claim.holder, &claim.key)?
        && earlier.is_alive(claim.at)
    {
        return Ok(Outcome::Repeated(earlier));
    }
    for expected in &change.expect {
        let holds = match expected {
            Expect::Workspace { revision } => *revision == head.revision,
            Expect::Request { id, version } => move_version(transaction, change, id, *version)?,
        };
        if !holds {
            return Ok(Outcome::Lost);
        }
    }
    if let Some(claim) = &change.claim {
        save_claim(transaction, claim)?;
    }
    let first = head.position + 1;
    for recorded in &change.events {
        head.position += 1;
        head.leaves.push(recorded.leaf);
        head.revision += u64::from(recorded.event.fact.changes_workspace());
        transaction
            .prepare_cached("INSERT INTO log (position, body, leaf) VALUES (?, ?, ?)")?
            .execute(params![head.position, recorded.body.text(), recorded.leaf])?;
        project::event(transaction, head.position, &recorded.event)?;
    }
    if let Some(payload) = &change.payload {
        save_payload(transaction, payload)?;
    }
    if let Some((id, checkpoint)) = &change.checkpoint {
        save_checkpoint(transaction, id, checkpoint)?;
    }
    Ok(Outcome::Done { position: first })
}

/// The compare-and-set that everything rests on: of several changes meant for one version, one wins.
/// It comes last among the expectations, since it is the only one that writes.
fn move_version(
    transaction: &Transaction<'_>,
    change: &Change,
    id: &RequestId,
    version: u32,
) -> Result<bool, StoreError> {
    let steps = change
        .events
        .iter()
        .filter(|recorded| recorded.event.fact.moves_request())
        .count();
    let moved = transaction
        .prepare_cached(
            "UPDATE requests SET version = version + ?3 WHERE id = ?1 AND version = ?2",
        )?
        .execute(params![id.as_bytes(), version, steps])?;
    Ok(moved == 1)
}

fn save_payload(transaction: &Transaction<'_>, payload: &Payload) -> Result<(), StoreError> {
    transaction
        // Going back to parameters that were there before, byte for byte or not, keeps the first ones.
        .prepare_cached(
            "INSERT OR IGNORE INTO payloads (request, digest, params) VALUES (?, ?, ?)",
        )?
        .execute(params![
            payload.request.as_bytes(),
            payload.digest.to_string(),
            payload.params.text(),
        ])?;
    Ok(())
}

fn save_checkpoint(
    transaction: &Transaction<'_>,
    id: &RequestId,
    checkpoint: &Checkpoint,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO checkpoints (request, media, body) VALUES (?, ?, ?)",
        )?
        .execute(params![
            id.as_bytes(),
            checkpoint.media,
            &checkpoint.bytes[..]
        ])?;
    Ok(())
}

fn save_claim(transaction: &Transaction<'_>, claim: &Claim) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO claims (holder, key, fingerprint, target, at) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            claim.holder.actor().to_string(),
            claim.key,
            claim.fingerprint,
            claim.target,
            claim.at.millis()
        ])?;
    Ok(())
}
