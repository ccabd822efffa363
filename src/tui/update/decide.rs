//! From a key to a decision on its way to the gate, and every reason why it doesn't get there.
//!
//! Invariant: a decision is made of what is on the screen: this id, this digest, this plan.

use crate::api::request::Decide;
use crate::domain::raw::RawJson;
use crate::domain::review::{Remember, Word};
use crate::domain::untrusted::Untrusted;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::overlay::{About, Overlay, TextLine};
use crate::tui::state::pending::{Choice, Sending};
use crate::tui::state::{self, State, ToastTone, words};

use super::{STALE, guard, toast};

/// What a decision says besides what it is about.
#[derive(Debug)]
pub struct Says {
    pub word: Word,
    pub reason: Option<Untrusted>,
    pub params: Option<RawJson>,
    pub text: Option<Untrusted>,
}

impl Says {
    pub fn word(word: Word) -> Self {
        Self {
            word,
            reason: None,
            params: None,
            text: None,
        }
    }
}

/// `a`
pub fn approve(state: &mut State, effects: &mut Vec<Effect>) {
    // What hides something from the eye is looked at twice, whatever the risk.
    let grave = state
        .pending
        .reading()
        .is_some_and(|detail| state::is_grave(&detail.request) || detail.document.hidden > 0);
    match approvable(state) {
        Some(about) if grave => ask(state, about),
        Some(about) => send(state, about, Says::word(Word::Approve), effects),
        None => {}
    }
}

/// The same, asked about whatever the risk.
pub fn ask_approval(state: &mut State) {
    if let Some(about) = approvable(state) {
        ask(state, about);
    }
}

fn ask(state: &mut State, about: About) {
    state.overlay = Some(Overlay::Confirm(about));
    guard::hold_off(state);
}

/// What would be approved, if all of it has been on the screen.
fn approvable(state: &mut State) -> Option<About> {
    let seen = all_seen(state, ActionId::Approve);
    let request = state.pending.reading().map(|detail| &detail.request);
    request.filter(|_| seen).map(About::of)
}

/// Whether the focused request may be approved as far as the screen is concerned: it is there, and all of
/// it has been. If not, it says why, and shows what is still to be read.
pub fn all_seen(state: &mut State, action: ActionId) -> bool {
    if let Some(why) = state.why_not_approve() {
        toast(state, ToastTone::Plain, why);
        return false;
    }
    if !state.detail_is_visible() {
        unopened(state);
        return false;
    }
    let (_, height) = state.reading_window();
    let Some(detail) = state.pending.reading_mut() else {
        return false;
    };
    if detail.seen.all() {
        return true;
    }
    let unseen = detail.unseen(height);
    detail.scroll_to_unseen(height);
    let text = match detail.unseen(height) {
        0 => format!(
            "that was the rest: press {} again",
            state.keymap.key(action)
        ),
        _ => format!(
            "{} not read: here is the first",
            words::count(unseen, "line")
        ),
    };
    toast(state, ToastTone::Plain, text);
    false
}

/// A key is about what isn't on the screen.
fn unopened(state: &mut State) {
    let text = format!("open it first: {}", state.keymap.key(ActionId::Open));
    toast(state, ToastTone::Plain, text);
}

/// `y`
pub fn confirm(state: &mut State, about: About, effects: &mut Vec<Effect>) {
    state.overlay = None;
    send(state, about, Says::word(Word::Approve), effects);
}

/// `r`
pub fn ask_reason(state: &mut State) {
    open_line(state, Overlay::Reason);
}

/// `i`
pub fn ask_answer(state: &mut State) {
    open_line(state, Overlay::Answer);
}

fn open_line(state: &mut State, open: fn(TextLine) -> Overlay) {
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    if let Some(detail) = state.pending.reading() {
        state.overlay = Some(open(TextLine::about(&detail.request)));
    }
}

