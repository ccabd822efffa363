//! What the gate answered. The outcome of a decision is only ever what the gate said.

use crate::api::page::Page;
use crate::api::problem::Problem;
use crate::api::request::{Request, Why};
use crate::client::ClientError;
use crate::domain::id::{PersonId, RequestId};
use crate::domain::review::{Remember, Word};
use crate::tui::effect::{Effect, PageFetch};
use crate::tui::event::Answer;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{State, ToastTone, words};

use super::{history, pending, settings, toast};

/// Takes an answer in.
pub fn take(state: &mut State, answer: Answer, effects: &mut Vec<Effect>) {
    match answer {
        Answer::Page(fetch, result) => page(state, &fetch, result),
        Answer::Request(id, result) => request(state, id, result, effects),
        Answer::Decided(id, word, result) => decided(state, id, word, result, effects),
        Answer::TakenBack(id, result) => taken_back(state, id, result, effects),
        Answer::Why(id, result) => why(state, id, result),
        Answer::History(fetch, result) => history::page(state, &fetch, result),
        Answer::Opened(id, result) => history::opened(state, id, result, effects),
        Answer::Settings(result) => settings::known(state, result),
        Answer::Saved(change, result) => settings::saved(
            state,
            &change,
            result.map(|known| known.map(|known| *known)),
        ),
    }
}

fn page(state: &mut State, fetch: &PageFetch, result: Result<Page<Request>, ClientError>) {
    // An answer to a question from before the connection broke.
    if state.pending.list.asked.as_ref() != Some(fetch) {
        return;
    }
    let entries = state.entries();
    match result {
        Ok(page) => state.pending.list.accept(fetch, page, entries),
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
        Err(error) => toast(state, ToastTone::Bad, error.to_string()),
    }
}

fn put(state: &mut State, request: Request) {
    let document = pending::document(state);
    state.pending.details.put(request, document);
}

fn decided(
    state: &mut State,
    id: RequestId,
    word: Word,
    result: Result<Box<Request>, ClientError>,
    effects: &mut Vec<Effect>,
) {
    match result {
        Ok(request) => {
            let sent = state.pending.sending(id);
            let remember = sent.map_or(Remember::Once, |sent| sent.decide.remember);
            state.pending.sending.retain(|sending| sending.id != id);
            heard(state, word, remember, *request);
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

/// Whatever the gate says of it: that it was taken back, or why not.
fn taken_back(
    state: &mut State,
    id: RequestId,
    result: Result<Box<Request>, ClientError>,
    effects: &mut Vec<Effect>,
) {
    match result {
        Ok(request) => {
            state.pending.approved.take_if(|approved| *approved == id);
            let what = match request.status.decided() {
                true => "taken back, the agent has to ask again",
                false => "taken back, it waits again",
            };
            let text = format!("{what}: {}", request.headline.plain_line());
            toast(state, ToastTone::Good, text);
            put(state, *request);
        }
        Err(ClientError::Refused(problem)) => {
            toast(state, ToastTone::Bad, refusal(state, &problem));
        }
        Err(error) => toast(state, ToastTone::Bad, error.to_string()),
    }
    ask_again(state, id, effects);
}

fn ask_again(state: &mut State, id: RequestId, effects: &mut Vec<Effect>) {
    state.pending.list.refresh();
    if state.pending.details.ask_again(id) {
        effects.push(Effect::FetchRequest(id));
    }
}

/// The gate has the decision.
fn heard(state: &mut State, word: Word, remember: Remember, request: Request) {
    let headline = request.headline.plain_line();
    if word == Word::Approve {
        state.pending.approved = Some(request.id);
    }
    let text = match &request.review {
        Some(review) if !request.status.decided() => format!(
            "{}, {} of {} approvals: {headline}",
            word.past(),
            review.given,
            review.needed
        ),
        _ => format!(
            "{}{}: {headline}",
            word.past(),
            words::and_from_now_on(remember)
        ),
    };
    let tone = match word {
        Word::Approve => ToastTone::Good,
        Word::Reject => ToastTone::Bad,
        Word::Respond => ToastTone::Good,
    };
    toast(state, tone, text);
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
            heard(state, word, sent.remember, request.clone());
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

fn refusal(state: &State, problem: &Problem) -> String {
    match (&problem.decided_by, problem.decision, problem.at) {
        (Some(by), Some(decision), Some(at)) => format!(
            "{by} {} this at {}",
            decision.word(),
            words::clock(at, &state.zone)
        ),
        _ => format!("{}: {}", problem.title, problem.detail.plain_line()),
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
