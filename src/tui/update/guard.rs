//! Keeps stray keys from deciding: pastes, held keys, keys meant for what stood there a moment ago.
//!
//! A key that decides acts only when it has come alone. It is held back for a moment; whatever key comes
//! meanwhile shows that it was part of a paste, or that a key is being held, and neither decides.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::tui::action::{ActionId, Danger};
use crate::tui::effect::Effect;
use crate::tui::keymap::Key;
use crate::tui::state::field::Field;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{Armed, State, ToastTone, words};

use super::{act, toast};

/// No hand types two keys within this time.
const BURST: Duration = Duration::from_millis(30);
/// The same key again may be a held one: its next repetition comes within this time.
const REPETITION: Duration = Duration::from_millis(120);
/// A key is held as long as it comes again within this time.
const RELEASE: Duration = Duration::from_millis(300);
/// The longest a keyboard waits before a held key begins to repeat itself.
const FIRST_REPETITION: Duration = Duration::from_millis(2_500);
/// How long a person needs to see that something else stands there now.
const SETTLE: Duration = Duration::from_millis(300);

/// No key decides for a moment: what it would decide about has just changed.
pub fn hold_off(state: &mut State) {
    state.guard.armed = None;
    state.guard.dead_until = state.now.elapsed + SETTLE;
}

/// A key was pressed.
pub fn key(state: &mut State, event: &KeyEvent, effects: &mut Vec<Effect>) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    let now = state.now.elapsed;
    let before = state.guard.last_key.replace(now);
    // What was said about the last key doesn't stand in the way of what this one does.
    state.toast.take_if(|toast| toast.tone == ToastTone::Plain);
    let burst = before.is_some_and(|before| now.saturating_sub(before) < BURST);
    let broken = disarm(state);
    let action = Key::of(event).and_then(|key| state.keymap.find(key, state.scopes()));
    match action {
        None => type_in(state, event, before),
        Some(action) if action.danger == Danger::None => {
            state.guard.pressed = None;
            act(state, action.id, effects);
        }
        Some(_) if event.kind == KeyEventKind::Repeat => {}
        Some(action) if burst || broken => refuse_burst(state, action.id),
        Some(action) => {
            state.guard.pressed = Some(event.code);
            arm(state, action.id);
        }
    }
}

/// Whatever waited is given up, since it didn't come alone.
fn disarm(state: &mut State) -> bool {
    let Some(armed) = state.guard.armed.take() else {
        return false;
    };
    refuse_burst(state, armed.action);
    true
}

fn refuse_burst(state: &mut State, action: ActionId) {
    if action.action().danger == Danger::Decides {
        state.guard.held = Some((action, state.now.elapsed));
    }
    match &mut state.overlay {
        // The line end of a paste is a blank in a line of text.
        Some(overlay) if overlay.field().is_some() => {
            if overlay.field_mut().is_some_and(|field| !field.insert(" ")) {
                reason_is_full(state);
            }
        }
        _ => toast(
            state,
            ToastTone::Plain,
            "keys came faster than hands type: nothing was decided",
        ),
    }
}

fn arm(state: &mut State, action: ActionId) {
    let now = state.now.elapsed;
    if now < state.guard.dead_until {
        state.guard.dead_until = now + SETTLE;
        let text = "this has just come on the screen: look first, then decide";
        return toast(state, ToastTone::Plain, text);
    }
    let mut wait = BURST;
    if action.action().danger == Danger::Decides {
        let same = state.guard.held.filter(|(held, _)| *held == action);
        let since = same.map(|(_, at)| now.saturating_sub(at));
        state.guard.held = Some((action, now));
        match since {
            Some(since) if since < RELEASE => {
                let text = "that key is being held: it decides once";
                return toast(state, ToastTone::Plain, text);
            }
            Some(since) if since < FIRST_REPETITION => wait = REPETITION,
            _ => {}
        }
    }
    state.guard.armed = Some(Armed {
        action,
        due: now + wait,
    });
}

/// What waited has come alone.
pub fn due(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.now.elapsed;
    let due = state.guard.armed.take_if(|armed| armed.due <= now);
    if let Some(armed) = due {
        act(state, armed.action, effects);
    }
}

/// Keys that are no actions are text where a text is typed, and nothing anywhere else.
fn type_in(state: &mut State, event: &KeyEvent, before: Option<Duration>) {
    if repeats_itself(state, event.code, before) {
        let text = "that key is being held: nothing is typed";
        return toast(state, ToastTone::Plain, text);
    }
    if let Some(field) = state.overlay.as_mut().and_then(Overlay::field_mut)
        && !edit(field, event)
    {
        reason_is_full(state);
    }
}

/// Whether it is the key that asked for a text, and is held on. What it has written so far goes as well.
fn repeats_itself(state: &mut State, code: KeyCode, before: Option<Duration>) -> bool {
    let now = state.now.elapsed;
    let soon = before.is_some_and(|before| now.saturating_sub(before) < REPETITION);
    let (KeyCode::Char(char), true) = (code, soon && state.guard.pressed == Some(code)) else {
        return false;
    };
    let Some(field) = state.overlay.as_mut().and_then(Overlay::field_mut) else {
        return false;
    };
    let held = field.text.chars().all(|typed| typed == char);
    if held {
        field.clear();
    }
    held
}

/// Said when not all that was typed or pasted could be taken.
pub fn reason_is_full(state: &mut State) {
    let most = words::count(Field::LONGEST, "character");
    let text = format!("there is room for {most}: the rest was left out");
    toast(state, ToastTone::Plain, text);
}

/// Says whether there was room for what was typed.
fn edit(line: &mut Field, event: &KeyEvent) -> bool {
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Char('w') if ctrl => line.delete_word_back(),
        KeyCode::Char('u') if ctrl => line.clear(),
        KeyCode::Char('a') if ctrl => line.home(),
        KeyCode::Char('e') if ctrl => line.end(),
        KeyCode::Char(_) if ctrl => {}
        KeyCode::Char(char) => return line.insert(char.encode_utf8(&mut [0; 4])),
        KeyCode::Backspace => line.delete_back(),
        KeyCode::Left => line.left(),
        KeyCode::Right => line.right(),
        KeyCode::Home => line.home(),
        KeyCode::End => line.end(),
        _ => {}
    }
    true
}
