//! The History screen: moving, opening, and what to fetch for what is on the screen. Nothing here decides.
//!
//! Decisions that come in are counted; they are fetched when the user goes up to them. A row on which
//! something happens is fetched by itself.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::api::page::Page;
use crate::api::request::Request;
use crate::client::ClientError;
use crate::domain::id::RequestId;
use crate::domain::people::Role;
use crate::tui::action::ActionId;
use crate::tui::effect::{Effect, PageFetch, Part};
use crate::tui::state::document::Document;
use crate::tui::state::history::Then;
use crate::tui::state::list::PAGE;
use crate::tui::state::pending::Pane;
use crate::tui::state::{State, Tab, ToastTone};

use super::{deeds, export, filter, overlay, proof, toast};

/// News of the list within this time are answered by one look.
const REFRESH: Duration = Duration::from_millis(100);

/// A key of this screen.
pub fn act(state: &mut State, action: ActionId, effects: &mut Vec<Effect>) {
    match action {
        ActionId::Open => open(state),
        ActionId::Filter => filter::open(state),
        ActionId::Back if export::stop(state, effects) => {}
        ActionId::Back => match state.history.pane {
            Pane::Detail => state.history.pane = Pane::List,
            Pane::List if !state.history.filter.text.is_empty() => filter::clear(state),
            Pane::List => {}
        },
        ActionId::SwapPane => match state.history.pane {
            Pane::List => open(state),
            Pane::Detail => state.history.pane = Pane::List,
        },
        ActionId::Why => {
            if let Some(id) = state.history.list.focused().map(|row| row.id) {
                overlay::why(state, id, effects);
            }
        }
        ActionId::Undo => deeds::undo(state, effects),
        ActionId::Export => export::ask(state),
        ActionId::Verify => proof::ask(state, effects),
        ActionId::Down => step(state, 1),
        ActionId::Up => step(state, -1),
        ActionId::PageDown => step(state, page_rows(state)),
        ActionId::PageUp => step(state, -page_rows(state)),
        ActionId::First => edge(state, false),
        ActionId::Last => edge(state, true),
        _ => {}
    }
}

fn open(state: &mut State) {
    if state.history.list.focused().is_some() {
        state.history.pane = Pane::Detail;
    }
}

/// As on the Pending screen: nearly a page of what is read, half of one of the list.
fn page_rows(state: &State) -> isize {
    let rows = match state.history.pane {
        Pane::List => state.history_entries() / 2,
        Pane::Detail => state.history_window().1.saturating_sub(2),
    };
    isize::try_from(rows.max(1)).unwrap_or(isize::MAX)
}

/// A click on an entry of the list.
pub fn point(state: &mut State, entry: usize) {
    let entries = state.history_entries();
    state.history.list.point(entry, entries);
}

fn step(state: &mut State, by: isize) {
    match state.history.pane {
        Pane::Detail => scroll(state, by),
        Pane::List => {
            let entries = state.history_entries();
            if by < 0 && state.history.list.focus == 0 && state.history.waiting.count > 0 {
                return fetch_above(state, Then::Up);
            }
            state.history.list.step(by, entries);
        }
    }
}

/// Asks for what came in above the window; the move is made when it is here.
fn fetch_above(state: &mut State, then: Then) {
    let history = &mut state.history;
    history.then = Some(then);
    match history.waiting.count {
        // The window and a page more: the focused row is in it.
        ..=PAGE => history.list.refresh(),
        _ => history.list.restart(),
    }
}

/// Scrolls what was opened.
pub fn scroll(state: &mut State, rows: isize) {
    if let Some(detail) = state.history.reading_mut() {
        detail.scroll_by(rows);
    }
}

fn edge(state: &mut State, end: bool) {
    let entries = state.history_entries();
    match (state.history.pane, end) {
        (Pane::Detail, false) => scroll(state, isize::MIN),
        (Pane::Detail, true) => scroll(state, isize::MAX),
        (Pane::List, false) => {
            state.history.list.first(entries);
            if state.history.waiting.count > 0 {
                fetch_above(state, Then::First);
            }
        }
        (Pane::List, true) => state.history.list.last(entries),
    }
}

/// A page of the list.
pub fn page(state: &mut State, fetch: &PageFetch, result: Result<Page<Request>, ClientError>) {
    // An answer to a question from before the connection broke.
    if state.history.list.asked.as_ref() != Some(fetch) {
        return;
    }
    let entries = state.history_entries();
    match result {
        Ok(page) => {
            let history = &mut state.history;
            history.list.accept(fetch, page, entries);
            if matches!(fetch.part, Part::Top | Part::Window) {
                history.waiting.count -= history.waiting.asked_for.min(history.waiting.count);
                match history.then.take() {
                    Some(Then::First) => history.list.first(entries),
                    Some(Then::Up) => history.list.step(-1, entries),
                    None => {}
                }
            }
        }
        Err(error) => {
            state.history.list.refused();
            toast(state, ToastTone::Bad, error.to_string());
        }
    }
}

