//! Approving other parameters than were asked: written in an editor outside, read back as strictly as the
//! gate reads them, shown field by field, and sent only after that was seen and answered with `y`.
//!
//! Invariant: what was written is kept until the gate has it or something else was asked.

use crate::domain::json::{Limits, canonical, parse};
use crate::domain::raw::RawJson;
use crate::domain::review::Word;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::document::Document;
use crate::tui::state::overlay::{About, Broken, Edited, Overlay};
use crate::tui::state::pending::Seen;
use crate::tui::state::{State, ToastTone, draft};

use super::decide::{self, Says};
use super::{STALE, guard, toast};

/// `e`: on the request, on the page with the change, or on the one that says what is wrong with it.
pub fn open(state: &mut State, effects: &mut Vec<Effect>) {
    if state.overlay.is_none() && !decide::all_seen(state, ActionId::Edit) {
        return;
    }
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    let Some(request) = state.pending.reading().map(|detail| &detail.request) else {
        return;
    };
    let about = About::of(request);
    let kept = state.pending.draft.as_ref();
    let text = match kept.filter(|(of, _)| *of == about) {
        Some((_, text)) => Some(text.clone()),
        None => {
            let tree = request.params.as_ref().and_then(|raw| raw.tree().ok());
            tree.map(|tree| draft::pretty(&tree))
        }
    };
    let Some(text) = text else {
        let text = "its parameters can't be edited here: they aren't kept as JSON";
        return toast(state, ToastTone::Plain, text);
    };
    state.overlay = None;
    effects.push(Effect::Edit(about, text));
}

/// The editor has ended.
pub fn written(state: &mut State, about: About, result: Result<String, String>) {
    // What was typed for the editor is not meant for what stands here now.
    guard::hold_off(state);
    let reading = state.pending.reading().map(|detail| &detail.request);
    let Some(request) = reading.filter(|request| About::of(request) == about) else {
        return toast(state, ToastTone::Bad, STALE);
    };
    if request.status.decided() {
        return toast(state, ToastTone::Bad, STALE);
    }
    let in_force = request.params.clone();
    let text = match result {
        Ok(text) => text,
        Err(why) => return toast(state, ToastTone::Bad, why),
    };
    state.pending.draft = Some((about, text.clone()));
    let tree = match parse(text.as_bytes(), Limits::default()) {
        Ok(tree) => tree,
        Err(error) => {
            let line = error.line;
            let place = text.lines().nth(line.saturating_sub(1));
            state.overlay = Some(Overlay::Broken(Broken {
                about,
                why: format!("line {line}, column {}: {}", error.column, error.kind),
                place: place.map(|place| (line, place.to_owned())),
            }));
            return;
        }
    };
    let before = in_force.as_ref().and_then(|raw| raw.tree().ok());
    if before.is_some_and(|before| canonical(&before) == canonical(&tree)) {
        state.pending.draft = None;
        return toast(
            state,
            ToastTone::Plain,
            "you changed nothing: it stays as it was asked",
        );
    }
    let params = RawJson::of(&tree);
    let document = Document::change(in_force.as_ref(), &params, &state.zone);
    state.overlay = Some(Overlay::Edited(Box::new(Edited {
        about,
        params,
        document,
        scroll: 0,
        seen: Seen::default(),
    })));
}

/// `y` on the page with the change.
pub fn approve(state: &mut State, effects: &mut Vec<Effect>) {
    let (_, height) = state.edited_window();
    let Some(Overlay::Edited(edited)) = &mut state.overlay else {
        return;
    };
    if !edited.seen.all() {
        let last = edited.document.rows().len().saturating_sub(height);
        edited.scroll = edited.seen.first_left().unwrap_or(0).min(last);
        let text = "not all of your change was on the screen: here is the rest";
        return toast(state, ToastTone::Plain, text);
    }
    let about = edited.about;
    let says = Says {
        params: Some(edited.params.clone()),
        ..Says::word(Word::Approve)
    };
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    state.overlay = None;
    decide::send(state, about, says, effects);
}

/// After every event: the page fits the screen.
pub fn settle(state: &mut State) {
    let (shape, height) = state.edited_window();
    if let Some(Overlay::Edited(edited)) = &mut state.overlay {
        edited.fit(shape, height);
    }
}
