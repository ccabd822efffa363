//! What follows from what happened. Pure: the state goes in, the state and a list of effects come out.
//!
//! Invariant: nothing here waits, reads a clock or talks to the gate; what takes time is an effect.

mod answers;
mod bell;
pub(super) mod decide;
pub(super) mod deeds;
pub(super) mod edit;
mod export;
mod filter;
mod form;
mod guard;
mod history;
pub(super) mod link;
mod marks;
mod mouse;
mod opened;
pub(super) mod overlay;
mod palette;
mod pending;
mod proof;
mod settings;
#[cfg(test)]
mod tests;
mod time;

use std::time::Duration;

use ratatui::layout::Size;
pub use time::next_deadline;

use super::action::ActionId;
use super::effect::Effect;
use super::event::{Event, Now};
use super::plain::update as plain;
use super::state::overlay::Overlay;
use super::state::{Message, STALE, State, Tab, Toast, ToastTone};

/// How long a toast stands.
const TOAST: Duration = Duration::from_secs(4);
/// Messages kept.
const MESSAGES: usize = 500;

/// Takes one event in.
pub fn update(state: &mut State, event: Event, now: Now) -> Vec<Effect> {
    state.now = now;
    let subject = state.subject();
    let by_user = matches!(event, Event::Key(_));
    let typed = is_typed(state);
    let mut effects = Vec::new();
    match event {
        Event::Key(key) => guard::key(state, &key, &mut effects),
        Event::Mouse(event) => mouse::take(state, &event, &mut effects),
        Event::Line(line) => plain::line(state, &line, &mut effects),
        Event::Paste(text) => paste(state, &text),
        Event::Resize(size) => resized(state, size),
        Event::Focus => guard::hold_off(state),
        Event::Resumed(back) => {
            guard::hold_off(state);
            if let Err(why) = back {
                toast(state, ToastTone::Bad, why);
            }
        }
        Event::Tick => tick(state, &mut effects),
        Event::Drawn => drawn(state),
        Event::Answer(answer) => answers::take(state, answer, &mut effects),
        Event::Stream(news) => link::take(state, news, &mut effects),
    }
    filter::settle(state);
    pending::settle(state, &mut effects);
    history::settle(state, &mut effects);
    settings::settle(state, &mut effects);
    edit::settle(state);
    form::settle(state);
    bell::settle(state, &mut effects);
    overlay::settle(state);
    palette::settle(state);
    plain::settle(state, &mut effects);
    opened::settle(state, &mut effects);
    if !typed && is_typed(state) {
        // What is to be typed is said where older words still stood.
        let said_now = now.elapsed + TOAST;
        state.toast.take_if(|toast| toast.until < said_now);
    }
    if state.subject() != subject && !by_user {
        guard::hold_off(state);
    }
    effects
}

/// Whether a line is open to be typed.
fn is_typed(state: &State) -> bool {
    state
        .overlay
        .as_ref()
        .is_some_and(|overlay| overlay.field().is_some())
}

/// Does what an action says. Keys that decide have passed the guard.
fn act(state: &mut State, action: ActionId, effects: &mut Vec<Effect>) {
    // Whatever is dim on the screen says why, and does nothing else.
    if let Some(why) = state.why_not(action) {
        return match action.moves() {
            true => hint(state, ToastTone::Plain, why),
            false => toast(state, ToastTone::Plain, why),
        };
    }
    match action {
        ActionId::TabPending => state.tab = Tab::Pending,
        ActionId::TabHistory => state.tab = Tab::History,
        ActionId::TabSettings => state.tab = Tab::Settings,
        ActionId::NextTab => turn(state, 1),
        ActionId::PreviousTab => turn(state, Tab::ALL.len() - 1),
        ActionId::Refresh => link::refresh(state, effects),
        ActionId::Redraw => effects.push(Effect::Redraw),
        ActionId::Mouse => mouse::toggle(state, effects),
        ActionId::Suspend => effects.push(Effect::Suspend),
        ActionId::Watch => effects.push(Effect::Watch),
        ActionId::Sample => effects.push(Effect::Sample),
        ActionId::Palette => palette::open(state),
        ActionId::Help => state.overlay = Some(Overlay::Help { scroll: 0 }),
        ActionId::Bell => bell::open(state, effects),
        ActionId::Messages => state.overlay = Some(Overlay::Messages { scroll: 0 }),
        ActionId::Quit | ActionId::Leave => effects.push(Effect::Quit),
        action if state.overlay.is_some() => overlay::act(state, action, effects),
        action => match state.tab {
            Tab::Pending => pending::act(state, action, effects),
            Tab::History => history::act(state, action, effects),
            Tab::Settings => settings::act(state, action, effects),
        },
    }
}

