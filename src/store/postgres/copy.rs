//! A copy of a database in a file of SQLite, as it is at one moment: the tables are the same there. It is
//! how a shared database is backed up and examined.

use std::pin::pin;

use futures_util::TryStreamExt;
use rusqlite::{Connection, params_from_iter, types::Value};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::address::Address;
use super::migrate;
use super::session::Session;
use crate::store::StoreError;

/// Every table, in an order in which they can be filled.
const TABLES: [&str; 15] = [
    "log",
    "head",
    "records",
    "requests",
    "payloads",
    "checkpoints",
    "claims",
    "parties",
    "recipients",
    "acquaintances",
    "owners",
    "notices",
    "policies",
    "tallies",
    "notifications",
];

/// Fills the tables of a database that was just made. Gates go on meanwhile.
pub(in crate::store) async fn into(address: &Address, to: &Connection) -> Result<(), StoreError> {
    let session = Session::open(address).await?;
    migrate::check(&session.client, address).await?;
    let client = &session.client;
    // A long copy is no idle gate.
    client
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .await?;
    to.execute_batch("BEGIN; DELETE FROM head")?;
    for table in TABLES {
        one(client, table, to).await?;
    }
    to.execute_batch("COMMIT")?;
    Ok(client.batch_execute("COMMIT").await?)
}

async fn one(from: &Client, table: &str, to: &Connection) -> Result<(), StoreError> {
    // Only here does the head say which tables it belongs to.
    let columns = if table == "head" {
        "position, revision, size, frontier"
    } else {
        "*"
    };
    let statement = from
        .prepare(&format!("SELECT {columns} FROM {table}"))
        .await?;
    let columns: Vec<&str> = statement
        .columns()
        .iter()
        .map(tokio_postgres::Column::name)
        .collect();
    let marks = vec!["?"; columns.len()].join(", ");
    let insert = format!(
        "INSERT INTO {table} ({}) VALUES ({marks})",
        columns.join(", ")
    );
    let none: [&i64; 0] = [];
    let rows = from.query_raw(&statement, none).await?;
    let mut rows = pin!(rows);
    while let Some(row) = rows.try_next().await? {
        let values = (0..columns.len()).map(|at| value(&row, at));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        to.prepare_cached(&insert)?
            .execute(params_from_iter(values))?;
    }
    Ok(())
}

fn value(row: &Row, at: usize) -> Result<Value, StoreError> {
    Ok(match *row.columns()[at].type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(at)?.into(),
        Type::BOOL => row.try_get::<_, Option<bool>>(at)?.map(i64::from).into(),
        Type::TEXT => row.try_get::<_, Option<String>>(at)?.into(),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.into(),
        ref other => {
            return Err(StoreError::Damaged(format!("a column of type {other}")));
        }
    })
}
