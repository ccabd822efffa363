//! Keys while something is laid over the screen.

use crate::domain::id::RequestId;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::overlay::{Ladder, Overlay};
use crate::tui::state::{State, ToastTone};

use super::{decide, deeds, edit, filter, marks, toast};

/// Asks why policy said what it said about a request.
pub fn why(state: &mut State, id: RequestId, effects: &mut Vec<Effect>) {
    if !state.is_live() {
        return toast(state, ToastTone::Plain, "not connected: the gate knows why");
    }
    state.overlay = Some(Overlay::Why(Ladder {
        id,
        why: None,
        scroll: 0,
    }));
    effects.push(Effect::FetchWhy(id));
}

/// A key of what is laid over.
pub fn act(state: &mut State, action: ActionId, effects: &mut Vec<Effect>) {
    let half = usize::from(state.layout().body.height / 2).max(1);
    match (&mut state.overlay, action) {
        (Some(Overlay::Confirm(about)), ActionId::Confirm) => {
            let about = *about;
            decide::confirm(state, about, effects);
        }
        (Some(Overlay::Edited(_)), ActionId::Confirm) => edit::approve(state, effects),
        (Some(Overlay::Edited(_) | Overlay::Broken(_)), ActionId::Edit) => {
            edit::open(state, effects);
        }
        (Some(Overlay::Reason(_)), ActionId::SendReason) => decide::reject(state, effects),
        (Some(Overlay::Answer(_)), ActionId::SendAnswer) => decide::respond(state, effects),
        (Some(Overlay::Snooze(_)), ActionId::SendSnooze) => deeds::snooze(state, effects),
        (Some(Overlay::Snooze(_)), ActionId::OtherSnooze) => deeds::offer_another(state),
        (Some(Overlay::Several(_)), ActionId::Confirm) => marks::approve(state, effects),
        (Some(Overlay::Several(_)), ActionId::SendReason) => marks::reject(state, effects),
        (Some(Overlay::Filter(_)), ActionId::KeepFilter) => filter::keep(state),
        (Some(Overlay::Filter(_)), ActionId::ClearFilter) => filter::clear(state),
        (Some(Overlay::Filter(_)), ActionId::CompleteFilter) => filter::complete(state),
        (Some(Overlay::Edited(_) | Overlay::Broken(_)), ActionId::Close) => {
            state.overlay = None;
            let text = "nothing was decided; e takes up what you wrote";
            toast(state, ToastTone::Plain, text);
        }
        (_, ActionId::Cancel | ActionId::CancelReason | ActionId::Close) => state.overlay = None,
        (Some(Overlay::Help { scroll } | Overlay::Messages { scroll }), action) => {
            scrolled(scroll, action, half)
        }
        (Some(Overlay::Why(ladder)), action) => scrolled(&mut ladder.scroll, action, half),
        (Some(Overlay::Edited(edited)), action) => scrolled(&mut edited.scroll, action, half),
        _ => {}
    }
}

fn scrolled(scroll: &mut usize, action: ActionId, half: usize) {
    *scroll = match action {
        ActionId::Down => *scroll + 1,
        ActionId::Up => scroll.saturating_sub(1),
        ActionId::PageDown => *scroll + half,
        ActionId::PageUp => scroll.saturating_sub(half),
        ActionId::First => 0,
        ActionId::Last => usize::MAX,
        _ => *scroll,
    };
}

/// After every event: a page doesn't scroll beyond its end.
pub fn settle(state: &mut State) {
    let height = usize::from(state.layout().page().height);
    let Some((rows, _)) = state.page() else {
        return;
    };
    let last = rows.len().saturating_sub(height);
    match &mut state.overlay {
        Some(Overlay::Help { scroll } | Overlay::Messages { scroll }) => {
            *scroll = last.min(*scroll)
        }
        Some(Overlay::Why(ladder)) => ladder.scroll = last.min(ladder.scroll),
        _ => {}
    }
}
