//! Whose bell rang, and what they have seen of it.

use super::Written;
use crate::domain::event::{Event, NotificationsSeen};
use crate::domain::id::PersonId;
use crate::store::StoreError;
use crate::store::batch::Batch;
use crate::store::rows::{BellRow, Kept, NotificationRow, Source};

/// Rings for those who are told of an event.
pub(super) fn ring<S: Source>(to: &mut Batch<'_, S>, position: u64, event: &Event) -> Written {
    for person in &event.told {
        to.rows.notifications.push(NotificationRow {
            person: person.clone(),
            position,
            request: event.request,
        });
        bell(to, person)?.unseen += 1;
    }
    Ok(())
}

/// Somebody has seen all up to a position; what they had seen before stays seen.
pub(super) fn seen<S: Source>(to: &mut Batch<'_, S>, seen: &NotificationsSeen) -> Written {
    let bell_seen = bell(to, &seen.by)?.seen.max(seen.through);
    let here = to.rows.notifications.iter();
    let here = here.filter(|rung| rung.person == seen.by && rung.position > bell_seen);
    let unseen = here.count() as u64 + to.source.rung_after(&seen.by, bell_seen)?;
    *bell(to, &seen.by)? = BellRow {
        seen: bell_seen,
        unseen,
    };
    Ok(())
}

/// Somebody's bell, to change it; from now on they have one.
fn bell<'r, S: Source>(
    to: &'r mut Batch<'_, S>,
    person: &PersonId,
) -> Result<&'r mut BellRow, StoreError> {
    if !to.rows.bells.contains_key(person) {
        let read = to.source.bell(person)?;
        let kept = read.map_or_else(|| Kept::new(BellRow::default()), Kept::read);
        to.rows.bells.insert(person.clone(), kept);
    }
    let kept = to.rows.bells.get_mut(person);
    Ok(kept.expect("it was just put there").change())
}
