//! What is read out: a request from its beginning to its end, the question before a decision, a change, the
//! ladder, what was decided last.

use crate::domain::id::RequestId;
use crate::domain::review::Word;
use crate::tui::state::document::Shape;
use crate::tui::state::overlay::{About, Overlay};
use crate::tui::state::{self, State, Tab, page, words};
use crate::tui::update::decide::Says;

use super::say;
use super::talk::{Question, Wanted};
use super::update::talk_of;

/// How many are read out of the history.
const PAST: usize = 20;
/// The end of an id that has to be typed.
const CODE: usize = 4;

/// Reads out all of the focused request. After that it counts as read, as if all of it had been on a screen.
pub fn show(state: &mut State, id: RequestId) {
    let number = talk_of(state).number(id);
    let shape = shape(state);
    let Some(detail) = state.pending.reading_mut() else {
        return;
    };
    detail.document.lay_out(shape);
    let body = say::rows(detail.document.rows());
    let warnings = detail.document.warnings.clone();
    detail.drawn(usize::MAX);
    let Some(request) = state.pending.reading().map(|detail| &detail.request) else {
        return;
    };
    let mut lines = vec![
        say::item(state, number, request),
        format!("Action: {}", request.action),
    ];
    let guidance = request
        .review
        .as_ref()
        .and_then(|review| review.guidance.as_ref());
    if let Some(guidance) = words::said(guidance) {
        lines.push(format!("Policy says: {}", guidance.plain_line()));
    }
    lines.extend(
        warnings
            .iter()
            .map(|warning| format!("Warning: {}", say::line(warning))),
    );
    lines.extend(body);
    lines.push(format!("That is all of number {number}."));
    let talk = talk_of(state);
    talk.shown = Some(id);
    talk.out.extend(lines);
}

/// Asks before the focused request is decided. What would be sent is what was read out, and nothing else.
pub fn ask(state: &mut State, says: Says) {
    let Some(request) = state.pending.reading().map(|detail| &detail.request) else {
        return;
    };
    let about = About::of(request);
    let headline = say::text(&request.headline.one_line(usize::from(u16::MAX)).pieces);
    let agent = &request.agent;
    let grave = state::is_grave(request);
    let what = match (says.word, &says.params) {
        (Word::Approve, Some(_)) => {
            format!("Approve your change, at {} risk", request.risk.level.word())
        }
        (Word::Approve, None) => format!(
            "Approve this, at {} risk: {agent} may then run {} once, exactly as you have heard",
            request.risk.level.word(),
            request.action
        ),
        (Word::Reject, _) => match &says.reason {
            Some(reason) => format!("Reject this, because: {}", reason.plain_line()),
            None => "Reject this without a reason".to_owned(),
        },
        (Word::Respond, _) => match &says.text {
            Some(text) => format!("Answer {agent}: {}", text.plain_line()),
            None => return,
        },
    };
    let told = match (
        state.pending.choice.notify_agent,
        state.why_always_told().is_some(),
    ) {
        (true, _) | (_, true) => "The agent is told.",
        (false, false) => "The agent is not told.",
    };
    let risk = if grave { "This is grave. " } else { "" };
    let id = request.id.to_string();
    let code = id[id.len() - CODE..].to_uppercase();
    let spelt: Vec<String> = code.chars().map(String::from).collect();
    let lines = [
        format!("{what}? {told}"),
        format!("It is about: {headline}"),
        format!(
            "{risk}Type the last four characters of its id, {}, to do it; anything else leaves it.",
            spelt.join(" ")
        ),
    ];
    let question = Question {
        about,
        says,
        choice: state.pending.choice,
        code,
        asked: state.now.elapsed,
    };
    let talk = talk_of(state);
    talk.out.extend(lines);
    talk.question = Some(question);
}

/// What came of the editor.
pub fn edited(state: &mut State) {
    let shape = shape(state);
    let of_editor =
        |overlay: &mut Overlay| matches!(overlay, Overlay::Edited(_) | Overlay::Broken(_));
    match state.overlay.take_if(of_editor) {
        Some(Overlay::Edited(mut edited)) => {
            edited.document.lay_out(shape);
            let lines = say::rows(edited.document.rows());
            let talk = talk_of(state);
            talk.say("Your change:");
            talk.out.extend(lines);
            let says = Says {
                params: Some(edited.params),
                ..Says::word(Word::Approve)
            };
            ask(state, says);
        }
        Some(Overlay::Broken(broken)) => {
            let rows = page::broken(&broken, &state.keymap, usize::from(shape.width));
            let talk = talk_of(state);
            talk.out.extend(rows.iter().filter_map(page_row));
            talk.say("discard throws it away.");
        }
        _ => {}
    }
}

pub fn why(state: &mut State) {
    let width = usize::from(shape(state).width);
    match state.overlay.take() {
        Some(Overlay::Why(ladder)) if ladder.why.is_none() => {
            state.overlay = Some(Overlay::Why(ladder));
            talk_of(state).wanted = Some(Wanted::Why);
        }
        Some(Overlay::Why(ladder)) => {
            let rows = page::ladder(&ladder, width);
            talk_of(state).out.extend(rows.iter().filter_map(page_row));
        }
        // It was refused, which was said.
        _ => {}
    }
}

/// A row of a page as a line; nothing of a blank one.
fn page_row(row: &page::PageRow) -> Option<String> {
    let parts = [
        row.first.text.trim().to_owned(),
        row.second.text.trim().to_owned(),
        say::text(&row.text),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(": "))
}

pub fn history(state: &mut State) {
    let list = &state.history.list;
    if !list.loaded || list.asked.is_some() || list.is_stale() {
        talk_of(state).wanted = Some(Wanted::History);
        return;
    }
    let lines: Vec<String> = list
        .rows
        .iter()
        .take(PAST)
        .map(|row| say::past(state, row))
        .collect();
    state.tab = Tab::Pending;
    let talk = talk_of(state);
    talk.say(match lines.len() {
        0 => "Nothing was decided yet.",
        _ => "Decided last, the newest first:",
    });
    talk.out.extend(lines);
}

/// As wide as the terminal, so that no row of a text goes on at the edge of the next one.
fn shape(state: &State) -> Shape {
    Shape {
        width: state.size.width.saturating_sub(2).max(20),
        compact: true,
    }
}
