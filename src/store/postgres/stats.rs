//! How the queue does, found by the indexes of what waits and of what was decided.

use tokio_postgres::types::ToSql;

use super::session::Line;
use crate::domain::risk::Risk;
use crate::domain::stats::{LOOKED_THROUGH, SOON, Took, Waiting};
use crate::domain::time::At;
use crate::store::{Audience, Decisions, StoreError};

/// Where the rows are that somebody may see: each once, with the columns of `requests`.
fn visible(audience: &Audience) -> (&'static str, &'static str, String) {
    let person = match audience {
        // A condition that always holds keeps the numbers of the parameters the same.
        Audience::Everybody => return ("requests r WHERE $1 = ''", "r", String::new()),
        Audience::Party(person) => person.to_string(),
        Audience::Reviewer(reviewer) => reviewer.to_string(),
    };
    (
        "parties p JOIN requests r ON r.id = p.request WHERE p.person = $1",
        "p",
        person,
    )
}

pub(super) async fn waiting(
    from: &Line,
    audience: Audience,
    now: At,
) -> Result<Waiting, StoreError> {
    let (visible, side, person) = visible(&audience);
    let sql = format!(
        "SELECT r.risk, r.created_at,
             r.due <= $2 AND (r.standing::json ->> 'expires_at') COLLATE \"C\" <= $3
         FROM {visible} AND {side}.urgency IS NOT NULL"
    );
    let soon = now.plus(SOON);
    let values: [&(dyn ToSql + Sync); 3] = [&person, &soon.millis(), &soon.to_string()];
    let mut waiting = Waiting::default();
    for row in from.query(&sql, &values).await? {
        let risk: i64 = row.try_get(0)?;
        let risk = usize::try_from(risk).ok();
        let risk = risk.and_then(|risk| Risk::ALL.get(risk).copied());
        let risk = risk.ok_or_else(|| StoreError::Damaged("a risk that isn't known".to_owned()))?;
        *waiting.at_risk(risk) += 1;
        let asked = At::from_millis(row.try_get(1)?);
        waiting.oldest = Some(waiting.oldest.map_or(asked, |oldest| oldest.min(asked)));
        // Nothing is due later than it expires; a time in words sorts as it does in numbers.
        let expires_soon: Option<bool> = row.try_get(2)?;
        waiting.expiring += u64::from(expires_soon == Some(true));
    }
    Ok(waiting)
}

/// What people decided after this moment. Much that policy allowed may lie between, so there is an end
/// to looking.
pub(super) async fn decisions(
    from: &Line,
    audience: Audience,
    since: At,
) -> Result<Decisions, StoreError> {
    let (visible, side, person) = visible(&audience);
    let sql = format!(
        "SELECT {side}.decided_at, r.created_at,
             r.status NOT IN ('expired', 'cancelled') AND r.decided_by NOT IN ('clock', 'gate')
         FROM {visible} AND {side}.decided_at > $2 ORDER BY {side}.decided_at DESC LIMIT $3"
    );
    let values: [&(dyn ToSql + Sync); 3] = [&person, &since.millis(), &i64::from(LOOKED_THROUGH)];
    let rows = from.query(&sql, &values).await?;
    let mut found = Decisions {
        since,
        made: Vec::new(),
    };
    for row in &rows {
        let at = At::from_millis(row.try_get(0)?);
        let by_a_person: Option<bool> = row.try_get(2)?;
        if by_a_person == Some(true) {
            found.made.push(Took {
                at,
                after: at.since(At::from_millis(row.try_get(1)?)),
            });
        }
    }
    if rows.len() == LOOKED_THROUGH as usize
        && let Some(last) = rows.last()
    {
        found.since = At::from_millis(last.try_get(0)?);
    }
    Ok(found)
}
