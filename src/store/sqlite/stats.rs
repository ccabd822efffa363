//! How the queue does, found by the indexes of what waits and of what was decided.

use rusqlite::{Connection, params_from_iter, types::Value};

use crate::domain::risk::Risk;
use crate::domain::stats::{LOOKED_THROUGH, SOON, Took, Waiting};
use crate::domain::time::At;
use crate::store::{Audience, Decisions, StoreError};

/// Where the rows are that somebody may see: each once, with the columns of `requests`.
fn visible(audience: &Audience) -> (&'static str, Option<Value>) {
    let party = match audience {
        Audience::Everybody => return ("requests r WHERE r", None),
        Audience::Party(person) => person.to_string(),
        Audience::Reviewer(reviewer) => reviewer.to_string(),
    };
    (
        "parties p CROSS JOIN requests r ON r.id = p.request WHERE p.person = ? AND p",
        Some(Value::Text(party)),
    )
}

pub(super) fn waiting(
    from: &Connection,
    audience: &Audience,
    now: At,
) -> Result<Waiting, StoreError> {
    let (visible, person) = visible(audience);
    let mut statement = from.prepare_cached(&format!(
        "SELECT r.risk, r.created_at, r.due <= ? AND r.standing ->> 'expires_at' <= ?
         FROM {visible}.urgency IS NOT NULL"
    ))?;
    let soon = now.plus(SOON);
    let soon = [Value::Integer(soon.millis()), Value::Text(soon.to_string())];
    let mut rows = statement.query(params_from_iter(soon.into_iter().chain(person)))?;
    let mut waiting = Waiting::default();
    while let Some(row) = rows.next()? {
        let risk: usize = row.get(0)?;
        let risk = Risk::ALL.get(risk).copied();
        let risk = risk.ok_or_else(|| StoreError::Damaged("a risk that isn't known".to_owned()))?;
        *waiting.at_risk(risk) += 1;
        let asked = At::from_millis(row.get(1)?);
        waiting.oldest = Some(waiting.oldest.map_or(asked, |oldest| oldest.min(asked)));
        // Nothing is due later than it expires; a time in words sorts as it does in numbers.
        let expires_soon: Option<bool> = row.get(2)?;
        waiting.expiring += u64::from(expires_soon == Some(true));
    }
    Ok(waiting)
}

/// What people decided after this moment. Much that policy allowed may lie between, so there is an end
/// to looking.
pub(super) fn decisions(
    from: &Connection,
    audience: &Audience,
    since: At,
) -> Result<Decisions, StoreError> {
    let (visible, person) = visible(audience);
    let side = if person.is_some() { "p" } else { "r" };
    let mut statement = from.prepare_cached(&format!(
        "SELECT {side}.decided_at, r.created_at,
             r.status NOT IN ('expired', 'cancelled') AND r.decided_by NOT IN ('clock', 'gate')
         FROM {visible}.decided_at > ? ORDER BY {side}.decided_at DESC LIMIT ?"
    ))?;
    let values = person
        .into_iter()
        .chain([Value::Integer(since.millis()), LOOKED_THROUGH.into()]);
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Decisions {
        since,
        made: Vec::new(),
    };
    let (mut looked_through, mut last) = (0, since);
    while let Some(row) = rows.next()? {
        looked_through += 1;
        last = At::from_millis(row.get(0)?);
        let by_a_person: Option<bool> = row.get(2)?;
        if by_a_person == Some(true) {
            found.made.push(Took {
                at: last,
                after: last.since(At::from_millis(row.get(1)?)),
            });
        }
    }
    if looked_through == LOOKED_THROUGH {
        found.since = last;
    }
    Ok(found)
}
