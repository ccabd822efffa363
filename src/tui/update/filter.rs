//! `/`: the list narrowed to what is looked for, live while it is typed: what waits, or what is over.

use crate::tui::query::{self, Ground, Query};
use crate::tui::state::field::Field;
use crate::tui::state::list::List;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::pending::Filter;
use crate::tui::state::{State, Tab, ToastTone};

use super::{guard, toast};

/// `/`
pub fn open(state: &mut State) {
    let text = narrowed(state).0.text.clone();
    state.overlay = Some(Overlay::Filter(Field::of(text)));
}

/// After every event: what is typed is what the list shows. What can't be asked leaves it as it is.
pub fn settle(state: &mut State) {
    let Some(Overlay::Filter(field)) = &state.overlay else {
        return;
    };
    let text = field.text.clone();
    if text != narrowed(state).0.text {
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
    if narrowed(state).0.why_not.is_none() {
        close(state);
    }
}

/// `esc`: everything is shown again.
pub fn clear(state: &mut State) {
    take(state, String::new(), false);
    close(state);
}

/// Days go by: what `today` is, is found out again.
pub fn read_again(state: &mut State) {
    if state.overlay.is_none() {
        let text = narrowed(state).0.text.clone();
        take(state, text, false);
    }
}

/// `tab`
pub fn complete(state: &mut State) {
    let keys = state.filter_keys();
    let rows = match state.tab {
        Tab::History => &state.history.list.rows,
        Tab::Pending | Tab::Settings => &state.pending.list.rows,
    };
    let Some(Overlay::Filter(field)) = &mut state.overlay else {
        return;
    };
    match query::complete(&field.text, keys, rows) {
        Some(text) => *field = Field::of(text),
        None => {
            let choices = query::choices(&field.text, keys, rows);
            let told = match choices.len() {
                ..2 => "nothing to complete it with".to_owned(),
                _ => choices.join("  "),
            };
            toast(state, ToastTone::Plain, told);
        }
    }
}

/// Keys that were meant for the line must not decide.
fn close(state: &mut State) {
    state.overlay = None;
    guard::hold_off(state);
}

/// What is narrowed on the screen that is shown, and with what.
fn narrowed(state: &mut State) -> (&mut Filter, &mut List) {
    match state.tab {
        Tab::History => (&mut state.history.filter, &mut state.history.list),
        Tab::Pending | Tab::Settings => (&mut state.pending.filter, &mut state.pending.list),
    }
}

fn take(state: &mut State, text: String, typing: bool) {
    let zone = state.zone.clone();
    let ground = Ground {
        keys: state.filter_keys(),
        now: state.now.wall,
        zone: &zone,
    };
    let parsed = Query::parse(&text, typing, &ground);
    let (filter, list) = narrowed(state);
    filter.text = text;
    filter.why_not = parsed.as_ref().err().map(ToString::to_string);
    if let Ok(query) = parsed {
        list.narrow(query);
    }
}
