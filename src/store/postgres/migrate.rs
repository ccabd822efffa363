//! Making the tables, and bringing them up to date. Several gates may start at once: one does it, under a
//! lock, and the others find it done.

use tokio_postgres::{Client, Transaction};

use super::address::Address;
use crate::store::StoreError;

/// Numbered, never edited once released.
const MIGRATIONS: [&str; 3] = [
    include_str!("../../../assets/migrations/postgres/0001_first.sql"),
    include_str!("../../../assets/migrations/postgres/0002_queues.sql"),
    include_str!("../../../assets/migrations/postgres/0003_fewer_trees.sql"),
];

/// The number of the advisory lock that whoever migrates holds.
const LOCK: i64 = i64::from_be_bytes(*b"\0signoff");

pub(super) async fn migrate(client: &mut Client, address: &Address) -> Result<(), StoreError> {
    let transaction = client.transaction().await?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await?;
    let found = found(&transaction).await?;
    let known = MIGRATIONS.len();
    is_known(found.into(), address)?;
    if found == 0 {
        transaction
            .batch_execute(
                "CREATE SCHEMA IF NOT EXISTS signoff;
                 CREATE TABLE signoff.schema_version (version BIGINT NOT NULL);
                 INSERT INTO signoff.schema_version VALUES (0)",
            )
            .await
            .map_err(|error| cannot_make(address, &error))?;
    }
    for migration in &MIGRATIONS[found as usize..] {
        transaction.batch_execute(migration).await?;
    }
    let made = known as i64;
    for sql in [
        "UPDATE schema_version SET version = $1",
        "UPDATE head SET schema = $1",
    ] {
        transaction.execute(sql, &[&made]).await?;
    }
    Ok(transaction.commit().await?)
}

/// Which of them were made; 0 where there is nothing of ours yet.
async fn found(transaction: &Transaction<'_>) -> Result<u32, StoreError> {
    let row = transaction
        .query_one(
            "SELECT to_regclass('signoff.schema_version') IS NOT NULL",
            &[],
        )
        .await?;
    match row.try_get(0)? {
        false => Ok(0),
        true => {
            let sql = "SELECT version FROM signoff.schema_version";
            version(&transaction.query_one(sql, &[]).await?)
        }
    }
}

/// Whether the tables are those that this program knows.
pub(super) async fn check(client: &Client, address: &Address) -> Result<(), StoreError> {
    let known = MIGRATIONS.len() as u32;
    let sql = "SELECT version FROM signoff.schema_version";
    let row = client.query_one(sql, &[]).await.map_err(|error| {
        let missing = error.code() == Some(&tokio_postgres::error::SqlState::UNDEFINED_TABLE);
        match missing {
            true => StoreError::Open {
                place: address.to_string(),
                why: "it has no tables of signoff; starting a gate on it once makes them"
                    .to_owned(),
            },
            false => error.into(),
        }
    })?;
    let found = version(&row)?;
    is_known(found.into(), address)?;
    if found < known {
        return Err(StoreError::Open {
            place: address.to_string(),
            why: "it is of an older version; starting a gate on it once brings it up to date"
                .to_owned(),
        });
    }
    Ok(())
}

fn version(row: &tokio_postgres::Row) -> Result<u32, StoreError> {
    let version: i64 = row.try_get(0)?;
    u32::try_from(version).map_err(|_| StoreError::Damaged(format!("its schema is {version}")))
}

/// Nothing is written into tables that a newer program has made.
pub(super) fn is_known(found: u64, address: &Address) -> Result<(), StoreError> {
    let known = MIGRATIONS.len() as u32;
    match found > known.into() {
        false => Ok(()),
        true => Err(StoreError::Newer {
            place: address.to_string(),
            found: u32::try_from(found).unwrap_or(u32::MAX),
            known,
        }),
    }
}

fn cannot_make(address: &Address, error: &tokio_postgres::Error) -> StoreError {
    StoreError::Open {
        place: address.to_string(),
        why: format!(
            "its tables can't be made: {}. The user needs to be its owner, or to hold CREATE on it",
            super::address::causes(error)
        ),
    }
}
