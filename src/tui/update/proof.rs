//! `v` in the history: where a record stands in the log, checked here, and shown as a page.

use crate::api::seal::{BROKEN, Seal};
use crate::client::ClientError;
use crate::domain::id::RequestId;
use crate::tui::effect::Effect;
use crate::tui::state::document::Document;
use crate::tui::state::overlay::{Overlay, Sheet};
use crate::tui::state::proof::{Proven, RecordProof};
use crate::tui::state::{State, ToastTone};

use super::toast;

const TITLE: &str = "The record, and its place in the log";

/// Asks for the proof of the focused record. The log may have grown since the last time.
pub fn ask(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(why) = state.why_not_proven() {
        return toast(state, ToastTone::Plain, why);
    }
    let Some(id) = state.history.list.focused().map(|row| row.id) else {
        return;
    };
    state.overlay = Some(Overlay::Sheet(Box::new(Sheet {
        id,
        title: TITLE,
        document: None,
        scroll: 0,
    })));
    state.history.proofs.insert(id, RecordProof::Asking);
    effects.push(Effect::ProveRecord(id));
}

/// What came of it.
pub fn proven(
    state: &mut State,
    id: RequestId,
    result: Result<Result<Proven, String>, ClientError>,
) {
    let shown = state.history.list.rows.iter().find(|row| row.id == id);
    let opened = state.history.details.get(id);
    let broken = opened.is_some_and(|detail| detail.seal == Seal::Broken);
    let proof = match (result, shown) {
        (Ok(_), Some(_)) if broken => RecordProof::Bad(BROKEN.to_owned()),
        (Ok(found), Some(shown)) => RecordProof::of(found, shown),
        (result, _) => {
            state.history.proofs.remove(&id);
            if sheet(state, id).is_some() {
                state.overlay = None;
            }
            if let Err(error) = result {
                toast(
                    state,
                    ToastTone::Bad,
                    format!("nothing was verified: {error}"),
                );
            }
            return;
        }
    };
    let document = shown.map(|shown| Document::proof(shown, &proof, &state.zone));
    if let Some(sheet) = sheet(state, id) {
        sheet.document = document;
    }
    state.history.proofs.insert(id, proof);
}

/// The page that waits for it, if it is open.
fn sheet(state: &mut State, id: RequestId) -> Option<&mut Sheet> {
    match &mut state.overlay {
        Some(Overlay::Sheet(sheet)) if sheet.id == id && sheet.title == TITLE => Some(sheet),
        _ => None,
    }
}

/// Something happened to a request: what was proven of it is not all that there is.
pub fn outdated(state: &mut State, id: RequestId) {
    let proofs = &mut state.history.proofs;
    if proofs
        .get(&id)
        .is_some_and(|proof| *proof != RecordProof::Asking)
    {
        proofs.remove(&id);
    }
}

/// No answer will come to what was asked.
pub fn forget_asked(state: &mut State) {
    let asking = |_: &RequestId, proof: &mut RecordProof| *proof != RecordProof::Asking;
    state.history.proofs.retain(asking);
    let waits = |overlay: &Overlay| match overlay {
        Overlay::Sheet(sheet) => sheet.title == TITLE && sheet.document.is_none(),
        _ => false,
    };
    if state.overlay.as_ref().is_some_and(waits) {
        state.overlay = None;
    }
}
