//! The Pending screen: moving, reading, deciding; and what to fetch for what is on the screen.

use std::time::Duration;

use crate::api::request::Request;
use crate::domain::review::Remember;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::document::Document;
use crate::tui::state::layout::Mode;
use crate::tui::state::overlay::{About, Overlay};
use crate::tui::state::pending::{Choice, Pane};
use crate::tui::state::{State, ToastTone};

use super::{STALE, decide, deeds, edit, filter, form, guard, marks, overlay, toast};

/// News of the list within this time are answered by one look.
const REFRESH: Duration = Duration::from_millis(100);

/// A key of this screen.
pub fn act(state: &mut State, action: ActionId, effects: &mut Vec<Effect>) {
    match action {
        ActionId::Approve => decide::approve(state, effects),
        ActionId::Reject => decide::ask_reason(state),
        ActionId::Respond => decide::ask_answer(state),
        ActionId::Form => form::open(state),
        ActionId::Edit => edit::open(state, effects),
        ActionId::Undo => deeds::undo(state, effects),
        ActionId::Claim => deeds::claim(state, effects),
        ActionId::Snooze => deeds::ask_how_long(state, effects),
        ActionId::Notify => decide::toggle_notify(state),
        ActionId::Remember => decide::cycle_remember(state),
        ActionId::Why => {
            if let Some(id) = state.pending.list.focused().map(|row| row.id) {
                overlay::why(state, id, effects);
            }
        }
        ActionId::Mark => marks::toggle(state),
        ActionId::ApproveMarked => marks::ask_approval(state),
        ActionId::RejectMarked => marks::ask_reason(state),
        ActionId::Raw => overlay::raw(state),
        ActionId::Past => overlay::past(state, effects),
        ActionId::Filter => filter::open(state),
        ActionId::Open => open(state),
        ActionId::Back => back(state),
        ActionId::SwapPane => match state.pending.pane {
            Pane::List => open(state),
            Pane::Detail => state.pending.pane = Pane::List,
        },
        ActionId::ScrollDown => scroll(state, 1),
        ActionId::ScrollUp => scroll(state, -1),
        ActionId::PageDown => page(state, 1),
        ActionId::PageUp => page(state, -1),
        ActionId::Down => step(state, 1),
        ActionId::Up => step(state, -1),
        ActionId::First => edge(state, false),
        ActionId::Last => edge(state, true),
        _ => {}
    }
}

fn open(state: &mut State) {
    if state.pending.list.focused().is_some() {
        state.pending.pane = Pane::Detail;
    }
}

/// From what is read to the list; there it takes the marks off, then shows the whole list.
fn back(state: &mut State) {
    match state.pending.pane {
        Pane::Detail => {
            state.pending.pane = Pane::List;
            let entries = state.entries();
            state.pending.list.pull_up(entries);
        }
        Pane::List if !state.pending.marks.is_empty() => marks::clear(state),
        Pane::List if !state.pending.filter.text.is_empty() => filter::clear(state),
        Pane::List => {}
    }
}

/// A click on an entry of the list.
pub fn point(state: &mut State, entry: usize) {
    let entries = state.entries();
    state.pending.pane = Pane::List;
    state.pending.list.point(entry, entries);
}

fn step(state: &mut State, by: isize) {
    match state.pending.pane {
        Pane::Detail => scroll(state, by),
        Pane::List => {
            let entries = state.entries();
            state.pending.list.step(by, entries);
        }
    }
}

/// Of the document a page, less two rows to find the place again; of the list, where no document is on the
/// screen, half of one.
fn page(state: &mut State, direction: isize) {
    if state.detail_is_visible() {
        let (_, height) = state.reading_window();
        let rows = height.saturating_sub(2).max(1);
        scroll(
            state,
            direction * isize::try_from(rows).unwrap_or(isize::MAX),
        );
    } else {
        let entries = state.entries();
        let half = isize::try_from((entries / 2).max(1)).unwrap_or(isize::MAX);
        state.pending.list.step(direction * half, entries);
    }
}

