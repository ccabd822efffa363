//! Telling the gate what somebody has on their screen, so that others see who is looking and the log says
//! how much of it was read. It is told seldom, and nothing waits for it.

use std::time::Duration;

use crate::api::request::OpenedRequest;
use crate::api::seal::Seal;
use crate::domain::digest::Digest;
use crate::domain::id::RequestId;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::pending::Looked;

/// What is on the screen for less is passed by, not opened.
const OPENED: Duration = Duration::from_secs(1);
/// While keys come in, it is told again after that.
const AGAIN: Duration = Duration::from_secs(25);

/// After every event: what there is to tell is told.
pub fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.now.elapsed;
    let of = on_screen(state);
    if state.pending.looked.of != of {
        state.pending.looked = Looked {
            of,
            since: now,
            told: None,
        };
    }
    let Some((id, digest)) = of else {
        return;
    };
    let (_, height) = state.reading_window();
    let Some(detail) = state.pending.reading() else {
        return;
    };
    let all = detail.seen.all();
    let broken = detail.seal == Seal::Broken;
    let looked = state.pending.looked;
    let due = match looked.told {
        None => now >= looked.since + OPENED,
        Some((at, knew)) => {
            let acts = state.guard.last_key.is_some_and(|key| key >= at + AGAIN);
            all && !knew || acts
        }
    };
    if due {
        let percent = u32::try_from(detail.seen.percent(detail.scroll, height)).unwrap_or(0);
        let seen = f64::from(percent) / 100.0;
        effects.push(Effect::Opened(id, OpenedRequest { digest, seen }));
        state.pending.looked.told = Some((now, all));
        if all && !broken {
            state.pending.read.insert(id, digest);
        }
    }
}

fn on_screen(state: &State) -> Option<(RequestId, Digest)> {
    let covered = state.overlay.as_ref().is_some_and(Overlay::covers);
    if covered || !state.is_live() || !state.detail_is_visible() {
        return None;
    }
    let request = &state.pending.reading()?.request;
    (!request.status.decided()).then_some((request.id, request.digest))
}

/// When it is to be told that something was opened.
pub fn due(state: &State) -> Option<Duration> {
    let looked = &state.pending.looked;
    (looked.of.is_some() && looked.told.is_none()).then(|| looked.since + OPENED)
}
