//! Rows into values, and the encodings that both halves share.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::event::{Event, Fact};
use crate::domain::id::RequestId;
use crate::domain::lifecycle::Standing;
use crate::domain::people::Holder;
use crate::domain::time::At;
use crate::store::{Claim, Courtesy, StoreError, Stored};

/// What every query for requests selects; [`read_request`] reads it. The event that asked it is read
/// from the log, where it stands anyway.
pub(super) const REQUEST_COLUMNS: &str = "r.id, r.standing, r.created_at, r.updated_at, r.told_at, \
     r.claimed_by, r.claimed_at, l.body";

/// Where those columns come from.
pub(super) const REQUEST_TABLES: &str = "requests r JOIN log l ON l.position = r.asked";

/// A value as JSON text.
pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(unreadable)
}

/// A value from its JSON text.
pub(super) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(unreadable)
}

/// A value whose JSON is one string, without the quotes.
pub(super) fn word(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

pub(super) fn read_word<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    read_json(&format!("\"{text}\""))
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Damaged(error.to_string())
}

/// The place of a request among what waits, as bytes that sort: waiting callers first, then risk,
/// then deadline (none last), then age.
pub(super) fn urgency_key(id: RequestId, waiting: bool, standing: &Standing) -> [u8; 26] {
    let mut key = [0; 26];
    key[0] = u8::from(!waiting);
    key[1] = u8::MAX - standing.risk.level as u8;
    let deadline = standing.expires_at.map_or(i64::MAX, At::millis);
    key[2..10].copy_from_slice(&deadline.to_be_bytes());
    key[10..].copy_from_slice(id.as_bytes());
    key
}

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
