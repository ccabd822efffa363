//! The Settings screen: a key prepares a change, another saves it, and only the gate says that it is made.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::client::ClientError;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::settings::{Change, Known};
use crate::tui::state::{State, Tab, ToastTone};

use super::{guard, toast};

/// News within this time are answered by one look.
const REFRESH: Duration = Duration::from_millis(250);

/// A key of this screen.
pub fn act(state: &mut State, action: ActionId, effects: &mut Vec<Effect>) {
    match action {
        ActionId::Toggle => prepare(state, state.why_not_toggle(), state.toggled()),
        ActionId::Choose => prepare(state, state.why_not_choose(), state.chosen()),
        ActionId::Save => save(state, effects),
        ActionId::LeaveChange => leave(state),
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
    state.settings.step(by);
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

/// The gate's answer to a change, with the settings as they are after it if they could be had.
pub fn saved(state: &mut State, change: &Change, result: Result<Option<Known>, ClientError>) {
    state.settings.saving = None;
    news(state);
    let (tone, text) = match result {
        Ok(known) => {
            if let Some(known) = known {
                state.settings.accept(known, state.now.wall);
            }
            (ToastTone::Good, change.done())
        }
        Err(error @ ClientError::Refused(_)) => (ToastTone::Bad, error.to_string()),
        Err(error) if error.was_not_sent() => {
            (ToastTone::Bad, format!("nothing was saved: {error}"))
        }
        Err(error) => (
            ToastTone::Bad,
            format!("not known yet whether the gate heard it: {error}"),
        ),
    };
    toast(state, tone, text);
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
    let settings = &state.settings;
    let overtaken = |change: &Change| {
        !change.still_applies(settings) || (change.is_workspace() && !state.manages())
    };
    if let Some(change) = settings
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
    if used || about.iter().any(|noun| kind.starts_with(noun)) {
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
    let height = usize::from(state.settings_layout().list.height);
    state.settings.clamp(height);
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
    let rested = state.settings.known.is_none() || state.now.elapsed >= asking.at + REFRESH;
    if asking.stale && !asking.open && rested && live {
        asking.stale = false;
        asking.open = true;
        asking.at = state.now.elapsed;
        effects.push(Effect::FetchSettings);
    }
}

/// When the settings may be asked for again, if they are to be.
pub fn refresh_due(state: &State) -> Option<Duration> {
    let asking = &state.settings.asking;
    let waits = state.is_live() && state.settings.shown && asking.stale && !asking.open;
    waits.then(|| asking.at + REFRESH)
}
