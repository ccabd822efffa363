//! When something on the screen changes by itself. With nothing that counts down there is no such time,
//! and the loop sleeps.

use std::time::Duration;

use crate::api::request::Request;
use crate::domain::time::{At, Span};
use crate::tui::state::pending::LOOKS_FOR;
use crate::tui::state::{Link, State, Tab, words};

use super::{history, opened, pending, settings};

/// No text is redrawn more often than this.
const SECOND: Duration = Duration::from_secs(1);

/// When the next tick is due, on the clock that only goes on.
pub fn next_deadline(state: &State) -> Option<Duration> {
    let armed = state.guard.armed.map(|armed| armed.due);
    let toast = state.toast.as_ref().map(|toast| toast.until);
    let refreshes = [
        pending::refresh_due(state),
        history::refresh_due(state),
        settings::refresh_due(state),
    ];
    let others = [
        next_words(state),
        opened::due(state),
        looking_ends(state),
        state.export_due(),
    ];
    [armed, toast]
        .into_iter()
        .chain(others)
        .chain(refreshes)
        .flatten()
        .min()
}

/// When a text about time on the screen becomes another.
fn next_words(state: &State) -> Option<Duration> {
    let now = state.now.wall;
    let entries = state.entries();
    let left = |at: At| words::until_less(at.since(now));
    let passed = |at: At| words::until_more(now.since(at));
    let list = &state.pending.list;
    let deadlines = list
        .on_screen(entries)
        .flat_map(|(_, row)| [row.expires_at, automatic(row)])
        .flatten();
    let older = |at: At| words::until_older(now.since(at));
    let ages = list.focused().map(|row| older(row.created_at));
    let on_the_line = list.focused().filter(|row| row.calls());
    let on_the_line = on_the_line.map(|row| passed(row.created_at));
    let ends = settings_end(state).map(left);
    let lost = match &state.link {
        Link::Lost { since, .. } => Some(passed(*since)),
        Link::Connecting | Link::Live => None,
    };
    let claim = list.focused().and_then(|row| row.claim.as_ref());
    let claim = claim.map(|claim| claim.until);
    let returns = state.pending.returns.iter().copied();
    let spans = deadlines
        .chain(claim)
        .filter(|at| *at > now)
        .map(left)
        .chain(returns.map(|at| at.since(now)))
        .chain(ages)
        .chain(on_the_line)
        .chain(ends)
        .chain(lost);
    let soonest = spans.min_by_key(|span: &Span| span.millis())?;
    let wait = Duration::from_millis(u64::try_from(soonest.millis()).unwrap_or_default());
    Some(state.now.elapsed + wait.max(SECOND))
}

fn automatic(row: &Request) -> Option<At> {
    row.approves_at()
}

/// When somebody who was looking may have gone.
fn looking_ends(state: &State) -> Option<Duration> {
    let detail = state.pending.reading()?;
    let shown = !detail.looking(state.now.elapsed).is_empty();
    shown.then(|| detail.heard + LOOKS_FOR)
}

/// When the next of one's choices for a conversation ends: it is said on the Settings screen.
fn settings_end(state: &State) -> Option<At> {
    let shown = state.tab == Tab::Settings;
    state
        .settings
        .next_end
        .filter(|end| shown && *end > state.now.wall)
}
