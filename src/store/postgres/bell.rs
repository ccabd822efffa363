//! What somebody's bell tells them.

use tokio_postgres::Row;

use super::positive;
use super::save::signed;
use super::session::{Line, Params};
use crate::domain::id::PersonId;
use crate::domain::lifecycle::Standing;
use crate::store::encode::{raw, read_json};
use crate::store::{Bell, Entry, Rung, StoreError};

pub(super) async fn read(
    from: &Line,
    person: &PersonId,
    only_unseen: bool,
    before: Option<u64>,
    limit: u32,
) -> Result<Bell, StoreError> {
    // One statement, so that the count fits what is listed: the bell, with nothing or something on it.
    let sql = "SELECT b.seen, b.unseen, n.position, n.body, n.standing FROM tallies b
         LEFT JOIN LATERAL (
             SELECT n.position, l.body, r.standing FROM notifications n
             JOIN log l ON l.position = n.position
             LEFT JOIN requests r ON r.id = n.request
             WHERE n.person = b.who AND n.position < $2
                 AND n.position > CASE WHEN $3 THEN b.seen ELSE 0 END
             ORDER BY n.position DESC LIMIT $4
         ) AS n ON TRUE
         WHERE b.who = $1 ORDER BY n.position DESC";
    let before = before.map_or(i64::MAX, signed);
    let values: Params<'_> = &[&person.as_str(), &before, &only_unseen, &i64::from(limit)];
    let rows = from.query(sql, values).await?;
    let Some(first) = rows.first() else {
        return Ok(Bell::default());
    };
    let seen = positive(first.try_get(0)?)?;
    let items = rows.iter().map(|row| rung(row, seen));
    Ok(Bell {
        items: items
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()?,
        seen,
        unseen: positive(first.try_get(1)?)?,
    })
}

/// What a row tells; nothing when the bell is all that there is.
fn rung(row: &Row, seen: u64) -> Result<Option<Rung>, StoreError> {
    let Some(position) = row.try_get::<_, Option<i64>>(2)? else {
        return Ok(None);
    };
    let position = positive(position)?;
    let standing: Option<&str> = row.try_get(4)?;
    let standing: Option<Standing> = standing.map(read_json).transpose()?;
    Ok(Some(Rung {
        entry: Entry {
            position,
            body: raw(row.try_get(3)?)?,
        },
        headline: standing.map(|standing| standing.headline),
        seen: position <= seen,
    }))
}