/// Scrolls the request that is being read.
pub fn scroll(state: &mut State, rows: isize) {
    if let Some(detail) = state.pending.reading_mut() {
        detail.scroll_by(rows);
    }
}

fn edge(state: &mut State, end: bool) {
    match (state.pending.pane, end) {
        (Pane::Detail, false) => scroll(state, isize::MIN),
        (Pane::Detail, true) => scroll(state, isize::MAX),
        (Pane::List, false) => {
            let entries = state.entries();
            state.pending.list.first(entries);
        }
        (Pane::List, true) => {
            let entries = state.entries();
            state.pending.list.last(entries);
        }
    }
}

/// After every event: the list and the document fit the screen, and what they need is asked for.
pub fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    let entries = state.entries();
    state.pending.list.clamp(entries);
    if state.pending.list.rows.is_empty() {
        state.pending.pane = Pane::List;
    }
    choose(state);
    outdate_overlay(state);
    if state.is_live() {
        fetch(state, entries, effects);
    }
    let (shape, height) = state.reading_window();
    let document = document(state);
    // What is read next is laid out before a key asks for it.
    state.pending.details.lay_out(shape);
    if let Some(detail) = state.pending.reading_mut() {
        if detail.document.compact != shape.compact {
            detail.document = document(&detail.request);
        }
        detail.fit(shape, height);
    }
}

/// Choices are made for one request and no other; one that lasts is kept only as long as it can be seen.
fn choose(state: &mut State) {
    if !state.detail_is_visible() {
        state.pending.choice.remember = Remember::Once;
    }
    let focused = state.pending.list.focused().map(|row| row.id);
    if state.pending.choice.of != focused {
        state.pending.choice = Choice {
            of: focused,
            ..Choice::default()
        };
    }
}

/// A question about something that is no longer so is taken back. A line of text stays until the person
/// leaves it: the rest of their sentence must not become keys that act on something else.
fn outdate_overlay(state: &mut State) {
    let about = match &state.overlay {
        Some(Overlay::Confirm(about)) => *about,
        Some(Overlay::Edited(edited)) => edited.about,
        Some(Overlay::Broken(broken)) => broken.about,
        Some(Overlay::Form(form)) if !form.stale => form.about,
        Some(overlay) => match overlay.line() {
            Some(line) if !line.stale => line.about,
            _ => return,
        },
        None => return,
    };
    let reading = state.pending.reading().map(|detail| &detail.request);
    let same =
        reading.is_some_and(|request| About::of(request) == about && !request.status.decided());
    if same {
        return;
    }
    if let Some(Overlay::Form(form)) = &mut state.overlay {
        form.stale = true;
        return toast(state, ToastTone::Plain, STALE);
    }
    match state.overlay.as_mut().and_then(Overlay::line_mut) {
        Some(line) => line.stale = true,
        None => {
            state.overlay = None;
            guard::hold_off(state);
        }
    }
    toast(state, ToastTone::Plain, STALE);
}

fn fetch(state: &mut State, entries: usize, effects: &mut Vec<Effect>) {
    let rested = state.now.elapsed >= state.refreshed + REFRESH;
    if let Some(fetch) = state.pending.list.ask(entries, rested) {
        state.refreshed = state.now.elapsed;
        effects.push(Effect::FetchPage(fetch));
    }
    let pending = &mut state.pending;
    for row in pending.list.nearby() {
        if pending.details.ask(row) {
            effects.push(Effect::FetchRequest(row.id));
        }
    }
    if let Some(focused) = pending.list.focused() {
        pending.details.touch(focused.id);
    }
}

/// When the list may be asked for again, if it is to be.
pub fn refresh_due(state: &State) -> Option<Duration> {
    let waits = state.is_live() && state.pending.list.is_stale();
    waits.then(|| state.refreshed + REFRESH)
}

/// The document of a request, for the cache.
pub fn document(state: &State) -> impl Fn(&Request) -> Document + use<> {
    let zone = state.zone.clone();
    let compact = state.layout().mode != Mode::Split;
    move |request| Document::new(request, &zone, compact)
}
