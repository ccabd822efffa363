//! The bell: how many things the one who looks was told of and hasn't seen, and what they are.

use crate::api::notification::{Notifications, Unseen};
use crate::client::ClientError;
use crate::tui::effect::Effect;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{State, ToastTone};

use super::toast;

/// `N`: opens the list of it.
pub fn open(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.is_live() {
        return toast(
            state,
            ToastTone::Plain,
            "not connected: the gate knows what you were told",
        );
    }
    state.overlay = Some(Overlay::Bell { scroll: 0 });
    effects.push(Effect::FetchBell);
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

/// What the gate says of it. What is listed on the screen has been seen.
pub fn known(
    state: &mut State,
    result: Result<Notifications, ClientError>,
    effects: &mut Vec<Effect>,
) {
    match result {
        Ok(bell) => {
            state.bell.unseen = bell.unseen;
            if is_open(state)
                && let Some(newest) = bell.items.first().filter(|newest| !newest.seen)
            {
                effects.push(Effect::BellSeen(newest.id));
            }
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
    matches!(state.overlay, Some(Overlay::Bell { .. }))
}
