//! `/`: the list narrowed to what is looked for, live while it is typed.

use crate::tui::query::{self, Query};
use crate::tui::state::field::Field;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{State, ToastTone};

use super::{guard, toast};

/// `/`
pub fn open(state: &mut State) {
    let text = state.pending.filter.text.clone();
    state.overlay = Some(Overlay::Filter(Field::of(text)));
}

/// After every event: what is typed is what the list shows. What can't be asked leaves it as it is.
pub fn settle(state: &mut State) {
    let Some(Overlay::Filter(field)) = &state.overlay else {
        return;
    };
    if field.text != state.pending.filter.text {
        let text = field.text.clone();
        take(state, text, true);
    }
}

/// Enter: it stays.
pub fn keep(state: &mut State) {
    let Some(Overlay::Filter(field)) = &state.overlay else {
        return;
    };
    let text = field.text.trim().to_owned();
    take(state, text, false);
    if state.pending.filter.why_not.is_none() {
        close(state);
    }
}

/// `esc`: everything is shown again.
pub fn clear(state: &mut State) {
    take(state, String::new(), false);
    close(state);
}

/// `tab`
pub fn complete(state: &mut State) {
    let Some(Overlay::Filter(field)) = &mut state.overlay else {
        return;
    };
    match query::complete(&field.text, &state.pending.list.rows) {
        Some(text) => *field = Field::of(text),
        None => toast(state, ToastTone::Plain, "nothing to complete it with"),
    }
}

/// Keys that were meant for the line must not decide.
fn close(state: &mut State) {
    state.overlay = None;
    guard::hold_off(state);
}

fn take(state: &mut State, text: String, typing: bool) {
    let filter = &mut state.pending.filter;
    let parsed = Query::parse(&text, typing);
    filter.text = text;
    filter.why_not = parsed.as_ref().err().map(ToString::to_string);
    if let Ok(query) = parsed {
        state.pending.list.narrow(query);
    }
}
