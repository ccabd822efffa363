//! Several requests in one go: marked one by one, asked about by name, and then decided each by itself,
//! one after another, with its own digest. What becomes of each is told.

use crate::domain::id::RequestId;
use crate::domain::review::Word;
use crate::domain::untrusted::Untrusted;
use crate::tui::effect::Effect;
use crate::tui::state::field::Field;
use crate::tui::state::marks::{Batch, MOST, Marked, Several};
use crate::tui::state::overlay::{About, Overlay};
use crate::tui::state::pending::{Choice, Pane};
use crate::tui::state::{State, ToastTone};

use super::decide::{self, Says};
use super::{STALE, guard, toast};

/// `space`
pub fn toggle(state: &mut State) {
    if state.now.elapsed < state.guard.dead_until {
        let text = "this has just come on the screen: look first, then mark";
        return toast(state, ToastTone::Plain, text);
    }
    let Some(row) = state.pending.list.focused() else {
        return;
    };
    let (id, decided) = (row.id, state.is_decided(row));
    let marked = Marked::of(row);
    let marks = &mut state.pending.marks;
    if let Some(at) = marks.iter().position(|mark| mark.about.id == id) {
        marks.remove(at);
    } else if decided {
        return toast(state, ToastTone::Plain, "it waits no more: nothing to mark");
    } else if marks.len() == MOST {
        let text = format!("{MOST} are marked: no more in one go");
        return toast(state, ToastTone::Plain, text);
    } else {
        marks.push(marked);
    }
    if state.pending.pane == Pane::List {
        let entries = state.entries();
        state.pending.list.step(1, entries);
    }
}

/// `R`
pub fn ask_reason(state: &mut State) {
    if let Some(why) = state.why_not_several() {
        return toast(state, ToastTone::Plain, why);
    }
    open(state, Word::Reject);
}

/// `A`
pub fn ask_approval(state: &mut State) {
    if let Some(why) = state
        .why_not_several()
        .or_else(|| state.why_not_approve_marked())
    {
        return toast(state, ToastTone::Plain, why);
    }
    open(state, Word::Approve);
}

fn open(state: &mut State, word: Word) {
    let several = Several {
        word,
        items: state.pending.marks.clone(),
        field: Field::default(),
        asked_again: false,
    };
    state.overlay = Some(Overlay::Several(several));
    guard::hold_off(state);
}

/// Enter in the reason for several.
pub fn reject(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Several(several)) = &mut state.overlay else {
        return;
    };
    if several.items.is_empty() {
        return toast(state, ToastTone::Plain, STALE);
    }
    let reason = several.field.text.trim().to_owned();
    if reason.is_empty() && !several.asked_again {
        several.asked_again = true;
        return;
    }
    let reason = (!reason.is_empty()).then(|| Untrusted::from(reason));
    start(state, reason, effects);
}

/// `y` to the question about several.
pub fn approve(state: &mut State, effects: &mut Vec<Effect>) {
    match state.why_not_approve_marked() {
        Some(why) => {
            state.overlay = None;
            toast(state, ToastTone::Plain, why);
        }
        None => start(state, None, effects),
    }
}

fn start(state: &mut State, reason: Option<Untrusted>, effects: &mut Vec<Effect>) {
    if let Some(why) = state.why_not_several() {
        return toast(state, ToastTone::Plain, why);
    }
    let Some(Overlay::Several(several)) = state.overlay.take() else {
        return;
    };
    let asked = |mark: &Marked| several.items.iter().any(|item| item.about == mark.about);
    state.pending.marks.retain(|mark| !asked(mark));
    state.pending.batch = Some(Batch {
        word: several.word,
        reason,
        waiting: several.items.into(),
        current: None,
        done: 0,
        failed: Vec::new(),
    });
    next(state, effects);
}

