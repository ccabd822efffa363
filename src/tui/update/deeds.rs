//! What is done about a request besides deciding it: taking one's approval back, claiming it, putting it
//! off. The outcome is only ever what the gate says.

use crate::api::request::{DecisionRecord, Request};
use crate::client::ClientError;
use crate::domain::id::{PersonId, RequestId};
use crate::domain::lifecycle::Status;
use crate::domain::review::Remember;
use crate::domain::time::TOMORROW;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::overlay::{Overlay, TextLine};
use crate::tui::state::pending::Deed;
use crate::tui::state::settings::section::Section;
use crate::tui::state::{STARTED, State, Tab, ToastTone, words};

use super::{STALE, answers, history, toast};

/// What the line offers first, and what each `tab` offers.
const OFFERS: [&str; 3] = ["15m", "1h", TOMORROW];

/// `z`: the approval of what is focused, or else the one that was just given.
pub fn undo(state: &mut State, effects: &mut Vec<Effect>) {
    let focused = match state.tab {
        Tab::History => state.recorded().map(|request| request.id),
        _ => state.pending.list.focused().map(|row| row.id),
    };
    if let Some(why) = state.why_not(ActionId::Undo) {
        return toast(state, ToastTone::Plain, why);
    }
    let id = match state.why_not_undo() {
        None => focused,
        Some(_) => state.just_approved(),
    };
    if let Some(id) = id {
        send(state, id, Deed::TakeBack, effects);
    }
}

/// What was approved from here was started, or has ended: it is too late to take that back, and nothing says
/// any more that it can be.
pub fn moved_on(state: &mut State, kind: &str, id: RequestId) {
    let last = &mut state.pending.approved;
    match kind {
        "execution.revoked" | "execution.lapsed" => {
            last.take_if(|last| last.id == id);
        }
        _ => {
            if let Some(last) = last.as_mut().filter(|last| last.id == id) {
                last.too_late = Some(STARTED);
            }
        }
    }
    let offer = answers::offer(state);
    if let Some(toast) = &mut state.toast
        && toast.undoes.take_if(|undoes| *undoes == id).is_some()
    {
        // It stands before whatever an agent wrote.
        toast.text = toast.text.replacen(&offer, "", 1);
    }
}

/// `c`
pub fn claim(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    let Some(request) = state.pending.reading().map(|detail| &detail.request) else {
        return;
    };
    let (id, mine) = (request.id, state.claims(request));
    let deed = if mine { Deed::Release } else { Deed::Claim };
    send(state, id, deed, effects);
}

/// `s`: asks for how long; what is put off already is called back.
pub fn ask_how_long(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(why) = state.obstacle() {
        return toast(state, ToastTone::Plain, why);
    }
    if let Some(id) = state.put_off() {
        return call_back(state, id, effects);
    }
    if let Some(detail) = state.pending.reading() {
        let mut line = TextLine::about(&detail.request);
        line.field.insert(OFFERS[0]);
        state.overlay = Some(Overlay::Snooze(line));
    }
}

/// What was put off waits again.
pub fn call_back(state: &mut State, id: RequestId, effects: &mut Vec<Effect>) {
    send(state, id, Deed::CallBack, effects);
}

/// `tab` in that line.
pub fn offer_another(state: &mut State) {
    if let Some(Overlay::Snooze(line)) = &mut state.overlay {
        let at = OFFERS
            .iter()
            .position(|offer| *offer == line.field.text.trim());
        let next = at.map_or(0, |at| (at + 1) % OFFERS.len());
        line.field.clear();
        line.field.insert(OFFERS[next]);
    }
}

/// Enter in it.
pub fn snooze(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Snooze(line)) = &state.overlay else {
        return;
    };
    if line.stale {
        return toast(state, ToastTone::Plain, STALE);
    }
    let (id, typed) = (line.about.id, line.field.text.clone());
    if put_off_for(state, id, &typed, effects) {
        state.overlay = None;
    }
}

