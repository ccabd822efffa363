//! Rows into values.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::event::{Event, Fact};
use crate::domain::id::RequestId;
use crate::domain::people::Holder;
use crate::domain::time::At;
use crate::store::encode::{read_json, read_word};
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
    let body: String = row.get(7)?;
    let Fact::Asked(asked) = Event::from_body(&body)?.fact else {
        return Err(StoreError::Damaged(format!(
            "the log doesn't say how {id} was asked"
        )));
    };
    let at = |index| {
        row.get::<_, Option<i64>>(index)
            .map(|at| at.map(At::from_millis))
    };
    let claimed_by: Option<String> = row.get(5)?;
    let claimed_by = claimed_by.as_deref().map(read_word).transpose()?;
    Ok(Stored {
        asked: *asked,
        standing: read_json(&row.get::<_, String>(1)?)?,
        created_at: At::from_millis(row.get(2)?),
        updated_at: At::from_millis(row.get(3)?),
        told_at: at(4)?,
        claim: claimed_by
            .zip(at(6)?)
            .map(|(by, heard_at)| Courtesy { by, heard_at }),
    })
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
