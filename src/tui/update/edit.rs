//! Approving other parameters than were asked: written in an editor or in the form, read as strictly as the
//! gate reads them, shown field by field, and sent only after that was seen and answered with `y`.
//!
//! Invariant: what was written is kept until the gate has it or something else was asked.

use crate::domain::json::{Json, Limits, canonical, parse};
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

/// `E`: on the request, on the page with the change, or on the one that says what is wrong with it.
pub fn open(state: &mut State, effects: &mut Vec<Effect>) {
    if state.overlay.is_none() && !decide::all_seen(state, ActionId::Edit) {
        return;
    }
    if let Some(why) = state.why_not_approve() {
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
    if !stands(state, about) {
        return toast(state, ToastTone::Bad, STALE);
    }
    let text = match result {
        Ok(text) => text,
        Err(why) => return toast(state, ToastTone::Bad, why),
    };
    state.pending.draft = Some((about, text.clone()));
    match parse(text.as_bytes(), Limits::default()) {
        Ok(tree) => show(state, about, RawJson::of(&tree), &tree),
        Err(error) => {
            let line = error.line;
            let place = text.lines().nth(line.saturating_sub(1));
            state.overlay = Some(Overlay::Broken(Broken {
                about,
                why: format!("line {line}, column {}: {}", error.column, error.kind),
                place: place.map(|place| (line, place.to_owned())),
            }));
        }
    }
}

/// Values were changed in the form: everything else is as it was sent, and stays so.
pub fn filled(state: &mut State, about: About, text: String) {
    if !stands(state, about) {
        return toast(state, ToastTone::Bad, STALE);
    }
    let tree = parse(text.as_bytes(), Limits::default());
    let tree = tree.map_err(|error| error.kind.to_string());
    let whole = tree.and_then(|tree| {
        let params = RawJson::from_text(text).map_err(|error| error.to_string())?;
        Ok((params, tree))
    });
    match whole {
        Ok((params, tree)) => {
            state.pending.draft = Some((about, draft::pretty(&tree)));
            show(state, about, params, &tree);
        }
        Err(why) => toast(state, ToastTone::Bad, format!("it can't be sent so: {why}")),
    }
}

/// Whether what somebody edits is still what is asked.
fn stands(state: &State, about: About) -> bool {
    let reading = state.pending.reading().map(|detail| &detail.request);
    reading.is_some_and(|request| About::of(request) == about && !request.status.decided())
}

/// Shows what other parameters would change.
fn show(state: &mut State, about: About, params: RawJson, tree: &Json) {
    let reading = state.pending.reading().map(|detail| &detail.request);
    let in_force = reading.and_then(|request| request.params.clone());
    let before = in_force.as_ref().and_then(|raw| raw.tree().ok());
    if before.is_some_and(|before| canonical(&before) == canonical(tree)) {
        state.pending.draft = None;
        state.pending.form = None;
        return toast(
            state,
            ToastTone::Plain,
            "you changed nothing: it stays as it was asked",
        );
    }
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
    if let Some(why) = state.why_not_approve() {
        return toast(state, ToastTone::Plain, why);
    }
    state.overlay = None;
    decide::send(state, about, says, effects);
}

/// `x`: what was written goes, and the next edit begins with what was asked.
pub fn discard(state: &mut State) {
    state.overlay = None;
    state.pending.draft = None;
    state.pending.form = None;
    let text = "what you wrote is gone; nothing was decided";
    toast(state, ToastTone::Plain, text);
}

/// After every event: the page fits the screen.
pub fn settle(state: &mut State) {
    let (shape, height) = state.edited_window();
    if let Some(Overlay::Edited(edited)) = &mut state.overlay {
        edited.fit(shape, height);
    }
}
