//! Whose bell rang, and what they have seen of it.

use super::Written;
use crate::domain::event::{Event, NotificationsSeen};
use crate::store::batch::Batch;
use crate::store::rows::{Bell, NotificationRow, Source};

/// Rings for those who are told of an event.
pub(super) fn ring<S: Source>(to: &mut Batch<'_, S>, position: u64, event: &Event) -> Written {
    for person in &event.told {
        to.rows.notifications.push(NotificationRow {
            person: person.clone(),
            position,
            request: event.request,
        });
        match to.rows.bells.get_mut(person) {
            Some(bell) => bell.unseen += 1,
            None => {
                let tally = to.rows.tallies.entry(person.to_string());
                tally.or_default().unseen += 1;
            }
        }
    }
    Ok(())
}

/// Somebody has seen all up to a position; what they had seen before stays seen.
pub(super) fn seen<S: Source>(to: &mut Batch<'_, S>, seen: &NotificationsSeen) -> Written {
    let person = &seen.by;
    let before = match to.rows.bells.get(person) {
        Some(bell) => bell.seen,
        None => to.source.seen(person)?.unwrap_or_default(),
    };
    let seen = before.max(seen.through);
    let here = to.rows.notifications.iter();
    let here = here.filter(|rung| rung.person == *person && rung.position > seen);
    let unseen = here.count() as u64 + to.source.rung_after(person, seen)?;
    to.rows.bells.insert(person.clone(), Bell { seen, unseen });
    Ok(())
}