/// The screen has another size. Rows that there is room for now come on it.
fn resized(state: &mut State, size: Size) {
    state.size = size;
    let entries = state.entries();
    state.pending.list.pull_up(entries);
    let entries = state.history_entries();
    state.history.list.pull_up(entries);
}

fn turn(state: &mut State, by: usize) {
    let at = state.tab as usize;
    state.tab = Tab::ALL[(at + by) % Tab::ALL.len()];
}

fn paste(state: &mut State, text: &str) {
    match &mut state.overlay {
        Some(overlay) if overlay.field().is_some() => {
            if overlay.field_mut().is_some_and(|field| !field.insert(text)) {
                guard::reason_is_full(state);
            }
        }
        _ => {
            let count = text.chars().count();
            let plural = if count == 1 { "" } else { "s" };
            let text = format!("a paste of {count} character{plural} was ignored");
            toast(state, ToastTone::Plain, text);
        }
    }
}

fn tick(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.now.elapsed;
    if state.toast.as_ref().is_some_and(|toast| toast.until <= now) {
        state.toast = None;
    }
    deeds::due(state);
    guard::due(state, effects);
}

/// What the screen shows has been seen.
fn drawn(state: &mut State) {
    let (_, height) = state.edited_window();
    if let Some(Overlay::Edited(edited)) = &mut state.overlay {
        edited.seen.window(edited.scroll, height);
    }
    let height = usize::from(state.layout().page().height);
    if let Some(Overlay::Trial(trial)) = &mut state.overlay {
        trial.seen.window(trial.scroll, height);
    }
    let asks = |overlay: &Overlay| {
        matches!(
            overlay,
            Overlay::Confirm(_) | Overlay::Several(_) | Overlay::Palette(_)
        )
    };
    let hidden = |overlay: &Overlay| overlay.covers() || asks(overlay);
    if state.overlay.as_ref().is_some_and(hidden) || !state.detail_is_visible() {
        return;
    }
    let (_, height) = state.reading_window();
    if let Some(detail) = state.pending.reading_mut() {
        detail.drawn(height);
    }
}

/// Says what went wrong around the inbox.
pub fn say(state: &mut State, text: String) {
    toast(state, ToastTone::Bad, text);
}

/// Says what there is to say at the beginning; it is kept for whoever was slower.
pub fn greet(state: &mut State, text: String) {
    toast(state, ToastTone::Plain, text);
}

/// Says something for a few seconds, and keeps it.
fn toast(state: &mut State, tone: ToastTone, text: impl Into<String>) {
    let text = text.into();
    keep(state, tone, &text);
    hint(state, tone, text);
}

/// Says something that nobody asked about: it takes the place of nothing else that is said, and is kept.
fn whisper(state: &mut State, text: String) {
    keep(state, ToastTone::Plain, &text);
    if state.toast.is_none() && state.overlay.is_none() {
        hint(state, ToastTone::Plain, text);
    }
}

/// What was said can be read again.
fn keep(state: &mut State, tone: ToastTone, text: &str) {
    if state.messages.len() == MESSAGES {
        state.messages.pop_front();
    }
    state.messages.push_back(Message {
        at: state.now.wall,
        tone,
        text: text.to_owned(),
    });
}

/// Says something for a few seconds that nobody wants to read again.
fn hint(state: &mut State, tone: ToastTone, text: String) {
    state.toast = Some(Toast {
        text,
        tone,
        until: state.now.elapsed + TOAST,
        undoes: None,
    });
}
