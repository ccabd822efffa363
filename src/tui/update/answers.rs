//! What the gate answered. The outcome of a decision is only ever what the gate said.

use crate::api::page::Page;
use crate::api::problem::Problem;
use crate::api::request::{Decide, Request, Why};
use crate::client::ClientError;
use crate::domain::id::{PersonId, RequestId};
use crate::domain::lifecycle::Status;
use crate::domain::review::Word;
use crate::domain::untrusted::safe;
use crate::tui::action::ActionId;
use crate::tui::effect::{Effect, PageFetch};
use crate::tui::event::{Answer, Stream};
use crate::tui::state::overlay::{About, Overlay};
use crate::tui::state::pending::Approved;
use crate::tui::state::{STARTED, State, ToastTone, words};

use super::{
    bell, deeds, edit, export, form, history, link, marks, overlay, pending, proof, settings, toast,
};

/// Said of an approval as long as it is true.
pub fn offer(state: &State) -> String {
    format!("; {} takes it back", state.keymap.key(ActionId::Undo))
}

/// Takes an answer in.
pub fn take(state: &mut State, answer: Answer, effects: &mut Vec<Effect>) {
    match answer {
        Answer::Page(fetch, result) => page(state, &fetch, result),
        Answer::Request(id, result) => request(state, id, result, effects),
        Answer::Decided(id, result) => {
            let outcome = match &result {
                Ok(_) => marks::Outcome::Taken,
                Err(ClientError::Refused(_)) => marks::Outcome::Refused,
                Err(_) => marks::Outcome::Broken,
            };
            decided(state, id, result, effects);
            marks::answered(state, id, outcome, effects);
        }
        Answer::Done(id, deed, result) => deeds::done(state, id, deed, result, effects),
        Answer::Edited(about, result) => edit::written(state, about, result),
        Answer::Lines(about, at, result) => form::lines_written(state, about, at, result),
        Answer::Why(id, result) => why(state, id, result),
        Answer::History(fetch, result) => history::page(state, &fetch, result),
        Answer::Opened(id, result) => history::opened(state, id, result, effects),
        Answer::Past(id, result) => overlay::past_known(state, id, result),
        Answer::Bell(result) => bell::known(state, result, effects),
        Answer::BellSeen(result) => bell::seen(state, result),
        Answer::Settings(result) => settings::known(state, result),
        Answer::Saved(change, result) => settings::saved(state, &change, result),
        Answer::Facts(wanted, result) => settings::pages::facts(state, wanted, result),
        Answer::PolicyEdited(result) => settings::policy::written(state, result, effects),
        Answer::Tried(text, result) => settings::policy::tried(state, &text, result),
        Answer::Version(version, result) => {
            settings::policy::version(state, version, result, effects);
        }
        Answer::PolicySaved(result) => settings::policy::saved(state, result),
        Answer::Exported(exported) => export::told(state, exported),
        Answer::Proven(proof) => settings::pages::proven(state, proof),
        Answer::RecordProven(id, result) => proof::proven(state, id, result),
        Answer::LookKept(result) => settings::pages::look_kept(state, result),
    }
}

fn page(state: &mut State, fetch: &PageFetch, result: Result<Page<Request>, ClientError>) {
    // An answer to a question from before the connection broke.
    if state.pending.list.asked.as_ref() != Some(fetch) {
        return;
    }
    let entries = state.entries();
    match result {
        Ok(page) => {
            state.pending.list.accept(fetch, page, entries);
            let rows = &state.pending.list.rows;
            let marked = rows.iter().filter(|row| state.pending.is_marked(row.id));
            let known: Vec<About> = marked.map(About::of).collect();
            for about in known {
                marks::check(state, about, false);
            }
        }
        Err(error) => {
            state.pending.list.refused();
            toast(state, ToastTone::Bad, error.to_string());
        }
    }
}

fn request(
    state: &mut State,
    id: RequestId,
    result: Result<Box<Request>, ClientError>,
    effects: &mut Vec<Effect>,
) {
    if state.pending.details.answered(id, result.is_ok()) {
        effects.push(Effect::FetchRequest(id));
    }
    match result {
        Ok(request) => {
            settle_unsure(state, &request);
            put(state, *request);
        }
        // What came of a decision has to be found out: the gate is looked for until it is.
        Err(error) if error.is_unreachable() && is_unsure(state, id) => {
            link::take(state, Stream::Lost(error.to_string()), effects);
        }
        Err(error) => toast(state, ToastTone::Bad, error.to_string()),
    }
}

fn is_unsure(state: &State, id: RequestId) -> bool {
    state
        .pending
        .sending(id)
        .is_some_and(|sending| sending.unsure)
}

pub fn put(state: &mut State, request: Request) {
    let document = pending::document(state);
    let now = state.now.elapsed;
    let (about, over) = (About::of(&request), request.status.decided());
    state.pending.details.put(request, now, document);
    marks::check(state, about, over);
}