/// A request of the window as it is now: its row is brought up to date, and what is read of it if it is
/// open.
pub fn opened(
    state: &mut State,
    id: RequestId,
    result: Result<Box<Request>, ClientError>,
    effects: &mut Vec<Effect>,
) {
    if state.history.details.answered(id, result.is_ok()) {
        effects.push(Effect::FetchOpened(id));
    }
    match result {
        Ok(mut request) => {
            let rows = &mut state.history.list.rows;
            if let Some(row) = rows.iter_mut().find(|row| row.id == id) {
                // A row has no parameters, and they may be large.
                let params = request.params.take();
                *row = (*request).clone();
                request.params = params;
            }
            if is_open(state, id) {
                let document = document(state);
                let now = state.now.elapsed;
                state.history.details.put(*request, now, document);
            }
        }
        Err(error) => toast(state, ToastTone::Bad, error.to_string()),
    }
}

/// Something happened to a request: it may have been decided, run, or taken note of.
pub fn changed(state: &mut State, kind: &str, id: RequestId, effects: &mut Vec<Effect>) {
    if !is_open(state, id) {
        state.history.details.forget(id);
    }
    ask_again(state, id, effects);
    proof::outdated(state, id);
    let history = &mut state.history;
    let known = history.list.rows.iter().any(|row| row.id == id);
    let decided = matches!(
        kind,
        "request.allowed"
            | "request.denied"
            | "request.approved"
            | "request.rejected"
            | "request.answered"
            | "request.expired"
            | "request.cancelled"
    );
    if decided && !known && history.list.loaded {
        history.waiting.count += 1;
    }
}

/// What the list holds of it may be old, and so may what was opened.
pub fn ask_again(state: &mut State, id: RequestId, effects: &mut Vec<Effect>) {
    let history = &mut state.history;
    let known = history.list.rows.iter().any(|row| row.id == id);
    if known && history.details.ask_again(id) {
        effects.push(Effect::FetchOpened(id));
    }
}

fn is_open(state: &State, id: RequestId) -> bool {
    let focused = state.history.list.focused().map(|row| row.id);
    state.history.pane == Pane::Detail && focused == Some(id)
}

/// Everything may have changed.
pub fn look_again(state: &mut State) {
    state.history.list.refresh();
    state.history.details.forget_asked();
}

/// No answer will come to what was asked.
pub fn forget_asked(state: &mut State) {
    state.history.list.forget_asked();
    state.history.details.forget_asked();
    proof::forget_asked(state);
}

/// After every event: list, record and document fit the screen, and what they need is asked for.
pub fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    let entries = state.history_entries();
    state.history.list.clamp(entries);
    if state.history.list.rows.is_empty() {
        state.history.pane = Pane::List;
    }
    let shown = state.tab == Tab::History;
    let opens = shown && !state.history.shown;
    state.history.shown = shown;
    if !shown {
        return;
    }
    if opens && state.history.list.focus == 0 {
        filter::read_again(state);
    }
    // Who comes back to the newest decision finds the newest.
    if opens && state.history.list.focus == 0 && state.history.waiting.count > 0 {
        fetch_above(state, Then::First);
    }
    if state.is_live() {
        fetch(state, entries, effects);
    }
    let (shape, height) = state.history_window();
    match state.history.pane {
        Pane::List => {
            let zone = state.zone.clone();
            let sees_log = state.me.as_ref().and_then(|me| me.role);
            let sees_log = sees_log.is_some_and(Role::sees_everything);
            state.history.fit_record(&zone, shape, sees_log);
        }
        Pane::Detail => {
            let document = document(state);
            if let Some(detail) = state.history.reading_mut() {
                if detail.document.compact != shape.compact {
                    detail.document = document(&detail.request);
                }
                detail.fit(shape, height);
            }
        }
    }
}

fn document(state: &State) -> impl Fn(&Request) -> Document + use<> {
    let zone = state.zone.clone();
    let (shape, _) = state.history_window();
    move |request| Document::new(request, &zone, shape.compact)
}

fn fetch(state: &mut State, entries: usize, effects: &mut Vec<Effect>) {
    let history = &mut state.history;
    let rested = state.now.elapsed >= history.refreshed + REFRESH;
    if let Some(fetch) = history.list.ask(entries, rested) {
        history.refreshed = state.now.elapsed;
        history.waiting.asked_for = history.waiting.count;
        effects.push(Effect::FetchHistory(fetch));
    }
    if history.pane == Pane::Detail
        && let Some(row) = history.list.focused()
        && history.details.ask(row)
    {
        effects.push(Effect::FetchOpened(row.id));
    }
}

/// When the list may be asked for again, if it is to be.
pub fn refresh_due(state: &State) -> Option<Duration> {
    let history = &state.history;
    let waits = state.tab == Tab::History && state.is_live() && history.list.is_stale();
    waits.then(|| history.refreshed + REFRESH)
}
