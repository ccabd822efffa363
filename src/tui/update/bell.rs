//! The bell: how many things the one who looks was told of and hasn't seen, and what they are.

use crate::api::notification::{Notifications, Unseen};
use crate::client::ClientError;
use crate::domain::id::RequestId;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::bell::Told;
use crate::tui::state::document::Document;
use crate::tui::state::overlay::{Overlay, Sheet};
use crate::tui::state::pending::Pane;
use crate::tui::state::{State, Tab, ToastTone, words};

use super::{guard, toast};

/// `N`: opens the list of it.
pub fn open(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.is_live() {
        return toast(
            state,
            ToastTone::Plain,
            "not connected: the gate knows what you were told",
        );
    }
    state.overlay = Some(Overlay::Bell(Told::default()));
    effects.push(Effect::FetchBell);
}

/// A key of the list. What the focus has left, and what was opened, isn't new any more.
pub fn act(state: &mut State, action: ActionId, effects: &mut Vec<Effect>) {
    let half = isize::try_from(state.layout().body.height / 4).unwrap_or(1);
    match action {
        ActionId::Down => step(state, 1),
        ActionId::Up => step(state, -1),
        ActionId::PageDown => step(state, half.max(1)),
        ActionId::PageUp => step(state, -half.max(1)),
        ActionId::First => step(state, isize::MIN),
        ActionId::Last => step(state, isize::MAX),
        ActionId::Open => open_request(state, effects),
        ActionId::Close => close(state),
        _ => {}
    }
}

fn step(state: &mut State, by: isize) {
    let Some(Overlay::Bell(list)) = &mut state.overlay else {
        return;
    };
    let from = state.bell.place(list);
    let Some(told) = &mut state.bell.told else {
        return;
    };
    let to = from
        .saturating_add_signed(by)
        .min(told.len().saturating_sub(1));
    for passed in told.iter_mut().take(from.max(to) + 1).skip(from.min(to)) {
        passed.seen = true;
    }
    list.focus = told.get(to).map(|one| one.id);
    list.wanted = None;
}

/// Once it was listed, nothing of it is new.
fn close(state: &mut State) {
    state.overlay = None;
    let newest = state.bell.told.iter().flatten().map(|one| one.id).max();
    if let Some(newest) = newest {
        state.bell.old_through(newest);
    }
}

/// Enter: to the request on the Pending screen, where it is on the list there; else it is shown on a page.
fn open_request(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Bell(list)) = &mut state.overlay else {
        return;
    };
    let Some(id) = state.bell.focused(list).and_then(|told| told.request) else {
        return;
    };
    list.wanted = Some(id);
    let entries = state.entries();
    if state.pending.list.focus_on(id, entries) {
        close(state);
        state.tab = Tab::Pending;
        state.pending.pane = Pane::Detail;
        // What would be decided has only just come on the screen.
        guard::hold_off(state);
    } else if state.pending.details.get(id).is_none() && state.pending.details.ask_again(id) {
        effects.push(Effect::FetchRequest(id));
    }
}

/// After every event: what was to be opened is shown once it is here, and the focus is on the screen. What is
/// still new is asked for once nothing is being decided any more.
pub fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    let busy = !state.pending.sending.is_empty() || state.pending.batch.is_some();
    if state.is_live() && !busy && std::mem::take(&mut state.bell.is_old) {
        effects.push(Effect::FetchBell);
    }
    let page = state.layout().page();
    let Some(Overlay::Bell(list)) = &mut state.overlay else {
        return;
    };
    let width = usize::from(page.width);
    let (rows, focused) = state.bell.page(list, state.now.wall, &state.zone, width);
    list.fit(rows.len(), &focused, usize::from(page.height));
    if let Some(id) = list.wanted {
        show(state, id);
    }
}

fn show(state: &mut State, id: RequestId) {
    let Some(request) = state.pending.details.get(id).map(|detail| &detail.request) else {
        return;
    };
    let filter = state.keymap.key(ActionId::Filter);
    let (title, stands) = match state.ended(request) {
        Some(ended) => ("What you were told of is over", ended),
        None => (
            "What you were told of still waits",
            match request.you.as_ref().and_then(|you| you.snoozed_until) {
                Some(until) if until > state.now.wall => format!(
                    "waits, and you put it off until {}",
                    words::when(until, state.now.wall, &state.zone)
                ),
                _ => format!(
                    "waits, but not among the rows that are on the list now; {filter} finds it there"
                ),
            },
        ),
    };
    let document = Document::page(request, stands, &state.zone);
    close(state);
    state.overlay = Some(Overlay::Sheet(Box::new(Sheet {
        id,
        title,
        document: Some(document),
        scroll: 0,
    })));
}

/// The one who looks has seen some of it, perhaps in another inbox. A list that is open keeps its marks.
pub fn seen_somewhere(state: &State, effects: &mut Vec<Effect>) {
    if !is_open(state) {
        effects.push(Effect::FetchBell);
    }
}

/// It rang once more: what is on the screen is asked for again, else it is only counted.
pub fn rang(state: &mut State, effects: &mut Vec<Effect>) {
    state.bell.unseen += 1;
    if is_open(state) {
        effects.push(Effect::FetchBell);
    }
}

/// The one who looks has decided about it: that they were asked is no news any more. What else is new, the gate
/// knows.
pub fn decided(state: &mut State, id: RequestId) {
    if state.bell.unseen > 0 {
        state.bell.decided.insert(id);
        state.bell.is_old = true;
    }
}

/// What the gate says of it. What is listed on the screen has been seen, and so has what was decided from here;
/// the gate is told once nothing else is new, since it counts from the last that was seen.
pub fn known(
    state: &mut State,
    result: Result<Notifications, ClientError>,
    effects: &mut Vec<Effect>,
) {
    match result {
        Ok(mut bell) => {
            let newest = bell.items.first().filter(|newest| !newest.seen);
            let newest = newest.map(|newest| newest.id);
            let decided = &state.bell.decided;
            for one in bell.items.iter_mut().filter(|one| !one.seen) {
                if one.request.is_some_and(|id| decided.contains(&id)) {
                    one.seen = true;
                    bell.unseen = bell.unseen.saturating_sub(1);
                }
            }
            if let Some(newest) = newest.filter(|_| is_open(state) || bell.unseen == 0) {
                effects.push(Effect::BellSeen(newest));
            }
            state.bell.unseen = bell.unseen;
            state.bell.told = Some(bell.items);
        }
        Err(error) => toast(state, ToastTone::Bad, error.to_string()),
    }
}

/// The gate knows that it was seen.
pub fn seen(state: &mut State, result: Result<Unseen, ClientError>) {
    match result {
        Ok(left) => state.bell.unseen = left.unseen,
        Err(error) => toast(state, ToastTone::Bad, error.to_string()),
    }
}

fn is_open(state: &State) -> bool {
    matches!(state.overlay, Some(Overlay::Bell(_)))
}