fn decided(
    state: &mut State,
    id: RequestId,
    result: Result<Box<Request>, ClientError>,
    effects: &mut Vec<Effect>,
) {
    match result {
        Ok(request) => {
            let mut sent = state.pending.sending.iter();
            match sent.position(|sending| sending.id == id) {
                Some(at) => {
                    let sent = state.pending.sending.remove(at);
                    bell::decided(state, id);
                    marks::decided(state, id);
                    heard(state, &sent.decide, *request);
                }
                // The request itself has told before what came of it.
                None => put(state, *request),
            }
        }
        Err(ClientError::Refused(problem)) => {
            state.pending.sending.retain(|sending| sending.id != id);
            toast(state, ToastTone::Bad, refusal(state, &problem));
            ask_again(state, id, effects);
        }
        Err(error) if error.was_not_sent() => {
            state.pending.sending.retain(|sending| sending.id != id);
            toast(
                state,
                ToastTone::Bad,
                format!("nothing was decided: {error}"),
            );
        }
        Err(error) => {
            let mut sent = state.pending.sending.iter_mut();
            if let Some(sending) = sent.find(|sending| sending.id == id) {
                sending.unsure = true;
            }
            toast(
                state,
                ToastTone::Bad,
                format!("not known yet whether the gate heard it: {error}"),
            );
            if state.is_live() {
                ask_again(state, id, effects);
            }
        }
    }
}

pub fn ask_again(state: &mut State, id: RequestId, effects: &mut Vec<Effect>) {
    state.pending.list.refresh();
    if state.pending.details.ask_again(id) {
        effects.push(Effect::FetchRequest(id));
    }
}

/// The gate has the decision.
fn heard(state: &mut State, sent: &Decide, request: Request) {
    let headline = request.headline.plain_line();
    let word = sent.decision;
    let edited = sent.params.is_some();
    let done = match edited {
        true => "changed and approved",
        false => word.past(),
    };
    let undo = request.you.as_ref().is_some_and(|you| you.may_undo);
    let undo = match undo {
        true => offer(state),
        false => String::new(),
    };
    let text = match &request.review {
        Some(review) if !request.status.decided() && edited && review.given == 0 => {
            format!("changed; yours doesn't count for it, so others are asked now: {headline}")
        }
        Some(review) if !request.status.decided() => format!(
            "{done}, {} of {} approvals{undo}: {headline}",
            review.given, review.needed
        ),
        _ => format!(
            "{done}{}{undo}: {headline}",
            words::and_from_now_on(sent.remember)
        ),
    };
    let tone = match word {
        Word::Approve | Word::Respond => ToastTone::Good,
        Word::Reject => ToastTone::Bad,
    };
    toast(state, tone, text);
    state
        .pending
        .draft
        .take_if(|(about, _)| about.id == request.id);
    state
        .pending
        .form
        .take_if(|form| form.about.id == request.id);
    let may_undo = !undo.is_empty();
    let started = matches!(
        request.status,
        Status::Executing | Status::Executed | Status::Failed | Status::Unknown
    );
    if word == Word::Approve && (may_undo || started) {
        state.pending.approved = Some(Approved {
            id: request.id,
            at: state.now.elapsed,
            too_late: (!may_undo).then_some(STARTED),
        });
        if let Some(toast) = state.toast.as_mut().filter(|_| may_undo) {
            toast.undoes = Some(request.id);
        }
    }
    if request.status.decided() {
        state.pending.list.remove(request.id);
    }
    state.pending.list.refresh();
    put(state, request);
}

/// The connection broke while a decision was on its way; the request tells what came of it.
fn settle_unsure(state: &mut State, request: &Request) {
    let mut sent = state.pending.sending.iter();
    let Some(at) = sent.position(|sending| sending.id == request.id && sending.unsure) else {
        return;
    };
    let sent = state.pending.sending.remove(at).decide;
    let word = sent.decision;
    let me = state.me.as_ref().map(|me| me.id.as_str());
    let mine =
        |vote: &&crate::api::request::DecisionRecord| vote.by.person().map(PersonId::as_str) == me;
    match request.decisions.iter().find(mine) {
        Some(vote) if vote.decision == word => {
            heard(state, &sent, request.clone());
        }
        _ => {
            let text = match state.ended(request) {
                Some(ended) => format!("yours did not arrive: {ended}"),
                None => "your decision did not reach the gate; it still waits".to_owned(),
            };
            toast(state, ToastTone::Bad, text);
        }
    }
}

/// What the gate said against it.
pub fn refusal(state: &State, problem: &Problem) -> String {
    match (&problem.decided_by, problem.decision, problem.at) {
        (Some(by), Some(decision), Some(at)) => format!(
            "{by} {} this at {}",
            decision.word(),
            words::clock(at, &state.zone)
        ),
        _ => {
            let mut text = format!("{}: {}", safe(&problem.title), problem.detail.plain_line());
            if let Some(error) = problem.errors.first() {
                let (place, what) = (safe(&error.pointer), error.detail.plain_line());
                text.push_str(&format!(" ({place}: {what})"));
            }
            text
        }
    }
}

fn why(state: &mut State, id: RequestId, result: Result<Box<Why>, ClientError>) {
    match (&mut state.overlay, result) {
        (Some(Overlay::Why(ladder)), Ok(why)) if ladder.id == id => ladder.why = Some(why),
        (Some(Overlay::Why(ladder)), Err(error)) if ladder.id == id => {
            state.overlay = None;
            toast(state, ToastTone::Bad, error.to_string());
        }
        _ => {}
    }
}
