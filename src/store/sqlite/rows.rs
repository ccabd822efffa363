//! Rows into values, and the encodings that both halves share.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::event::{Event, Fact};
use crate::domain::id::RequestId;
use crate::domain::lifecycle::{Execution, Standing};
use crate::domain::people::Holder;
use crate::domain::request::Asked;
use crate::domain::time::At;
use crate::store::{Claim, StoreError, Stored};

/// What every query for requests selects; [`read_request`] reads it. The event that asked it is read
/// from the log, where it stands anyway.
pub(super) const REQUEST_COLUMNS: &str = "r.id, r.version, r.state, r.digest, r.created_at, r.updated_at, \
     r.settlement, r.told_at, r.expires_at, l.body, e.state, e.executor, e.epoch, e.lapses_at";

/// Where those columns come from.
pub(super) const REQUEST_TABLES: &str =
    "requests r JOIN log l ON l.position = r.asked LEFT JOIN executions e ON e.request = r.id";

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

fn read_word<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    read_json(&format!("\"{text}\""))
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Damaged(error.to_string())
}

/// The place of a request among what waits, as bytes that sort: waiting callers first, then risk,
/// then deadline (none last), then age.
pub(super) fn urgency_key(asked: &Asked) -> [u8; 26] {
    let mut key = [0; 26];
    key[0] = u8::from(!asked.waiting);
    key[1] = u8::MAX - asked.risk.level as u8;
    let deadline = asked.expires_at.map_or(i64::MAX, At::millis);
    key[2..10].copy_from_slice(&deadline.to_be_bytes());
    key[10..].copy_from_slice(asked.id.as_bytes());
    key
}

/// Reads one row of [`REQUEST_COLUMNS`], and the rows beside it.
pub(super) fn read_request(from: &Connection, row: &Row<'_>) -> Result<Stored, StoreError> {
    let id = RequestId::from_bytes(row.get(0)?);
    let created_at = At::from_millis(row.get(4)?);
    let body: String = row.get(9)?;
    let Fact::Asked(asked) = Event::from_body(&body)?.fact else {
        return Err(StoreError::Damaged(format!(
            "the log doesn't say how {id} was asked"
        )));
    };
    let settlement: Option<String> = row.get(6)?;
    let execution = row
        .get::<_, Option<String>>(10)?
        .map(|state| read_execution(from, id, row, &state))
        .transpose()?;
    let standing = Standing {
        version: row.get(1)?,
        state: read_word(&row.get::<_, String>(2)?)?,
        agent: asked.agent.clone(),
        digest: read_word(&row.get::<_, String>(3)?)?,
        plan: match asked.plan {
            Some(_) => read_plan(from, id)?,
            None => None,
        },
        expires_at: row.get::<_, Option<i64>>(8)?.map(At::from_millis),
        votes: match asked.plan {
            Some(_) => read_bodies(
                from,
                "SELECT body FROM votes WHERE request = ? ORDER BY plan, step, at, voter",
                id,
            )?,
            None => Vec::new(),
        },
        settled: settlement.as_deref().map(read_json).transpose()?,
        execution,
        executor: asked.executor,
        tells_agent: asked.tells_agent(),
    };
    Ok(Stored {
        asked: *asked,
        standing,
        created_at,
        updated_at: At::from_millis(row.get(5)?),
        told_at: row.get::<_, Option<i64>>(7)?.map(At::from_millis),
    })
}

fn read_execution(
    from: &Connection,
    id: RequestId,
    row: &Row<'_>,
    state: &str,
) -> Result<Execution, StoreError> {
    let epoch: u32 = row.get(12)?;
    Ok(Execution {
        state: read_word(state)?,
        executor: read_word(&row.get::<_, String>(11)?)?,
        epoch,
        lapses_at: row.get::<_, Option<i64>>(13)?.map(At::from_millis),
        attempts: match epoch {
            0 => Vec::new(),
            _ => read_bodies(
                from,
                "SELECT body FROM attempts WHERE request = ? ORDER BY epoch",
                id,
            )?,
        },
    })
}

fn read_plan<T: DeserializeOwned>(
    from: &Connection,
    id: RequestId,
) -> Result<Option<T>, StoreError> {
    from.prepare_cached("SELECT body FROM plans WHERE request = ? ORDER BY revision DESC LIMIT 1")?
        .query_row([id.as_bytes()], |row| row.get::<_, String>(0))
        .optional()?
        .map(|body| read_json(&body))
        .transpose()
}

fn read_bodies<T: DeserializeOwned>(
    from: &Connection,
    query: &str,
    id: RequestId,
) -> Result<Vec<T>, StoreError> {
    let mut statement = from.prepare_cached(query)?;
    let mut rows = statement.query([id.as_bytes()])?;
    let mut bodies = Vec::new();
    while let Some(row) = rows.next()? {
        bodies.push(read_json(&row.get::<_, String>(0)?)?);
    }
    Ok(bodies)
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
