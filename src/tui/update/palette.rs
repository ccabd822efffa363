//! `:`, the palette: what is chosen there happens as its key would make it happen. Enter never approves and
//! never saves: what decides is asked about first, also where its key alone would do.

use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::palette::{Command, Palette};
use crate::tui::state::settings::section::Side;
use crate::tui::state::{State, Tab, ToastTone};

use super::{act, decide, guard, settings, toast};

/// `:`
pub fn open(state: &mut State) {
    state.overlay = Some(Overlay::Palette(Palette::default()));
}

/// One row up or down.
pub fn step(state: &mut State, by: isize) {
    let rows = rows(state);
    if let Some(Overlay::Palette(palette)) = &mut state.overlay {
        palette.step(by, rows);
    }
}

/// Enter.
pub fn run(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Palette(palette)) = &state.overlay else {
        return;
    };
    let mut found = state.commands(&palette.field.text).into_iter();
    let Some(entry) = found.nth(palette.focus) else {
        let text = "there is nothing of that name: esc leaves";
        return toast(state, ToastTone::Plain, text);
    };
    if let Some(why) = entry.why_not {
        // The line stays open: what was typed isn't lost.
        return toast(state, ToastTone::Plain, why);
    }
    state.overlay = None;
    match entry.command {
        Command::Page(section) => {
            state.tab = Tab::Settings;
            settings::pages::go(state, section);
            settings::pages::show(state, Side::Page);
        }
        Command::Act(ActionId::Approve) => decide::ask_approval(state),
        Command::Act(ActionId::Save) => {
            let key = state.keymap.key(ActionId::Save);
            let text = format!("look at what would change: {key} saves it, Enter never does");
            toast(state, ToastTone::Plain, text);
        }
        Command::Act(action) => act(state, action, effects),
    }
    // Keys that were meant for the line must not decide.
    guard::hold_off(state);
}

/// After every event: what is focused is there, and on the screen.
pub fn settle(state: &mut State) {
    let rows = rows(state);
    let (_, entries, _) = state.layout().palette_parts();
    let height = usize::from(entries.height);
    if let Some(Overlay::Palette(palette)) = &mut state.overlay {
        palette.fit(rows, height);
    }
}

fn rows(state: &State) -> usize {
    match &state.overlay {
        Some(Overlay::Palette(palette)) => state.commands(&palette.field.text).len(),
        _ => 0,
    }
}
