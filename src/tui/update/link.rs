//! The connection: found, lost, found again; and the news that it brings.

use std::time::Duration;

use crate::domain::id::RequestId;
use crate::tui::effect::Effect;
use crate::tui::event::Stream;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{Link, State};

use super::{bell, deeds, history, settings, whisper};

/// The first wait after the connection was lost; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Takes news in.
pub fn take(state: &mut State, news: Stream, effects: &mut Vec<Effect>) {
    match news {
        Stream::Live(me, address) => {
            state.me = Some(*me);
            state.address = Some(address);
            state.link = Link::Live;
            effects.push(Effect::FetchBell);
            look_again(state, effects);
        }
        Stream::Changed {
            kind,
            request,
            mine,
            told,
        } => {
            if told {
                bell::rang(state, effects);
            }
            if mine && kind == "notifications.seen" {
                bell::seen_somewhere(state, effects);
            }
            // That one looks is news for others.
            if !(mine && kind == "request.opened") {
                changed(state, &kind, request, effects);
            }
        }
        Stream::Lost(why) => lost(state, why, effects),
    }
}

fn lost(state: &mut State, why: String, effects: &mut Vec<Effect>) {
    let (since, tries) = match &state.link {
        Link::Lost { since, tries, .. } => (*since, tries + 1),
        Link::Connecting | Link::Live => (state.now.wall, 0),
    };
    state.link = Link::Lost { since, tries, why };
    state.pending.list.forget_asked();
    state.pending.details.forget_asked();
    history::forget_asked(state);
    settings::forget_asked(state);
    let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(tries));
    effects.push(Effect::Connect {
        after: wait.min(LONGEST_WAIT),
    });
}

/// `ctrl-r`, or the connection is back: everything on the screen is asked for again.
pub fn refresh(state: &mut State, effects: &mut Vec<Effect>) {
    let entries = state.entries();
    state.pending.list.reveal(entries);
    if state.is_live() {
        look_again(state, effects);
    } else {
        let after = Duration::ZERO;
        effects.push(Effect::Connect { after });
    }
}

fn look_again(state: &mut State, effects: &mut Vec<Effect>) {
    history::look_again(state);
    settings::news(state);
    let pending = &mut state.pending;
    pending.list.refresh();
    pending.details.forget_asked();
    let focused = pending.list.focused().map(|row| row.id);
    let unsure = pending.sending.iter().filter(|sending| sending.unsure);
    let marked = pending.marks.iter().map(|mark| mark.about.id);
    let wanted = focused.into_iter().chain(unsure.map(|s| s.id));
    let wanted: Vec<RequestId> = wanted.chain(marked).collect();
    if let Some(Overlay::Why(ladder)) = &state.overlay
        && ladder.why.is_none()
    {
        effects.push(Effect::FetchWhy(ladder.id));
    }
    for id in wanted {
        if pending.details.ask_again(id) {
            effects.push(Effect::FetchRequest(id));
        }
    }
}

/// What waited here and ended without anybody's decision isn't just gone from the list: it is said quietly,
/// and kept with what was said.
fn gone(state: &mut State, kind: &str, id: RequestId) {
    let row = state.pending.list.rows.iter().find(|row| row.id == id);
    let Some(row) = row.filter(|row| !state.is_decided(row)) else {
        return;
    };
    let headline = row.headline.plain_line();
    let text = match kind {
        "request.expired" if row.calls() => {
            format!("the caller waits no more, nobody answered: {headline}")
        }
        "request.expired" => format!("expired, nobody answered in time: {headline}"),
        "request.cancelled" => format!("withdrawn before anybody answered: {headline}"),
        _ => return,
    };
    whisper(state, text);
}

/// What leaves the list as it is.
fn only_looks(kind: &str) -> bool {
    matches!(
        kind,
        "request.opened" | "request.reminded" | "request.revealed" | "request.checkpoint_saved"
    )
}

/// Something happened: to a request, which may be on the screen, or to who may do what.
fn changed(state: &mut State, kind: &str, request: Option<RequestId>, effects: &mut Vec<Effect>) {
    settings::changed(state, kind);
    if let Some(id) = request {
        history::changed(state, kind, id, effects);
        if kind.starts_with("execution.") {
            deeds::moved_on(state, kind, id);
        }
    }
    if let Some(id) = request {
        gone(state, kind, id);
    }
    let pending = &mut state.pending;
    let focused = pending.list.focused().map(|row| row.id);
    match request {
        Some(id) => {
            if kind.starts_with("request.") && !only_looks(kind) {
                pending.list.refresh();
            }
            if focused != Some(id) {
                pending.details.forget(id);
            }
            let watched = focused == Some(id) || pending.is_marked(id) && !only_looks(kind);
            if watched && pending.details.ask_again(id) {
                effects.push(Effect::FetchRequest(id));
            }
        }
        // What may be remembered, and by whom it may be decided, may be other than it was.
        None => {
            pending.details.keep_only(focused);
            if let Some(id) = focused
                && pending.details.ask_again(id)
            {
                effects.push(Effect::FetchRequest(id));
            }
        }
    }
}
