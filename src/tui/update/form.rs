//! `e`: the values of the parameters, one by one, in a form. What comes of it is shown field by field and sent
//! only after that, exactly as what is written in an editor is.

use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::form::Form;
use crate::tui::state::overlay::{About, Overlay};
use crate::tui::state::{State, ToastTone};

use super::{STALE, decide, edit, guard, toast};

/// Opens it: as it was left, where it was left for the same request.
pub fn open(state: &mut State) {
    if state.overlay.is_none() && !decide::all_seen(state, ActionId::Form) {
        return;
    }
    if let Some(why) = state.why_not_approve() {
        return toast(state, ToastTone::Plain, why);
    }
    let Some(request) = state.pending.reading().map(|detail| &detail.request) else {
        return;
    };
    let about = About::of(request);
    let params = request.params.as_ref();
    let new = params.and_then(|params| Form::new(about, params));
    let kept = state.pending.form.take();
    let kept = kept.filter(|form| form.about == about);
    let form = kept.or_else(|| new.map(Box::new));
    match form {
        Some(form) => state.overlay = Some(Overlay::Form(form)),
        None => {
            let editor = state.keymap.key(ActionId::Edit);
            let text = format!("it has no value that a line could take: {editor} opens an editor");
            toast(state, ToastTone::Plain, text);
        }
    }
}

pub fn step(state: &mut State, forward: bool) {
    if let Some(Overlay::Form(form)) = &mut state.overlay {
        form.step(forward);
    }
}

pub fn flip(state: &mut State) {
    if let Some(Overlay::Form(form)) = &mut state.overlay {
        form.flip();
    }
}

/// `e` on a text of several lines: an editor is opened on it, as the lines that it has.
pub fn edit_lines(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(Overlay::Form(form)) = &state.overlay {
        // Editors end every file with the end of a line, which isn't the value's.
        let text = format!("{}\n", form.row().field.text);
        effects.push(Effect::EditLines(form.about, form.focus, text));
    }
}

/// The editor has ended. The value is what stands there; nothing is shown or sent before the form is done.
pub fn lines_written(state: &mut State, about: About, at: usize, result: Result<String, String>) {
    // What was typed for the editor is not meant for what stands here now.
    guard::hold_off(state);
    match (&mut state.overlay, result) {
        (Some(Overlay::Form(form)), Ok(text)) if form.about == about && !form.stale => {
            form.write_lines(at, text.strip_suffix('\n').unwrap_or(&text));
        }
        (_, Ok(_)) => toast(state, ToastTone::Bad, STALE),
        (_, Err(why)) => toast(state, ToastTone::Bad, why),
    }
}

/// Enter: what was changed is shown, or what is wrong with it.
pub fn done(state: &mut State) {
    let Some(Overlay::Form(form)) = &mut state.overlay else {
        return;
    };
    if form.stale {
        return toast(state, ToastTone::Plain, STALE);
    }
    let Some(text) = form.filled() else {
        return toast(
            state,
            ToastTone::Plain,
            "one of the values can't be so: see its row",
        );
    };
    let about = form.about;
    close(state);
    edit::filled(state, about, text);
}

/// `esc`: what was written is kept for when it is opened again, and that is said.
pub fn leave(state: &mut State) {
    close(state);
    if state
        .pending
        .form
        .as_ref()
        .is_some_and(|form| form.is_changed())
    {
        let again = state.keymap.key(ActionId::Form);
        let text = format!("nothing was decided; {again} takes up what you wrote");
        toast(state, ToastTone::Plain, text);
    }
}

fn close(state: &mut State) {
    if let Some(Overlay::Form(form)) = state.overlay.take() {
        state.pending.form = (!form.stale).then_some(form);
    }
}

/// After every event: the focus stays on the screen, and a form of what has changed meanwhile goes.
pub fn settle(state: &mut State) {
    let page = state.layout().page();
    let (width, height) = (usize::from(page.width), usize::from(page.height));
    if let Some(Overlay::Form(form)) = &mut state.overlay {
        form.fit(width, height, &state.keymap);
    }
}
