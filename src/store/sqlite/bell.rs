//! What somebody's bell tells them.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::id::PersonId;
use crate::domain::lifecycle::Standing;
use crate::store::encode::{raw, read_json};
use crate::store::{Bell, Entry, Rung, StoreError};

pub(super) fn read(
    from: &Connection,
    person: &PersonId,
    only_unseen: bool,
    before: Option<u64>,
    limit: u32,
) -> Result<Bell, StoreError> {
    // One snapshot, so that the count fits what is listed.
    let from = from.unchecked_transaction()?;
    let (seen, unseen) = from
        .prepare_cached("SELECT seen, unseen FROM tallies WHERE who = ?")?
        .query_row([person.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .unwrap_or((0, 0));
    let mut statement = from.prepare_cached(
        "SELECT n.position, l.body, r.standing
         FROM notifications n
         JOIN log l ON l.position = n.position
         LEFT JOIN requests r ON r.id = n.request
         WHERE n.person = ?1 AND n.position > ?2 AND n.position < ?3
         ORDER BY n.position DESC LIMIT ?4",
    )?;
    let after = if only_unseen { seen } else { 0 };
    let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
    let mut rows = statement.query(params![person.as_str(), after, before, limit])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        let position = row.get(0)?;
        let standing: Option<String> = row.get(2)?;
        let standing: Option<Standing> = standing.as_deref().map(read_json).transpose()?;
        items.push(Rung {
            entry: Entry {
                position,
                body: raw(row.get(1)?)?,
            },
            headline: standing.map(|standing| standing.headline),
            seen: position <= seen,
        });
    }
    Ok(Bell {
        items,
        seen,
        unseen,
    })
}
