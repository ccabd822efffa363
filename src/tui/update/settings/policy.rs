//! Changing the policy: written in an editor, checked, held against the past, and saved only after all of
//! what it would change was on the screen.
//!
//! Invariant: what was written is kept until the gate has it or the text is that of the policy again.

use uuid::Uuid;

use crate::api::problem::ProblemKind;
use crate::client::{ClientError, PolicyInForce};
use crate::tui::action::ActionId;
use crate::tui::effect::{Effect, PolicyToSave};
use crate::tui::state::overlay::Overlay;
use crate::tui::state::settings::trial::{Draft, Trial, Tried};
use crate::tui::state::{State, ToastTone};

use super::{guard, leave as leave_change, news, toast, unsaved};

/// `E`: the whole policy, or what was written of it before.
pub fn edit(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(why) = state.why_not_edit_policy() {
        return toast(state, ToastTone::Plain, why);
    }
    leave_change(state);
    let kept = state
        .settings
        .draft
        .as_ref()
        .map(|draft| draft.text.clone());
    let text = kept.or_else(|| state.policy_in_force().map(PolicyInForce::beginning));
    if let Some(text) = text {
        state.overlay = None;
        effects.push(Effect::EditPolicy(text));
    }
}

/// The editor has ended.
pub fn written(state: &mut State, result: Result<String, String>, effects: &mut Vec<Effect>) {
    // What was typed for the editor is not meant for what stands here now.
    guard::hold_off(state);
    let text = match result {
        Ok(text) => text,
        Err(why) => return toast(state, ToastTone::Bad, why),
    };
    let Some(policy) = state.policy_in_force() else {
        return toast(
            state,
            ToastTone::Bad,
            "the policy isn't known any more: look again",
        );
    };
    if text == policy.beginning() {
        state.settings.draft = None;
        return toast(
            state,
            ToastTone::Plain,
            "you changed nothing: it stays as it is",
        );
    }
    state.settings.draft = Some(Draft { text: text.clone() });
    examine(state, text, effects);
}

/// Enter on a version: it is tried as a text of one's own would be.
pub fn try_version(state: &mut State, version: u64, effects: &mut Vec<Effect>) {
    let current = state.policy_in_force().and_then(PolicyInForce::version) == Some(version);
    match state.why_not_edit_policy() {
        Some(why) => toast(state, ToastTone::Plain, why),
        None if current => toast(state, ToastTone::Plain, "that version is in force"),
        None => effects.push(Effect::FetchVersion(version)),
    }
}

/// The text of a version.
pub fn version(
    state: &mut State,
    version: u64,
    result: Result<String, ClientError>,
    effects: &mut Vec<Effect>,
) {
    match result {
        Ok(text) if state.overlay.is_none() => {
            guard::hold_off(state);
            examine(state, text, effects);
        }
        Ok(_) => toast(
            state,
            ToastTone::Plain,
            format!("version {version} is here: try it again"),
        ),
        Err(error) => toast(state, ToastTone::Bad, error.to_string()),
    }
}

/// Opens the page about a text, and asks the gate what it thinks of it.
fn examine(state: &mut State, text: String, effects: &mut Vec<Effect>) {
    let Some(policy) = state.policy_in_force() else {
        return toast(
            state,
            ToastTone::Bad,
            "the policy isn't known any more: look again",
        );
    };
    let version = policy.version().unwrap_or_default();
    let before = match version {
        // Nobody has saved one: the example that stands there holds nothing.
        0 => String::new(),
        _ => policy.text.raw_for_execution().to_owned(),
    };
    let trial = Trial::new(text.clone(), before, policy.tag.clone(), version);
    state.overlay = Some(Overlay::Trial(Box::new(trial)));
    effects.push(Effect::TryPolicy(text));
}

/// What the gate says about a text.
pub fn tried(state: &mut State, text: &str, result: Result<Tried, ClientError>) {
    guard::hold_off(state);
    let Some(Overlay::Trial(trial)) = &mut state.overlay else {
        return;
    };
    if trial.text != text {
        return;
    }
    match result {
        Ok(tried) => trial.tried = Some(tried),
        Err(error) => {
            state.overlay = None;
            toast(state, ToastTone::Bad, error.to_string());
        }
    }
}

/// `s`
pub fn save(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(why) = state.why_not_save_policy() {
        return toast(state, ToastTone::Plain, why);
    }
    let height = usize::from(state.layout().page().height);
    let width = usize::from(state.layout().page().width);
    let Some(Overlay::Trial(trial)) = &mut state.overlay else {
        return;
    };
    if !trial.seen.all() {
        trial.scroll = trial.seen.first_left().unwrap_or(0);
        trial.fit(width, height);
        let text = "not all of what it would change was on the screen: here is the rest";
        return toast(state, ToastTone::Plain, text);
    }
    effects.push(Effect::SavePolicy(PolicyToSave {
        text: trial.text.clone(),
        tag: trial.tag.clone(),
        key: Uuid::now_v7().to_string(),
    }));
    state.settings.draft = Some(Draft {
        text: trial.text.clone(),
    });
    state.overlay = None;
    toast(state, ToastTone::Plain, "saving the policy …");
}

/// The gate has saved it, or says why not.
pub fn saved(state: &mut State, result: Result<u64, ClientError>) {
    news(state);
    let overtaken = |error: &ClientError| {
        let problem = error.problem();
        problem.is_some_and(|problem| problem.is(ProblemKind::PreconditionFailed))
    };
    let (tone, text) = match result {
        Ok(version) => {
            state.settings.draft = None;
            (
                ToastTone::Good,
                format!("the policy is version {version} now"),
            )
        }
        Err(error) if overtaken(&error) => (
            ToastTone::Bad,
            format!(
                "not saved: somebody saved another version meanwhile. {} takes up what you wrote, and \
                 shows what it changes of that one",
                editing(state)
            ),
        ),
        Err(error) => {
            let text = format!(
                "{}; {} takes up what you wrote",
                unsaved(&error),
                editing(state)
            );
            (ToastTone::Bad, text)
        }
    };
    toast(state, tone, text);
}

/// Leaves the page about a text that wasn't saved.
pub fn leave(state: &mut State) {
    state.overlay = None;
    let text = match state.settings.draft {
        Some(_) => format!(
            "nothing was saved; {} takes up what you wrote",
            editing(state)
        ),
        None => "nothing was saved".to_owned(),
    };
    toast(state, ToastTone::Plain, text);
}

/// `x`: what was written goes, and the next edit begins with the policy in force.
pub fn discard(state: &mut State) {
    state.overlay = None;
    state.settings.draft = None;
    toast(
        state,
        ToastTone::Plain,
        "what you wrote is gone; nothing was saved",
    );
}

/// The key that opens the editor on the policy.
fn editing(state: &State) -> String {
    state.keymap.key(ActionId::EditPolicy)
}