/// Puts it off for as long as was typed; says whether that was possible.
pub fn put_off_for(
    state: &mut State,
    id: RequestId,
    typed: &str,
    effects: &mut Vec<Effect>,
) -> bool {
    let until = words::until(typed, state.now.wall, &state.zone);
    let until = until.ok_or_else(|| words::HOW_LONG.to_owned());
    let until = until.and_then(|until| state.obstacle().map_or(Ok(until), Err));
    match until {
        Ok(until) => send(state, id, Deed::Snooze(until), effects),
        Err(why) => {
            toast(state, ToastTone::Plain, why);
            return false;
        }
    }
    true
}

fn send(state: &mut State, id: RequestId, deed: Deed, effects: &mut Vec<Effect>) {
    if !state.is_live() {
        let text = "not connected: that needs the gate";
        return toast(state, ToastTone::Plain, text);
    }
    if state.pending.doing.contains(&id) || state.pending.sending(id).is_some() {
        return toast(state, ToastTone::Plain, "that is on its way to the gate");
    }
    state.pending.doing.push(id);
    effects.push(Effect::Do(id, deed));
}

/// The gate has answered.
pub fn done(
    state: &mut State,
    id: RequestId,
    deed: Deed,
    result: Result<Box<Request>, ClientError>,
    effects: &mut Vec<Effect>,
) {
    state.pending.doing.retain(|doing| *doing != id);
    let last = &mut state.pending.approved;
    last.take_if(|last| last.id == id && deed == Deed::TakeBack);
    match result {
        Ok(request) => took_effect(state, deed, *request, effects),
        Err(error) => {
            let text = match &error {
                ClientError::Refused(problem) => answers::refusal(state, problem),
                error if error.was_not_sent() => format!("nothing was changed: {error}"),
                error => format!("not known yet whether the gate heard it: {error}"),
            };
            toast(state, ToastTone::Bad, text);
            if state.is_live() {
                answers::ask_again(state, id, effects);
                history::ask_again(state, id, effects);
            }
        }
    }
}

fn took_effect(state: &mut State, deed: Deed, request: Request, effects: &mut Vec<Effect>) {
    let headline = request.headline.plain_line();
    let text = match deed {
        Deed::TakeBack if is_remembered(state, &request) => {
            // What was wanted for the next ones is a choice of its own, which this leaves as it is.
            let page = Section::AutoApproval.title();
            format!("taken back; later ones still go through unasked: Settings, {page}")
        }
        Deed::TakeBack if request.status == Status::Revoked => {
            format!("taken back, and it won't run: {headline}")
        }
        Deed::TakeBack => format!("your approval is taken back: {headline}"),
        Deed::Claim => format!("taken on; others see that: {headline}"),
        Deed::Release => format!("given back: {headline}"),
        Deed::Snooze(_) => put_off(state, &request, &headline),
        Deed::CallBack => {
            if state.pending.list.query.is_put_off() {
                state.pending.list.remove(request.id);
            }
            format!("it waits for you again: {headline}")
        }
    };
    toast(state, ToastTone::Good, text);
    state.pending.list.refresh();
    history::ask_again(state, request.id, effects);
    if state.tab == Tab::Pending || state.pending.details.get(request.id).is_some() {
        answers::put(state, request);
    }
}

/// Whether the approval that was taken back had been one for later ones as well.
fn is_remembered(state: &State, request: &Request) -> bool {
    let me = state.me.as_ref().map(|me| me.id.as_str());
    let mine = |vote: &&DecisionRecord| vote.by.person().map(PersonId::as_str) == me;
    let mut votes = request.decisions.iter().filter(mine);
    votes.any(|vote| vote.remember != Remember::Once)
}

/// Hides it, and remembers when it comes back. Deadlines may bring it back earlier than was asked for.
fn put_off(state: &mut State, request: &Request, headline: &str) -> String {
    let until = request.you.as_ref().and_then(|you| you.snoozed_until);
    let Some(until) = until else {
        return format!("not hidden, its time is nearly over: {headline}");
    };
    state.pending.list.remove(request.id);
    state.pending.returns.push(until);
    let until = words::when(until, state.now.wall, &state.zone);
    format!("put off until {until}: {headline}")
}

/// Those whose time has come are asked for again.
pub fn due(state: &mut State) {
    let now = state.now.wall;
    let before = state.pending.returns.len();
    state.pending.returns.retain(|at| *at > now);
    if state.pending.returns.len() < before {
        state.pending.list.refresh();
    }
}
