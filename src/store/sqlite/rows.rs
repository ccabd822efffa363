//! Rows into values.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::event::{Event, Fact};
use crate::domain::id::RequestId;
use crate::domain::people::Holder;
use crate::domain::time::At;
use crate::store::encode::{read_json, read_word};
use crate::store::recent::{Known, Recent};
use crate::store::{Claim, Courtesy, StoreError, Stored};

/// What every query for requests selects; [`read_request`] reads it. The event that asked it is read
/// from the log, where it stands anyway.
pub(super) const REQUEST_COLUMNS: &str = "r.id, r.standing, r.created_at, r.updated_at, r.told_at, \
     r.claimed_by, r.claimed_at, l.body";

/// Where those columns come from.
pub(super) const REQUEST_TABLES: &str = "requests r JOIN log l ON l.position = r.asked";

/// Reads one row of [`REQUEST_COLUMNS`].
pub(super) fn read_request(row: &Row<'_>) -> Result<Stored, StoreError> {
    let id = RequestId::from_bytes(row.get(0)?);
    let body = row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)?;
    let standing = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
    let Fact::Asked(asked) = Event::from_body(body)?.fact else {
        return Err(StoreError::Damaged(format!(
            "the log doesn't say how {id} was asked"
        )));
    };
    Ok(Stored {
        asked: asked.share(),
        standing: Arc::new(read_json(standing)?),
        created_at: At::from_millis(row.get(2)?),
        updated_at: At::from_millis(row.get(3)?),
        told_at: at(row, 4)?,
        claim: courtesy(row, 5)?,
        as_of: None,
    })
}

/// One request. Of one that is known at its newest version only the row is read.
pub(super) fn find_request(
    from: &Connection,
    recent: &Recent,
    id: RequestId,
) -> Result<Option<Stored>, StoreError> {
    if let Some(known) = recent.find(id) {
        let mut statement = from.prepare_cached(
            "SELECT updated_at, told_at, claimed_by, claimed_at FROM requests
             WHERE id = ? AND version = ?",
        )?;
        let mut rows = statement.query(params![id.as_bytes(), known.standing.version])?;
        if let Some(row) = rows.next()? {
            return Ok(Some(Stored {
                asked: known.asked,
                standing: known.standing,
                created_at: known.created_at,
                updated_at: At::from_millis(row.get(0)?),
                told_at: at(row, 1)?,
                claim: courtesy(row, 2)?,
                as_of: None,
            }));
        }
    }
    let mut statement = from.prepare_cached(&format!(
        "SELECT {REQUEST_COLUMNS} FROM {REQUEST_TABLES} WHERE r.id = ?"
    ))?;
    let mut rows = statement.query([id.as_bytes()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let stored = read_request(row)?;
    let bytes = [1, 7].map(|text| {
        row.get_ref(text)
            .map(|text| text.as_str().map_or(0, str::len))
    });
    let [standing, body] = bytes;
    recent.keep(Known::of(&stored, standing? + body?));
    Ok(Some(stored))
}

/// A moment, in milliseconds since 1970.
fn at(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<At>> {
    let millis: Option<i64> = row.get(index)?;
    Ok(millis.map(At::from_millis))
}

/// Who took it on and when they were last heard of, in two columns.
fn courtesy(row: &Row<'_>, index: usize) -> Result<Option<Courtesy>, StoreError> {
    let by = row.get_ref(index)?.as_str_or_null();
    let by = by
        .map_err(rusqlite::Error::from)?
        .map(read_word)
        .transpose()?;
    let claim = by.zip(at(row, index + 1)?);
    Ok(claim.map(|(by, heard_at)| Courtesy { by, heard_at }))
}

/// What a key was used for.
pub(super) fn find_claim(
    from: &Connection,
    holder: &Holder,
    key: &str,
) -> Result<Option<Claim>, StoreError> {
    Ok(from
        .prepare_cached("SELECT fingerprint, target, at FROM claims WHERE holder = ? AND key = ?")?
        .query_row(params![holder.actor().to_string(), key], |row| {
            Ok(Claim {
                holder: holder.clone(),
                key: key.to_owned(),
                fingerprint: row.get(0)?,
                target: row.get(1)?,
                at: At::from_millis(row.get(2)?),
            })
        })
        .optional()?)
}
