//! From a key to a decision on its way to the gate, and every reason why it doesn't get there.
//!
//! Invariant: a decision is made of what is on the screen: this id, this digest, this plan.

use crate::api::request::Decide;
use crate::domain::digest::Digest;
use crate::domain::id::RequestId;
use crate::domain::review::{Remember, Word};
use crate::domain::untrusted::Untrusted;
use crate::tui::effect::Effect;
use crate::tui::state::overlay::{Overlay, Purpose, Question, ReasonLine};
use crate::tui::state::pending::Sending;
use crate::tui::state::{self, State, Tab, ToastTone, words};

use super::{STALE, guard, toast};

/// Said where a key is about what isn't on the screen.
const UNOPENED: &str = "open it first: enter";

/// `a`
pub fn approve(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    if !state.detail_is_visible() {
        return toast(state, ToastTone::Plain, UNOPENED);
    }
    let (_, height) = state.reading_window();
    let Some(detail) = state.pending.reading_mut() else {
        return;
    };
    if !detail.seen.all() {
        let unseen = detail.unseen(height);
        detail.scroll_to_unseen(height);
        let text = match detail.unseen(height) {
            0 => "that was the rest: press a again".to_owned(),
            _ => format!(
                "{} not read: here is the first",
                words::count(unseen, "line")
            ),
        };
        return toast(state, ToastTone::Plain, text);
    }
    let request = &detail.request;
    let question = Question {
        id: request.id,
        digest: request.digest,
    };
    if state::is_grave(request) {
        state.overlay = Some(Overlay::Confirm(question));
        guard::hold_off(state);
    } else {
        send(
            state,
            question.id,
            question.digest,
            Word::Approve,
            None,
            effects,
        );
    }
}

/// `y`
pub fn confirm(state: &mut State, question: Question, effects: &mut Vec<Effect>) {
    state.overlay = None;
    send(
        state,
        question.id,
        question.digest,
        Word::Approve,
        None,
        effects,
    );
}

/// `r` and `R`: both ask for words first.
pub fn ask_words(state: &mut State, purpose: Purpose) {
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    if let Some(detail) = state.pending.reading() {
        state.overlay = Some(Overlay::Reason(ReasonLine {
            purpose,
            id: detail.request.id,
            digest: detail.request.digest,
            text: String::new(),
            cursor: 0,
            asked_again: false,
            stale: false,
        }));
    }
}

/// Enter in the answer.
pub fn respond(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Reason(line)) = &mut state.overlay else {
        return;
    };
    if line.stale {
        return toast(state, ToastTone::Plain, STALE);
    }
    let words = line.text.trim().to_owned();
    if words.is_empty() {
        line.asked_again = true;
        return;
    }
    let (id, digest) = (line.id, line.digest);
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    state.overlay = None;
    let words = Some(Untrusted::from(words));
    send(state, id, digest, Word::Respond, words, effects);
}

/// `z`: one's own approval, until it is used.
pub fn undo(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.is_live() {
        let text = "not connected: taking back needs the gate";
        return toast(state, ToastTone::Plain, text);
    }
    let target = match state.tab {
        Tab::History => state.history.list.focused().map(|row| row.id),
        Tab::Pending | Tab::Settings => state.pending.approved,
    };
    match target {
        Some(id) => effects.push(Effect::TakeBack(id)),
        None => toast(
            state,
            ToastTone::Plain,
            "you have approved nothing since the inbox was opened; the history has the rest",
        ),
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
    let reason = line.text.trim().to_owned();
    if reason.is_empty() && !line.asked_again {
        line.asked_again = true;
        return;
    }
    let (id, digest) = (line.id, line.digest);
    let reason = (!reason.is_empty()).then(|| Untrusted::from(reason));
    if let Some(why) = state.obstacle() {
        // The line stays open: what was typed isn't lost.
        return toast(state, ToastTone::Plain, why);
    }
    state.overlay = None;
    send(state, id, digest, Word::Reject, reason, effects);
}

fn send(
    state: &mut State,
    id: RequestId,
    digest: Digest,
    word: Word,
    reason: Option<Untrusted>,
    effects: &mut Vec<Effect>,
) {
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    let on_screen = state.pending.reading().map(|detail| &detail.request);
    let Some(request) = on_screen.filter(|request| request.id == id && request.digest == digest)
    else {
        return toast(state, ToastTone::Plain, "it has changed: look at it again");
    };
    let choice = state.pending.choice;
    let decide = Decide {
        decision: word,
        digest: Some(digest),
        plan: request.review.as_ref().map(|review| review.plan),
        reason: reason.clone().filter(|_| word != Word::Respond),
        notify_agent: choice.notify_agent,
        params: None,
        text: reason.filter(|_| word == Word::Respond),
        remember: match word {
            Word::Approve => choice.remember,
            Word::Reject | Word::Respond => Remember::Once,
        },
    };
    effects.push(Effect::Decide(id, Box::new(decide.clone())));
    state.pending.sending.push(Sending {
        id,
        decide,
        unsure: false,
    });
}

/// `t`
pub fn toggle_notify(state: &mut State) {
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    let you = state.pending.reading().and_then(|d| d.request.you.as_ref());
    if you.is_some_and(|you| you.notify_always) {
        let text = "the agent is always told here: it waits, or this is a chat";
        return toast(state, ToastTone::Plain, text);
    }
    state.pending.choice.notify_agent ^= true;
}

/// `m`
pub fn cycle_remember(state: &mut State) {
    if let Some(why) = state.obstacle().or_else(|| state.why_not_remembered()) {
        return toast(state, ToastTone::Plain, why);
    }
    if !state.detail_is_visible() {
        return toast(state, ToastTone::Plain, UNOPENED);
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