/// Sends the next one; says what became of all when there is none.
fn next(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(batch) = &mut state.pending.batch else {
        return;
    };
    let Some(marked) = batch.waiting.pop_front() else {
        return tell(state);
    };
    let says = Says {
        reason: batch.reason.clone(),
        ..Says::word(batch.word)
    };
    let about = marked.about;
    let busy = state.pending.sending(about.id).is_some();
    let batch = state.pending.batch.as_mut().expect("it was there");
    if busy {
        let headline = marked.headline.plain_line();
        let why = "another decision about it was on its way";
        batch
            .failed
            .push(format!("not {}: {headline}: {why}", batch.word.past()));
        return next(state, effects);
    }
    batch.current = Some(marked);
    decide::dispatch(state, about, says, Choice::default(), effects);
}

/// What the gate made of one of them.
pub enum Outcome {
    Taken,
    /// Not this one.
    Refused,
    /// It may not have been heard, and neither would the rest be.
    Broken,
}

/// The gate has answered about a request; if it is the one of several, the next one follows.
pub fn answered(state: &mut State, id: RequestId, outcome: Outcome, effects: &mut Vec<Effect>) {
    let said = state.toast.as_ref().map(|toast| toast.text.clone());
    let Some(batch) = &mut state.pending.batch else {
        return;
    };
    let Some(current) = batch.current.take_if(|current| current.about.id == id) else {
        return;
    };
    let headline = current.headline.plain_line();
    let why = said.unwrap_or_default();
    let not = format!("not {}", batch.word.past());
    match outcome {
        Outcome::Taken => batch.done += 1,
        Outcome::Refused => batch.failed.push(format!("{not}: {headline}: {why}")),
        Outcome::Broken => {
            batch.failed.push(format!("{headline}: {why}"));
            for marked in batch.waiting.drain(..) {
                let headline = marked.headline.plain_line();
                batch.failed.push(format!("{not}, nor sent: {headline}"));
            }
        }
    }
    next(state, effects);
}

/// All are through: what became of them.
fn tell(state: &mut State) {
    let Some(batch) = state.pending.batch.take() else {
        return;
    };
    let all = batch.of();
    let done = format!("{} {} of {all}", batch.word.past(), batch.done);
    match batch.failed.as_slice() {
        [] => toast(state, ToastTone::Good, done),
        failed => {
            for text in failed {
                toast(state, ToastTone::Bad, text.as_str());
            }
            let text = format!("{done}; M tells of the other {}", failed.len());
            toast(state, ToastTone::Bad, text);
        }
    }
}

/// What is known of a request now: a mark on what is no longer so comes off, and a question about several
/// is taken back, since it named something else.
pub fn check(state: &mut State, about: About, decided: bool) {
    let marks = &mut state.pending.marks;
    let at = marks.iter().position(|mark| mark.about.id == about.id);
    let Some(at) = at.filter(|at| decided || marks[*at].about != about) else {
        return;
    };
    let mark = marks.remove(at);
    let what = if decided {
        "was decided"
    } else {
        "has changed"
    };
    let named =
        |overlay: &Overlay| matches!(overlay, Overlay::Several(s) if s.word == Word::Approve);
    if let Some(Overlay::Several(several)) = &mut state.overlay {
        several.items.retain(|item| item.about.id != about.id);
    }
    let asked = state.overlay.take_if(|overlay| named(overlay)).is_some();
    if asked {
        guard::hold_off(state);
    }
    let end = if asked { ": nothing was approved" } else { "" };
    let text = format!(
        "a marked one {what}, its mark is off{end}: {}",
        mark.headline.plain_line()
    );
    toast(state, ToastTone::Plain, text);
}

/// The mark of one that was decided from here comes off without a word: what became of it is said anyway.
pub fn decided(state: &mut State, id: RequestId) {
    if !matches!(state.overlay, Some(Overlay::Several(_))) {
        state.pending.marks.retain(|mark| mark.about.id != id);
    }
}

/// `esc`
pub fn clear(state: &mut State) {
    state.pending.marks.clear();
}