/// Enter in the reason.
pub fn reject(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Reason(line)) = &mut state.overlay else {
        return;
    };
    if line.stale {
        return toast(state, ToastTone::Plain, STALE);
    }
    let reason = line.field.text.trim().to_owned();
    if reason.is_empty() && !line.asked_again {
        line.asked_again = true;
        return;
    }
    let says = Says {
        reason: (!reason.is_empty()).then(|| Untrusted::from(reason)),
        ..Says::word(Word::Reject)
    };
    let about = line.about;
    send_line(state, about, says, effects);
}

/// Enter in the answer. There is none without words.
pub fn respond(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Answer(line)) = &mut state.overlay else {
        return;
    };
    if line.stale {
        return toast(state, ToastTone::Plain, STALE);
    }
    let text = line.field.text.trim().to_owned();
    if text.is_empty() {
        let text = "type what the agent gets as its answer, or esc";
        return toast(state, ToastTone::Plain, text);
    }
    let says = Says {
        text: Some(Untrusted::from(text)),
        ..Says::word(Word::Respond)
    };
    let about = line.about;
    send_line(state, about, says, effects);
}

fn send_line(state: &mut State, about: About, says: Says, effects: &mut Vec<Effect>) {
    if let Some(why) = state.obstacle() {
        // The line stays open: what was typed isn't lost.
        return toast(state, ToastTone::Plain, why);
    }
    state.overlay = None;
    send(state, about, says, effects);
}

/// Sends a decision about what is on the screen, if that is still what it is about.
pub fn send(state: &mut State, about: About, says: Says, effects: &mut Vec<Effect>) {
    let why = match says.word {
        Word::Approve => state.why_not_approve(),
        Word::Reject | Word::Respond => state.obstacle(),
    };
    if let Some(why) = why {
        return toast(state, ToastTone::Plain, why);
    }
    let on_screen = state.pending.reading().map(|detail| &detail.request);
    if on_screen.map(About::of) != Some(about) {
        return toast(state, ToastTone::Plain, "it has changed: look at it again");
    }
    let choice = state.pending.choice;
    dispatch(state, about, says, choice, effects);
}

/// Puts a decision on its way to the gate.
pub fn dispatch(
    state: &mut State,
    about: About,
    says: Says,
    choice: Choice,
    effects: &mut Vec<Effect>,
) {
    let edited = says.params.is_some();
    let decide = Decide {
        decision: says.word,
        digest: Some(about.digest),
        plan: about.plan,
        reason: says.reason,
        notify_agent: choice.notify_agent,
        params: says.params,
        text: says.text,
        remember: match says.word {
            Word::Approve if !edited => choice.remember,
            Word::Approve | Word::Reject | Word::Respond => Remember::Once,
        },
    };
    effects.push(Effect::Decide(about.id, Box::new(decide.clone())));
    state.pending.sending.push(Sending {
        id: about.id,
        decide,
        unsure: false,
    });
}

/// `t`
pub fn toggle_notify(state: &mut State) {
    if let Some(why) = state.obstacle().or_else(|| state.why_always_told()) {
        return toast(state, ToastTone::Plain, why);
    }
    state.pending.choice.notify_agent ^= true;
}

/// `m`
pub fn cycle_remember(state: &mut State) {
    if let Some(why) = state.obstacle().or_else(|| state.why_not_remembered()) {
        return toast(state, ToastTone::Plain, why);
    }
    if !state.detail_is_visible() {
        return unopened(state);
    }
    let Some(you) = state.pending.reading().and_then(|d| d.request.you.as_ref()) else {
        return;
    };
    let rest = you.remember.iter().filter(|each| **each != Remember::Once);
    let choices: Vec<Remember> = [Remember::Once].into_iter().chain(rest.copied()).collect();
    let now = state.pending.choice.remember;
    let at = choices.iter().position(|choice| *choice == now);
    let next = (at.map_or(0, |at| at + 1)) % choices.len();
    state.pending.choice.remember = choices[next];
}
