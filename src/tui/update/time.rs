//! When something on the screen changes by itself. With nothing that counts down there is no such time,
//! and the loop sleeps.

use std::time::Duration;

use crate::domain::time::{At, Span};
use crate::tui::state::{Link, State, words};

use super::pending;

/// No text is redrawn more often than this.
const SECOND: Duration = Duration::from_secs(1);

/// When the next tick is due, on the clock that only goes on.
pub fn next_deadline(state: &State) -> Option<Duration> {
    let armed = state.guard.armed.map(|armed| armed.due);
    let toast = state.toast.as_ref().map(|toast| toast.until);
    let refresh = pending::refresh_due(state);
    [armed, toast, refresh, next_words(state)]
        .into_iter()
        .flatten()
        .min()
}

/// When a text about time on the screen becomes another.
fn next_words(state: &State) -> Option<Duration> {
    let now = state.now.wall;
    let entries = state.layout().entries();
    let left = |at: At| words::until_less(at.since(now));
    let passed = |at: At| words::until_more(now.since(at));
    let list = &state.pending.list;
    let deadlines = list
        .on_screen(entries)
        .filter_map(|(_, row)| row.expires_at);
    let older = |at: At| words::until_older(now.since(at));
    let ages = list.focused().map(|row| older(row.created_at));
    let lost = match &state.link {
        Link::Lost { since, .. } => Some(passed(*since)),
        Link::Connecting | Link::Live => None,
    };
    let spans = deadlines
        .filter(|at| *at > now)
        .map(left)
        .chain(ages)
        .chain(lost);
    let soonest = spans.min_by_key(|span: &Span| span.millis())?;
    let wait = Duration::from_millis(u64::try_from(soonest.millis()).unwrap_or_default());
    Some(state.now.elapsed + wait.max(SECOND))
}
