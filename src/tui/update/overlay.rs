//! Keys while something is laid over the screen.

use crate::client::ClientError;
use crate::domain::id::RequestId;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::document::{Document, Past};
use crate::tui::state::overlay::{Ladder, Overlay, Sheet};
use crate::tui::state::{State, ToastTone};

use super::{bell, decide, deeds, edit, export, filter, form, marks, palette, settings, toast};

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

/// `p`: what the digest covers, byte for byte.
pub fn raw(state: &mut State) {
    let Some(detail) = state.pending.reading() else {
        return toast(state, ToastTone::Plain, "still loading");
    };
    let sheet = Sheet {
        id: detail.request.id,
        title: "What is decided, as it is",
        document: Some(Document::raw(&detail.request, &state.zone)),
        scroll: 0,
    };
    state.overlay = Some(Overlay::Sheet(Box::new(sheet)));
}

/// `H`: what was decided before, of this agent and to this recipient.
pub fn past(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.is_live() {
        let text = "not connected: the gate knows what was before";
        return toast(state, ToastTone::Plain, text);
    }
    let Some(request) = state.pending.list.focused() else {
        return;
    };
    let (id, agent) = (request.id, request.agent.clone());
    let recipient = request.recipients.first().cloned();
    state.overlay = Some(Overlay::Sheet(Box::new(Sheet {
        id,
        title: "What was decided before",
        document: None,
        scroll: 0,
    })));
    effects.push(Effect::FetchPast(id, agent, recipient));
}

/// What the gate says of that.
pub fn past_known(state: &mut State, id: RequestId, result: Result<Box<Past>, ClientError>) {
    let Some(Overlay::Sheet(sheet)) = &mut state.overlay else {
        return;
    };
    if sheet.id != id || sheet.document.is_some() {
        return;
    }
    match result {
        Ok(past) => sheet.document = Some(Document::past(&past, &state.zone)),
        Err(error) => {
            state.overlay = None;
            toast(state, ToastTone::Bad, error.to_string());
        }
    }
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
        (Some(Overlay::Edited(_)), ActionId::Form) => form::open(state),
        (Some(Overlay::Form(_)), ActionId::FormNext) => form::step(state, true),
        (Some(Overlay::Form(_)), ActionId::FormPrevious) => form::step(state, false),
        (Some(Overlay::Form(_)), ActionId::FormFlip) => form::flip(state),
        (Some(Overlay::Form(_)), ActionId::FormLines) => form::edit_lines(state, effects),
        (Some(Overlay::Form(_)), ActionId::FormDone) => form::done(state),
        (Some(Overlay::Form(_)), ActionId::CancelReason) => form::leave(state),
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
        (Some(Overlay::Export(_)), ActionId::WriteFile) => export::write(state, effects),
        (Some(Overlay::Export(_)), ActionId::OtherFormat) => export::other_format(state),
        (Some(Overlay::Palette(_)), ActionId::RunEntry) => palette::run(state, effects),
        (Some(Overlay::Palette(_)), ActionId::NextEntry) => palette::step(state, 1),
        (Some(Overlay::Palette(_)), ActionId::PreviousEntry) => palette::step(state, -1),
        (Some(Overlay::Typed(..)), ActionId::SendLine) => settings::pages::send(state),
        (Some(Overlay::Typed(..)), ActionId::OtherValue) => settings::pages::other_value(state),
        (Some(Overlay::Trial(_)), ActionId::SavePolicy) => settings::policy::save(state, effects),
        (Some(Overlay::Trial(_)), ActionId::EditPolicy) => settings::policy::edit(state, effects),
        (Some(Overlay::Trial(_)), ActionId::Close) => settings::policy::leave(state),
        (Some(Overlay::Bell(_)), action) => bell::act(state, action, effects),
        (Some(Overlay::Edited(_) | Overlay::Broken(_)), ActionId::Discard) => edit::discard(state),
        (Some(Overlay::Trial(_)), ActionId::Discard) => settings::policy::discard(state),
        (Some(Overlay::Edited(_) | Overlay::Broken(_)), ActionId::Close | ActionId::LeaveEdit) => {
            state.overlay = None;
            let keys = (
                state.keymap.key(ActionId::Form),
                state.keymap.key(ActionId::Edit),
            );
            let text = format!(
                "nothing was decided; {} or {} takes up what you wrote",
                keys.0, keys.1
            );
            toast(state, ToastTone::Plain, text);
        }
        (_, ActionId::Cancel | ActionId::CancelReason | ActionId::Close) => state.overlay = None,
        (Some(Overlay::Help { scroll } | Overlay::Messages { scroll }), action) => {
            scrolled(scroll, action, half);
        }
        (Some(Overlay::Why(ladder)), action) => scrolled(&mut ladder.scroll, action, half),
        (Some(Overlay::Sheet(sheet)), action) => scrolled(&mut sheet.scroll, action, half),
        (Some(Overlay::Edited(edited)), action) => scrolled(&mut edited.scroll, action, half),
        (Some(Overlay::Trial(trial)), action) => scrolled(&mut trial.scroll, action, half),
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
    let (shape, area) = state.sheet_window();
    if let Some(Overlay::Sheet(sheet)) = &mut state.overlay {
        sheet.fit(shape, usize::from(area.height));
    }
    let page = state.layout().page();
    let height = usize::from(page.height);
    if let Some(Overlay::Trial(trial)) = &mut state.overlay {
        trial.fit(usize::from(page.width), height);
    }
    let Some((rows, _)) = state.page() else {
        return;
    };
    let last = rows.len().saturating_sub(height);
    match &mut state.overlay {
        Some(Overlay::Help { scroll } | Overlay::Messages { scroll }) => {
            *scroll = last.min(*scroll);
        }
        Some(Overlay::Why(ladder)) => ladder.scroll = last.min(ladder.scroll),
        _ => {}
    }
}
