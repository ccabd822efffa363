//! Whose bell rang, and what they have seen of it.

use rusqlite::{Transaction, params};

use super::Written;
use crate::domain::event::{Event, NotificationsSeen};
use crate::domain::id::RequestId;

/// Rings for those who are told of an event.
pub(super) fn ring(to: &Transaction<'_>, position: u64, event: &Event) -> Written {
    for person in &event.told {
        let request = event.request.as_ref().map(RequestId::as_bytes);
        to.prepare_cached(
            "INSERT INTO notifications (person, position, request) VALUES (?, ?, ?)",
        )?
        .execute(params![person.as_str(), position, request])?;
        to.prepare_cached(
            "INSERT INTO bells (person, seen, unseen) VALUES (?, 0, 1)
             ON CONFLICT (person) DO UPDATE SET unseen = unseen + 1",
        )?
        .execute([person.as_str()])?;
    }
    Ok(())
}

/// Somebody has seen all up to a position; what they had seen before stays seen.
pub(super) fn seen(to: &Transaction<'_>, seen: &NotificationsSeen) -> Written {
    to.prepare_cached(
        "INSERT INTO bells (person, seen, unseen) VALUES (?1, ?2, 0)
         ON CONFLICT (person) DO UPDATE SET seen = max(seen, excluded.seen)",
    )?
    .execute(params![seen.by.as_str(), seen.through])?;
    to.prepare_cached(
        "UPDATE bells SET unseen = (SELECT count(*) FROM notifications n
             WHERE n.person = bells.person AND n.position > bells.seen) WHERE person = ?",
    )?
    .execute([seen.by.as_str()])?;
    Ok(())
}
