//! The Settings screen: a key prepares a change, another saves it, and only the gate says that it is made.

pub mod pages;
pub mod policy;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::client::ClientError;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::event::Saved;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::settings::section::{Section, Side};
use crate::tui::state::settings::{Change, Known};
use crate::tui::state::{State, Tab, ToastTone};

use super::{guard, toast};

/// News within this time are answered by one look.
const REFRESH: Duration = Duration::from_millis(250);

/// A key of this screen.
pub fn act(state: &mut State, action: ActionId, effects: &mut Vec<Effect>) {
    match action {
        ActionId::Save => save(state, effects),
        ActionId::LeaveChange => leave(state),
        action if pages::act(state, action, effects) => {}
        ActionId::Toggle => prepare(state, state.why_not_toggle(), state.toggled()),
        ActionId::Choose => prepare(state, state.why_not_choose(), state.chosen()),
        ActionId::Down => step(state, 1),
        ActionId::Up => step(state, -1),
        ActionId::PageDown => step(state, half(state)),
        ActionId::PageUp => step(state, -half(state)),
        ActionId::First => step(state, isize::MIN),
        ActionId::Last => step(state, isize::MAX),
        _ => {}
    }
}

fn half(state: &State) -> isize {
    let half = (state.settings_layout().list.height / 2).max(1);
    isize::try_from(half).unwrap_or(isize::MAX)
}

fn step(state: &mut State, by: isize) {
    leave(state);
    match (state.settings_side(), state.settings.section) {
        (Side::Menu, section) => pages::go(state, section.step(by)),
        (Side::Page, Section::AutoApproval) => state.settings.step(by),
        (Side::Page, _) => state.settings.sheet.step(by),
    }
}

/// A click on a row of the page. One that can't be focused leaves everything as it is.
pub fn point(state: &mut State, row: usize) {
    leave(state);
    let settings = &mut state.settings;
    settings.side = Some(Side::Page);
    match settings.section {
        Section::AutoApproval => settings.point(row),
        _ => settings.sheet.point(row),
    }
}

fn prepare(state: &mut State, why_not: Option<String>, change: Option<Change>) {
    if let Some(why) = why_not {
        return toast(state, ToastTone::Plain, why);
    }
    let Some(change) = change else { return };
    if state.settings.prepared.as_ref() == Some(&change) {
        return leave(state);
    }
    state.toast = None;
    state.settings.prepared = Some(change);
    guard::hold_off(state);
}

fn leave(state: &mut State) {
    if let Some(change) = state.settings.prepared.take() {
        let text = format!("{} is left as it is: nothing was saved", change.subject());
        toast(state, ToastTone::Plain, text);
    }
}

fn save(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(why) = state.why_not_save() {
        return toast(state, ToastTone::Plain, why);
    }
    if let Some(change) = state.settings.prepared.take() {
        effects.push(Effect::Save(Box::new(change.clone())));
        state.settings.saving = Some(change);
    }
}

/// The gate's answer to a change, with what came of it.
pub fn saved(state: &mut State, change: &Change, result: Result<Saved, ClientError>) {
    state.settings.saving = None;
    news(state);
    let (tone, text) = match result {
        Ok(saved) => {
            if let Some(known) = saved.known {
                state.settings.accept(*known, state.now.wall);
            }
            if let Some(me) = saved.me {
                state.me = Some(*me);
                state.settings.outdated = true;
            }
            if let Some(token) = saved.token {
                state.overlay = Some(Overlay::Token(token));
            }
            let stopped = saved.stopped.map(|stopped| {
                format!(
                    ": {} cancelled, {} revoked",
                    stopped.cancelled, stopped.revoked
                )
            });
            let done = format!("{}{}", change.done(), stopped.unwrap_or_default());
            (ToastTone::Good, done)
        }
        Err(error) => (ToastTone::Bad, unsaved(&error)),
    };
    toast(state, tone, text);
}

/// What is said when a change didn't come through.
fn unsaved(error: &ClientError) -> String {
    match error {
        ClientError::Refused(_) => error.to_string(),
        error if error.was_not_sent() => format!("nothing was saved: {error}"),
        error => format!("not known yet whether the gate heard it: {error}"),
    }
}

/// What the gate says about the settings.
pub fn known(state: &mut State, result: Result<Box<Known>, ClientError>) {
    state.settings.asking.open = false;
    match result {
        Ok(known) => {
            state.settings.accept(*known, state.now.wall);
            drop_overtaken(state);
        }
        Err(error) => toast(state, ToastTone::Bad, error.to_string()),
    }
}

/// A prepared change that somebody else has made meanwhile, or that can't be made any more.
fn drop_overtaken(state: &mut State) {
    let overtaken = |change: &Change| {
        !change.still_applies(state) || (change.is_workspace() && !state.manages())
    };
    if let Some(change) = state
        .settings
        .prepared
        .as_ref()
        .filter(|change| overtaken(change))
    {
        let text = format!(
            "{} was changed by somebody else meanwhile: look again",
            change.subject()
        );
        state.settings.prepared = None;
        toast(state, ToastTone::Plain, text);
    }
}

/// Something happened that may have changed the settings.
pub fn changed(state: &mut State, kind: &str) {
    let used = kind == "request.allowed" && state.settings.next_end.is_some();
    let about = ["action.", "integration.", "preference.", "person."];
    let known = used || about.iter().any(|noun| kind.starts_with(noun));
    if known || state.settings.section.is_about(kind) {
        news(state);
    }
}

/// What is known may be old.
pub fn news(state: &mut State) {
    state.settings.asking.stale = true;
}

/// No answer will come to what was asked.
pub fn forget_asked(state: &mut State) {
    state.settings.asking.open = false;
    news(state);
}

/// After every event: the page fits the screen, and what it shows is asked for.
pub fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    state.fit_sheet();
    let height = usize::from(state.settings_layout().list.height);
    state.settings.clamp(height);
    state.settings.sheet.clamp(height);
    let menu = usize::from(state.settings_layout().body.height);
    state.settings.clamp_menu(menu);
    let shown = state.tab == Tab::Settings;
    if shown && !state.settings.shown {
        news(state);
    }
    state.settings.shown = shown;
    if !shown {
        state.settings.prepared = None;
        return;
    }
    if state
        .settings
        .next_end
        .is_some_and(|end| end <= state.now.wall)
    {
        state.settings.next_end = None;
        news(state);
    }
    let live = state.is_live();
    let asking = &mut state.settings.asking;
    let rested = asking.at == Duration::ZERO || state.now.elapsed >= asking.at + REFRESH;
    if asking.stale && !asking.open && rested && live {
        asking.stale = false;
        asking.open = true;
        asking.at = state.now.elapsed;
        let wanted = state.settings.wanted();
        effects.push(match wanted.section {
            Section::AutoApproval | Section::Integrations => Effect::FetchSettings,
            _ => Effect::FetchFacts(wanted),
        });
    }
}

/// When the settings may be asked for again, if they are to be.
pub fn refresh_due(state: &State) -> Option<Duration> {
    let asking = &state.settings.asking;
    let waits = state.is_live() && state.settings.shown && asking.stale && !asking.open;
    waits.then(|| asking.at + REFRESH)
}
